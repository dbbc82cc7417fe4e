/**
 * Which of those that stay have to move for an order to become another: as few as possible, for what moves is faded out and in.
 *
 * @param present names in their present order, each once.
 * @param wanted the same names, in the order they shall have.
 */
export function movers(present: readonly string[], wanted: readonly string[]): Set<string> {
  const place = new Map(wanted.map((name, i) => [name, i]));
  // The longest series of names that rise in the wanted order as they stand; chains are short, so the simple way will do.
  const longest = present.map(() => 1);
  const before = present.map(() => -1);
  let best = -1;
  for (let i = 0; i < present.length; i++) {
    for (let j = 0; j < i; j++) {
      if (place.get(present[j]!)! < place.get(present[i]!)! && longest[j]! + 1 > longest[i]!) {
        longest[i] = longest[j]! + 1;
        before[i] = j;
      }
    }
    if (best < 0 || longest[i]! > longest[best]!) best = i;
  }
  const stay = new Set<string>();
  for (let i = best; i >= 0; i = before[i]!) stay.add(present[i]!);
  return new Set(present.filter((name) => !stay.has(name)));
}

/** Puts items that are not in a list yet to where the wanted order has them: each behind the nearest one before it that is. */
export function insertInOrder<T>(list: readonly T[], wanted: readonly T[]): T[] {
  const result = [...list];
  wanted.forEach((item, i) => {
    if (result.includes(item)) return;
    const ahead = wanted.slice(0, i).findLast((other) => result.includes(other));
    result.splice(ahead === undefined ? 0 : result.indexOf(ahead) + 1, 0, item);
  });
  return result;
}
