import { Subject, throwError } from 'rxjs';
import { type AnyMachineSnapshot, createActor, type EventObject } from 'xstate';
import { describe, expect, it } from 'vitest';
import { allStates, describeMachine } from '../../src/machines/describe.js';
import { CallError, callFailure, type Retry } from '../../src/machines/failure.js';
import { createSessionMachine } from '../../src/machines/session.js';
import type { SessionContext, SessionEffects, SessionFact, SessionLink } from '../../src/machines/session-types.js';
import { createVirtualScheduler, xstateClock } from '../../src/time/index.js';
import { forever, paperSession } from './fakes.js';
import { walk } from './walk.js';

const failure = (retry: Retry, retryAfterMs?: number) => callFailure('TELEGRAM_NO_ANSWER', { reason: 'x' }, retry, retryAfterMs);
const error = (retry: Retry, retryAfterMs?: number) => new CallError(failure(retry, retryAfterMs));

/** A session in virtual time whose effects a test can replace, started. */
function start(effects: Partial<SessionEffects> = {}) {
  const scheduler = createVirtualScheduler();
  const links: Subject<SessionLink>[] = [];
  const calls: string[] = [];
  const machine = createSessionMachine({
    effects: {
      connect: async (signal) => {
        calls.push('connect');
        await effects.connect?.(signal);
      },
      watch: effects.watch ?? (() => links[links.push(new Subject()) - 1]!),
      close: async () => {
        calls.push('close');
        await effects.close?.();
      },
    },
    nowMs: () => scheduler.now(),
    random: () => 0,
  });
  const actor = createActor(machine, { input: { account: 'main' }, clock: xstateClock(scheduler) });
  const facts: SessionFact[] = [];
  actor.on('*', (fact) => facts.push(fact));
  actor.start();
  const state = () => JSON.stringify(actor.getSnapshot().value);
  return { actor, scheduler, facts, calls, state, link: (link: SessionLink) => links.at(-1)!.next(link) };
}

describe('the chart of a session', () => {
  const machine = paperSession();
  const chart = describeMachine(machine);
  const failures = (['never', 'backoff', 'flood'] as const).map((retry) => failure(retry));
  const events: EventObject[] = [
    ...new Set(allStates(chart).flatMap((one) => one.transitions.map((t) => t.id.split(' ')[1]!))),
  ].flatMap((type): EventObject[] => {
    if (type.startsWith('xstate.error')) return failures.map((one) => ({ type, error: new CallError(one) }) as EventObject);
    if (type === 'link.lost' || type === 'session.refused') return failures.map((one) => ({ type, failure: one }) as EventObject);
    return [{ type }];
  });
  const key = ({ value, context }: AnyMachineSnapshot) =>
    JSON.stringify([value, Math.min(2, (context as SessionContext).failures), (context as SessionContext).end?.type]);
  const found = walk(machine, [{ account: 'main' }], events, key);

  it('reaches every state and takes every transition', () => {
    expect(found.missingStates).toEqual([]);
    expect(found.missingTransitions).toEqual([]);
    expect(JSON.stringify(chart)).not.toContain('(inline)');
  });

  it('closes from every state, and survives JSON in each', () => {
    for (const snapshot of found.snapshots) {
      expect(JSON.stringify(JSON.parse(JSON.stringify(machine.getPersistedSnapshot(snapshot as never))))).toBeTypeOf('string');
      if (snapshot.status !== 'active') continue;
      const [taken] = machine.getTransitionData(snapshot as never, { type: 'session.close' });
      if (snapshot.value !== 'closing') expect(taken!.target?.[0]?.id).toBe('session.closing');
    }
  });
});

describe('a session', () => {
  it('connects, tells interruptions, and closes', async () => {
    const session = start();
    await session.scheduler.play(1);
    session.link({ type: 'link.down' });
    session.link({ type: 'link.up' });
    session.link({ type: 'link.up' });
    session.actor.send({ type: 'session.close' });
    await session.scheduler.play(1);
    expect(session.facts.map(({ type }) => type)).toEqual([
      'session.online',
      'session.offline',
      'session.online',
      'session.ended',
    ]);
    expect(session.actor.getSnapshot().output).toEqual({ type: 'closed' });
    expect(session.calls).toEqual(['connect', 'close']);
    expect(session.scheduler.flush()).toBe(0);
  });

  it('connects anew for as long as it takes, with longer pauses', async () => {
    let works = false;
    const session = start({
      connect: async () => {
        if (!works) throw error('backoff');
      },
    });
    await session.scheduler.play(10 * 60_000);
    expect(session.calls.length).toBeGreaterThan(15);
    expect(session.calls.length).toBeLessThan(30);
    works = true;
    await session.scheduler.play(60_000);
    expect(session.state()).toBe('{"online":"up"}');
    expect(session.actor.getSnapshot().context).toEqual({ account: 'main', failures: 0 });
  });

  it('makes a new connection when the old one is lost', async () => {
    const session = start();
    await session.scheduler.play(1);
    session.link({ type: 'link.lost', failure: failure('backoff') });
    expect(session.facts.at(-1)).toMatchObject({ type: 'session.offline', wait: { kind: 'backoff', untilMs: 501 } });
    await session.scheduler.play(501);
    expect(session.calls).toEqual(['connect', 'connect']);
    expect(session.state()).toBe('{"online":"up"}');
  });

  it('waits out a flood, which nothing shortens', async () => {
    let floods = 1;
    const session = start({
      connect: async () => {
        if (floods-- > 0) throw error('flood', 42_000);
      },
    });
    await session.scheduler.play(1);
    expect(session.state()).toBe('"waiting"');
    session.actor.send({ type: 'session.retry' });
    await session.scheduler.play(41_990);
    expect(session.state()).toBe('"waiting"');
    await session.scheduler.play(20);
    expect(session.state()).toBe('{"online":"up"}');
  });

  it.each([
    ['when it connects', {}, 'connect'],
    ['when the link says so', {}, 'link'],
    ['when a request finds out', {}, 'refused'],
  ])('is over %s', async (_name, _effects, how) => {
    const session = start(how === 'connect' ? { connect: () => Promise.reject(error('never')) } : {});
    await session.scheduler.play(1);
    if (how === 'link') session.link({ type: 'link.lost', failure: failure('never') });
    if (how === 'refused') session.actor.send({ type: 'session.refused', failure: failure('never') });
    await session.scheduler.play(1);
    expect(session.actor.getSnapshot().output).toEqual({ type: 'signed-out', failure: failure('never') });
  });

  it('does not hang in a connect or a close that hang', async () => {
    const session = start({ connect: forever, close: forever });
    await session.scheduler.play(30_000);
    expect(session.state()).toBe('"pausing"');
    session.actor.send({ type: 'session.close' });
    await session.scheduler.play(5000);
    expect(session.actor.getSnapshot().output).toEqual({ type: 'closed' });
  });

  it('does not break when the watch throws', async () => {
    const session = start({ watch: () => throwError(() => new Error('boom')) });
    await session.scheduler.play(1);
    expect(session.actor.getSnapshot().context.wait?.failure.message).toMatch(/boom/);
  });
});
