import { describe, expect, test } from 'vitest';
import { findCycles, topologicalOrder } from '../../src/graph/cycles.js';
import type { Leadership } from '../../src/graph/define-node.js';
import { splitDomains, type DomainNode, type DomainWire } from '../../src/graph/domains.js';

/** `a b:lead c@clock`. */
function nodes(text: string): DomainNode[] {
  return text.split(' ').map((word) => {
    const [, name = '', leadership = 'follow', clock] = /^(\w+)(?::(\w+))?(?:@(\w+))?$/.exec(word)!;
    return { name, leadership: (leadership ?? 'follow') as Leadership, clock };
  });
}

/** `a>b` is a wire, `a|b` one with a queue. */
function wires(text: string): DomainWire[] {
  if (!text) return [];
  return text.split(' ').map((word) => {
    const [, from = '', mark, to = ''] = /^(\w+)([>|])(\w+)$/.exec(word)!;
    return { from, to, queued: mark === '|' };
  });
}

const split = (nodeText: string, wireText: string) => splitDomains(nodes(nodeText), wires(wireText));
const told = (nodeText: string, wireText: string) =>
  split(nodeText, wireText).domains.map(({ name, leader, nodes: members }) => `${name}(${leader}): ${members.join(' ')}`);

describe('splitDomains', () => {
  test.each([
    ['a b c:lead', 'a>b b>c', ['c(c): a b c']],
    ['a b c:lead', 'a>b b|c', ['main(null): a b', 'c(c): c']],
    ['a b', '', ['main(null): a', 'main-2(null): b']],
    ['a b:may c:may', 'a>b a>c', ['b(b): a b c']],
    ['a b:may c:lead', 'a>b a>c', ['c(c): a b c']],
    ['a@x b:lead', 'a>b', ['x(b): a b']],
    ['a:may b:may@a', '', ['a(a): a', 'a-2(b): b']],
    ['a@x b:may@x c:may@y', '', ['x(b): a b', 'y(c): c']],
    ['a b c:lead d:lead', 'a>c a|b b>d', ['c(c): a c', 'd(d): b d']],
  ])('%s with %s', (nodeText, wireText, expected) => {
    expect(told(nodeText, wireText)).toEqual(expected);
    const { rivals, crossings } = split(nodeText, wireText);
    expect([...rivals, ...crossings]).toEqual([]);
  });

  test('every leader after the first is a rival', () => {
    expect(split('a b:lead c:lead d:lead', 'a>b a>c a>d').rivals).toEqual([
      { first: 'b', second: 'c' },
      { first: 'b', second: 'd' },
    ]);
    expect(split('a b:lead c:lead', 'a>b a|c').rivals).toEqual([]);
  });

  test('parts that name the same clock are one domain, and may not have two leaders', () => {
    expect(split('a:lead@x b:lead@x', '').rivals).toEqual([{ first: 'a', second: 'b' }]);
  });

  test('two clocks that meet without a queue are a crossing, wherever the names were written', () => {
    const crossing = (nodeText: string, wireText: string) =>
      split(nodeText, wireText).crossings.map(
        ({ wire, fromClock, toClock }) => `${wire.from}(${fromClock})>${wire.to}(${toClock})`,
      );
    expect(crossing('a@x b@y', 'a>b')).toEqual(['a(x)>b(y)']);
    expect(crossing('a@x m b@y', 'a>m m>b')).toEqual(['m(x)>b(y)']);
    expect(crossing('a@x m b@y', 'a>m m|b')).toEqual([]);
    expect(crossing('a@x m b@x', 'a>m m>b')).toEqual([]);
  });

  test('a crossing is not reported as two leaders as well', () => {
    expect(split('a:lead@x b:lead@y', 'a>b').rivals).toEqual([]);
  });
});

describe('findCycles', () => {
  const found = (names: string, text: string) =>
    findCycles(names.split(' '), wires(text)).map((cycle) => [cycle[0]!.from, ...cycle.map(({ to }) => to)].join(''));
  test.each([
    ['a b c', 'a>b b>c', []],
    ['a', 'a>a', ['aa']],
    ['a b', 'a>b b>a', ['aba']],
    ['b a', 'a>b b>a', ['bab']],
    ['a b c', 'a>b b>a a>c c>a', ['aba', 'aca']],
    ['a b c d', 'a>b b>a c>d d>c', ['aba', 'cdc']],
    ['a b c d', 'a>b b>c c>d d>b', ['bcdb']],
    ['a b', 'a>b a>b b>a', ['aba']],
    ['a b c d', 'a>b a>c b>d c>d', []],
    // Between two circles, in neither.
    ['m a b c d', 'a>b b>a b>m m>c c>d d>c', ['aba', 'cdc']],
  ])('%s with %s', (names, text, expected) => {
    expect(found(names, text)).toEqual(expected);
  });
});

describe('a chain of 100000 nodes', () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `n${i}`);
  const chain = names.slice(1).map((to, i) => ({ from: names[i]!, to }));

  // Looking from each node to the end would be 5 thousand million steps.
  test('has no circle', () => {
    expect(findCycles(names, chain)).toEqual([]);
  });

  test('is one circle when its ends meet', () => {
    expect(findCycles(names, [...chain, { from: names.at(-1)!, to: names[0]! }]).map((cycle) => cycle.length)).toEqual([100_000]);
  });
});

describe('topologicalOrder', () => {
  test.each([
    ['c b a', 'a>b b>c', 'abc'],
    ['a b c', '', 'abc'],
    ['z a b', 'b>a', 'zba'],
    ['a b c d', 'a>d b>d c>d', 'abcd'],
    ['d c b a', 'a>d b>d c>d', 'cbad'],
    ['a b', 'a>b a>b', 'ab'],
    ['a b c', 'b>c c>b', 'a'],
  ])('%s with %s', (names, text, expected) => {
    expect(topologicalOrder(names.split(' '), wires(text)).join('')).toBe(expected);
  });
});
