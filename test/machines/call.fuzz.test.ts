import { createActor, type EventObject } from 'xstate';
import { describe, expect, it } from 'vitest';
import { callActors } from '../../src/machines/call-actors.js';
import { createCallMachine } from '../../src/machines/call.js';
import { resumeCall } from '../../src/machines/call-resume.js';
import { allStates, describeMachine } from '../../src/machines/describe.js';
import { CallError, callFailure, type Retry } from '../../src/machines/failure.js';
import type { Signalling } from '../../src/machines/signalling.js';
import type { TransportEvent } from '../../src/machines/transport.js';
import { createVirtualScheduler, xstateClock } from '../../src/time/index.js';
import { FakeSignalling, FakeTransport, forever, paperCall, REF, seeded } from './fakes.js';

const failure = (retry: Retry) => callFailure('CALL_STEP_FAILED', { step: 'try', reason: 'no' }, retry, 3000);
const retries = ['backoff', 'backoff', 'backoff', 'once', 'flood', 'never'] as const;
const states = new Set(allStates(describeMachine(paperCall())).map((state) => state.id));

const toLive: EventObject[] = [
  { type: 'xstate.done.actor.resolve', output: REF } as EventObject,
  { type: 'transport.opened', params: { source: 1, sourceGroups: [] } } as EventObject,
  { type: 'xstate.done.actor.join', output: { answer: { kind: 'local' } } } as EventObject,
  { type: 'transport.connected' },
  { type: 'audio.started' },
];

/** Any event, also results of actors that may not run; errors only of those that do, since xstate ends a machine by others. */
function anyEvent(random: () => number, running: readonly string[]): EventObject {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  return pick<() => EventObject>([
    () => ({ type: 'xstate.done.actor.resolve', output: random() < 0.8 ? REF : { ...REF, startsAtMs: 60_000 } }),
    () => ({ type: 'transport.opened', params: { source: 1 + Math.floor(random() * 4), sourceGroups: [] } }),
    () => ({ type: 'xstate.done.actor.join', output: { answer: { kind: 'local' } } }),
    () => ({ type: 'transport.connected' }),
    () => ({ type: 'xstate.done.actor.edit' }),
    () =>
      running.length > 0
        ? { type: `xstate.error.actor.${pick(running)}`, error: new CallError(failure(pick(retries))) }
        : { type: 'call.retry' },
    () => ({ type: pick(['transport.failed', 'signalling.lost', 'attempt.failed']), failure: failure(pick(retries)) }),
    () => ({ type: pick(['self.replaced', 'self.dropped']), source: 1 + Math.floor(random() * 5) }),
    () => ({
      type: pick(['self.silenced', 'self.allowed', 'network.degraded', 'network.lost', 'network.recovered', 'call.retry']),
    }),
    () => ({ type: `${pick(['audio', 'video', 'screen'])}.${pick(['started', 'paused', 'resumed', 'stopped'])}` }),
    () => ({ type: 'call.edit', change: { muted: random() < 0.5 } }),
    () => ({
      type:
        random() < 0.1
          ? pick(['self.kicked', 'call.discarded', 'call.began', 'call.leave', 'xstate.done.actor.leave'])
          : 'call.retry',
    }),
  ])();
}

