import { Subscription } from 'rxjs';
import { expect, test } from 'vitest';
import { BeatPhase } from '../../../src/graph/run/beat-phase.js';
import { HotSource } from '../../../src/graph/run/hot-source.js';
import type { Tick } from '../../../src/graph/context.js';

const TICK: Tick = { index: 0, ptsUs: 0 };
const source = (): HotSource<Tick> =>
  new HotSource<Tick>((error) => {
    throw error;
  });

test('serves those who are listened to, in order, and others who never say', () => {
  const phase = new BeatPhase();
  const heard: string[] = [];
  const [a, b, c] = [source(), source(), source()];
  const first = a.subscribe(() => heard.push('a'));
  phase.set([a, { next: () => heard.push('plain') }, b, c]);
  expect(phase.size).toBe(4);
  const second = c.subscribe(() => heard.push('c'));
  phase.serve(TICK);
  expect(heard.splice(0)).toEqual(['a', 'plain', 'c']);
  first.unsubscribe();
  const third = b.subscribe(() => heard.push('b'));
  phase.serve(TICK);
  expect(heard.splice(0)).toEqual(['plain', 'b', 'c']);
  c.reset();
  b.complete();
  phase.serve(TICK);
  expect(heard.splice(0)).toEqual(['plain']);
  second.unsubscribe();
  third.unsubscribe();
});

test('one who begins to listen during a beat, before his turn, hears it, even if the list is changed meanwhile', () => {
  for (const changed of [false, true]) {
    const phase = new BeatPhase();
    const heard: string[] = [];
    const [a, b] = [source(), source()];
    let late = Subscription.EMPTY;
    const first = a.subscribe(() => {
      heard.push('a');
      if (changed) phase.set([a, b, source()]);
      late = b.subscribe(() => heard.push('b'));
    });
    phase.set([a, b]);
    phase.serve(TICK);
    expect(heard).toEqual(['a', 'b']);
    first.unsubscribe();
    late.unsubscribe();
  }
});
