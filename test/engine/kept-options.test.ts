import { expect, it } from 'vitest';
import { keptOptions } from '../../src/engine/kept-options.js';
import type { Plan } from '../../src/graph/plan-types.js';

const planOf = (nodes: Record<string, object>, type = 'source.queue') =>
  ({ nodes: Object.entries(nodes).map(([id, options]) => ({ id, type, options })) }) as unknown as Plan;

it('a queue that was taken up goes on when the file changes elsewhere, and ends when it is changed itself', () => {
  const base = planOf({ music: { tracks: ['a'] }, volume: { gainDb: 0 } });
  const present = planOf({ music: { tracks: ['a'], saved: { index: 3 } }, volume: { gainDb: 0 } });
  const elsewhere = keptOptions(planOf({ music: { tracks: ['a'] }, volume: { gainDb: -6 }, more: {} }), base, present);
  expect([...elsewhere.goOn]).toEqual(['music']);
  expect(elsewhere.plan.nodes.map(({ options }) => options)).toEqual([
    { tracks: ['a'], saved: { index: 3 } },
    { gainDb: -6 },
    {},
  ]);
  const itself = planOf({ music: { tracks: ['b'] }, volume: { gainDb: 0 } });
  expect([...keptOptions(itself, base, present).goOn]).toEqual(['volume']);
  expect(keptOptions(itself, base, present).plan.nodes[0]!.options).toEqual({ tracks: ['b'] });
  expect([...keptOptions(planOf({ music: { tracks: ['a'] } }, 'source.playlist'), base, present).goOn]).toEqual([]);
});
