import { interval } from 'rxjs';
import { expect, it } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { createVirtualScheduler, xstateClock } from '../../src/time/index.js';

const machine = createMachine({
  id: 'lamp',
  initial: 'red',
  states: {
    red: { after: { 3000: 'green' }, on: { push: 'off' } },
    green: { after: { 2000: 'yellow' } },
    yellow: { after: { 500: 'red' } },
    off: {},
  },
});

it('drives `after`, at the right times', () => {
  const s = createVirtualScheduler();
  const actor = createActor(machine, { clock: xstateClock(s) }).start();
  const log: string[] = [];
  actor.subscribe((snapshot) => log.push(`${String(snapshot.value)}@${s.now()}`));
  s.advanceBy(9000);
  expect(log).toEqual(['green@3000', 'yellow@5000', 'red@5500', 'green@8500']);
});

it('cancels `after` when its state is left', () => {
  const s = createVirtualScheduler();
  const actor = createActor(machine, { clock: xstateClock(s) }).start();
  s.advanceBy(2999);
  actor.send({ type: 'push' });
  expect(s.flush()).toBe(0);
  expect(actor.getSnapshot().value).toBe('off');
});

it('delivers delayed events, and shares its time with RxJS', () => {
  const s = createVirtualScheduler();
  const log: string[] = [];
  interval(1000, s).subscribe((i) => log.push(`rx${i}`));
  const actor = createActor(machine, { clock: xstateClock(s) }).start();
  actor.subscribe((snapshot) => log.push(String(snapshot.value)));
  s.advanceBy(5000);
  expect(log).toEqual(['rx0', 'rx1', 'green', 'rx2', 'rx3', 'yellow', 'rx4']);
});

it('ignores what is no timeout', () => {
  xstateClock(createVirtualScheduler()).clearTimeout(undefined);
});
