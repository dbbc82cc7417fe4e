import { reasonOf } from '../errors.js';

/** What a reducer must not touch, as it would be written. */
const IMPURITIES: readonly { readonly name: string; readonly holder: object; readonly key: string }[] = [
  { name: 'Date.now()', holder: Date, key: 'now' },
  { name: 'Math.random()', holder: Math, key: 'random' },
  { name: 'performance.now()', holder: performance, key: 'now' },
  { name: 'crypto.randomUUID()', holder: crypto, key: 'randomUUID' },
  { name: 'crypto.getRandomValues()', holder: crypto, key: 'getRandomValues' },
  { name: 'setTimeout()', holder: globalThis, key: 'setTimeout' },
  { name: 'setInterval()', holder: globalThis, key: 'setInterval' },
  { name: 'setImmediate()', holder: globalThis, key: 'setImmediate' },
  { name: 'queueMicrotask()', holder: globalThis, key: 'queueMicrotask' },
  { name: 'fetch()', holder: globalThis, key: 'fetch' },
];

/**
 * Runs something synchronous while time, chance and the outside throw.
 *
 * @returns the names of what was touched.
 */
export function impuritiesIn(work: () => void): string[] {
  const touched = new Set<string>();
  const refuse = (name: string) => () => {
    touched.add(name);
    throw new Error(`a reducer must not call ${name}`);
  };
  const restore: (() => void)[] = [];
  const replace = (holder: object, key: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    Object.defineProperty(holder, key, { configurable: true, writable: true, value });
    restore.push(() => {
      if (before) Object.defineProperty(holder, key, before);
      else Reflect.deleteProperty(holder, key);
    });
  };
  for (const { name, holder, key } of IMPURITIES) replace(holder, key, refuse(name));
  const RealDate = Date;
  const refuseDate = refuse('new Date()');
  // With a time it only formats one.
  const PureDate = new Proxy(RealDate, {
    construct: (target, args) => (args.length === 0 ? refuseDate() : (Reflect.construct(target, args) as object)),
    apply: () => refuseDate(),
  });
  replace(globalThis, 'Date', PureDate);
  try {
    work();
  } catch (error) {
    if (touched.size === 0) throw new Error(reasonOf(error), { cause: error });
  } finally {
    for (const undo of restore.reverse()) undo();
  }
  return [...touched];
}