describe('a call under random events', () => {
  it('2,000 sequences: never throws, knows its state, ends within 10 s of leave, leaves nothing behind', () => {
    const visited = new Set<string>();
    // One machine for all sequences, with what it closes over replaced each time: building charts is the slow part.
    let scheduler = createVirtualScheduler();
    let random = seeded(0);
    let signalling = new FakeSignalling();
    let transports: FakeTransport[] = [];
    const server: Signalling = {
      resolve: forever,
      join: forever,
      leave: forever,
      edit: forever,
      updates: () => signalling.updates$,
    };
    const machine = createCallMachine({
      actors: callActors(server, () => {
        transports.push(Object.assign(new FakeTransport(1), { open: forever, apply: forever }));
        return transports.at(-1)!;
      }),
      nowMs: () => scheduler.now(),
      random: () => random(),
      limits: { maxFailures: 6 },
    });
    const wrong: string[] = [];
    for (let seed = 1; seed <= 2000; seed++) {
      scheduler = createVirtualScheduler();
      random = seeded(seed);
      signalling = new FakeSignalling();
      transports = [];
      const actor = createActor(machine, { input: { address: 'room:lobby' }, clock: xstateClock(scheduler) });
      actor.subscribe({ error: (error) => wrong.push(`seed ${seed} threw ${String(error)}`) });
      actor.start();
      // Half of them begin live, or chance would hardly reach the depth of it.
      for (const event of seed % 2 === 0 ? toLive : []) actor.send(event as never);
      for (let i = 0; i < 25 && actor.getSnapshot().status === 'active'; i++) {
        const running = Object.keys(actor.getSnapshot().children).filter((id) => id !== 'transport' && id !== 'updates');
        actor.send(anyEvent(random, running) as never);
        if (random() < 0.3) scheduler.advanceBy(random() * 25_000);
        for (const node of actor.getSnapshot()._nodes) visited.add(node.id);
      }
      if (actor.getSnapshot().status === 'active') {
        if (!resumeCall(JSON.parse(JSON.stringify(actor.getPersistedSnapshot())))) wrong.push(`seed ${seed} cannot be resumed`);
        actor.send({ type: 'call.leave' });
      }
      scheduler.advanceBy(10_000);
      const { status, output } = actor.getSnapshot();
      if (status !== 'done' || !output) wrong.push(`seed ${seed} is ${status} after leave`);
      if (scheduler.flush() !== 0) wrong.push(`seed ${seed} left timers`);
      if (signalling.updates$.observed) wrong.push(`seed ${seed} left a subscription to updates`);
      if (!transports.every((t) => t.closed === 1 && !t.events$.observed)) wrong.push(`seed ${seed} left a transport`);
    }
    expect(wrong).toEqual([]);
    for (const id of visited) expect(states).toContain(id);
    expect([...states].filter((id) => !visited.has(id) && !/starting|entering/.test(id))).toEqual([]);
  });

  it('200 sequences over backends that answer, fail, hang and come late', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed * 7919);
      const scheduler = createVirtualScheduler();
      const signalling = new FakeSignalling();
      const transports: FakeTransport[] = [];
      const some =
        <T>(value: T) =>
        (): Promise<T> =>
          new Promise((resolve, reject) => {
            const r = random();
            if (r < 0.7) scheduler.after(random() * 5000, () => resolve(value));
            else if (r < 0.85)
              scheduler.after(random() * 30_000, () => reject(new CallError(failure(retries[Math.floor(random() * 4)]!))));
          });
      signalling.onResolve = some(REF);
      signalling.onJoin = some({ answer: { kind: 'local' } } as const);
      signalling.onLeave = signalling.onEdit = some(undefined);
      const actor = createActor(
        createCallMachine({
          actors: callActors(signalling, () => {
            const transport = new FakeTransport(transports.length + 1, random() < 0.8);
            transports.push(transport);
            return transport;
          }),
          nowMs: () => scheduler.now(),
          random,
        }),
        { input: { address: 'room:lobby' }, clock: xstateClock(scheduler) },
      ).start();
      for (let i = 0; i < 6 && actor.getSnapshot().status === 'active'; i++) {
        await scheduler.play(random() * 8000);
        const type = (['network.lost', 'network.recovered', 'network.degraded'] as const)[Math.floor(random() * 3)]!;
        transports.at(-1)?.events$.next({ type } satisfies TransportEvent);
        actor.send({ type: 'call.edit', change: { muted: random() < 0.5 } });
      }
      actor.send({ type: 'call.leave' });
      await scheduler.play(10_000);
      expect(actor.getSnapshot().status, `seed ${seed}`).toBe('done');
      for (const transport of transports) expect([transport.closed, transport.events$.observed]).toEqual([1, false]);
      expect(signalling.updates$.observed).toBe(false);
    }
  });
});
