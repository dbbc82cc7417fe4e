import { describe, expect, it } from 'vitest';
import { type TimerEntry, timerEntry, TimerHeap } from '../../src/time/timer-heap.js';

const entry = (): TimerEntry => timerEntry(() => {});

/** A small fixed generator, so that a failure repeats. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

describe('TimerHeap', () => {
  it('is empty at first', () => {
    const heap = new TimerHeap();
    expect(heap.size).toBe(0);
    expect(heap.peek()).toBeUndefined();
    expect(heap.pop()).toBeUndefined();
  });

  it('gives the earliest first and equals in the order they were added', () => {
    const heap = new TimerHeap();
    const entries = [5, 1, 5, 3, 1, 5].map((dueUs) => {
      const one = entry();
      heap.add(one, dueUs);
      return one;
    });
    const out = entries.map(() => entries.indexOf(heap.pop()!));
    expect(out).toEqual([1, 4, 3, 0, 2, 5]);
    expect(entries.every((e) => e.slot === -1)).toBe(true);
  });

  it('moves an entry that is added again behind its equals', () => {
    const heap = new TimerHeap();
    const [a, b] = [entry(), entry()];
    heap.add(a, 1);
    heap.add(b, 2);
    heap.add(a, 2);
    expect(heap.size).toBe(2);
    expect([heap.pop(), heap.pop()]).toEqual([b, a]);
  });

  it('removes each entry once, and none of another heap', () => {
    const [heap, other] = [new TimerHeap(), new TimerHeap()];
    const a = entry();
    heap.add(a, 1);
    expect(other.remove(a)).toBe(false);
    expect(heap.remove(a)).toBe(true);
    expect(heap.remove(a)).toBe(false);
    expect(heap.size).toBe(0);
  });

  it('can take entries again after clear', () => {
    const heap = new TimerHeap();
    const a = entry();
    heap.add(a, 1);
    heap.clear();
    expect(heap.remove(a)).toBe(false);
    heap.add(a, 2);
    expect(heap.pop()).toBe(a);
  });

  it.each([1, 2, 3])('agrees with a sorted list under 3000 random adds, moves, removals and pops (seed %i)', (seed) => {
    const next = random(seed);
    const heap = new TimerHeap();
    let model: TimerEntry[] = [];
    const sort = (): TimerEntry[] => model.sort((a, b) => a.dueUs - b.dueUs || a.order - b.order);
    for (let i = 0; i < 3000; i++) {
      const act = next();
      const some = model[Math.floor(next() * model.length)];
      if (act < 0.5 || !some) {
        const one = entry();
        heap.add(one, Math.floor(next() * 50));
        model.push(one);
      } else if (act < 0.6) heap.add(some, Math.floor(next() * 50));
      else if (act < 0.75) {
        expect(heap.remove(some)).toBe(true);
        model = model.filter((e) => e !== some);
      } else expect(heap.pop()).toBe(sort().shift());
      expect(heap.size).toBe(model.length);
    }
    for (const expected of sort()) expect(heap.pop()).toBe(expected);
  });
});
