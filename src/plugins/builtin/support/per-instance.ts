/**
 * Something that each instance of a plugin has one of, for all its parts: made on first use, freed with the instance.
 *
 * @param make makes it, for an instance's `ctx`.
 */
export function perInstance<C extends { readonly signal: AbortSignal }, T>(make: (ctx: C) => T): (ctx: C) => T {
  const made = new WeakMap<AbortSignal, { readonly value: T }>();
  return (ctx) => {
    let found = made.get(ctx.signal);
    if (!found) made.set(ctx.signal, (found = { value: make(ctx) }));
    return found.value;
  };
}
