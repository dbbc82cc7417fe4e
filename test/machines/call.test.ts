import { throwError } from 'rxjs';
import { createActor } from 'xstate';
import { describe, expect, it } from 'vitest';
import { callActors } from '../../src/machines/call-actors.js';
import { createCallMachine } from '../../src/machines/call.js';
import { resumeCall } from '../../src/machines/call-resume.js';
import type { CallFact, CallInput, CallLimits } from '../../src/machines/call-types.js';
import { CallError, callFailure, type Retry } from '../../src/machines/failure.js';
import { createVirtualScheduler, xstateClock } from '../../src/time/index.js';
import { FakeSignalling, FakeTransport, forever, REF } from './fakes.js';

const error = (retry: Retry, retryAfterMs?: number): CallError =>
  new CallError(callFailure('CALL_STEP_FAILED', { step: 'try', reason: 'no' }, retry, retryAfterMs));

/** A call at the address room:lobby in virtual time, started. */
function start({
  signalling = new FakeSignalling(),
  limits = {} as Partial<CallLimits>,
  input = { address: 'room:lobby' } as CallInput,
  connects = true,
} = {}) {
  const scheduler = createVirtualScheduler();
  const transports: FakeTransport[] = [];
  const machine = createCallMachine({
    actors: callActors(signalling, () => {
      const transport = new FakeTransport(100 + transports.length, connects);
      transports.push(transport);
      return transport;
    }),
    nowMs: () => scheduler.now(),
    random: () => 0,
    limits,
  });
  const actor = createActor(machine, { input, clock: xstateClock(scheduler) });
  const facts: CallFact[] = [];
  actor.on('*', (fact) => facts.push(fact));
  actor.start();
  return {
    actor,
    scheduler,
    signalling,
    transports,
    facts,
    state: () => actor.getSnapshot(),
    /** Ended, with every transport closed once, no timer left and nobody listening. */
    expectEnded: (reason: unknown) => {
      expect(actor.getSnapshot().status).toBe('done');
      expect(actor.getSnapshot().output).toEqual(reason);
      expect(facts.filter((fact) => fact.type === 'call.ended')).toEqual([{ type: 'call.ended', reason }]);
      expect(scheduler.flush()).toBe(0);
      expect(signalling.updates$.observed).toBe(false);
      for (const transport of transports) {
        expect(transport.closed).toBe(1);
        expect(transport.events$.observed).toBe(false);
      }
    },
  };
}

describe('call', () => {
  it('goes live and leaves', async () => {
    const call = start();
    await call.scheduler.play(1);
    expect(call.state().value).toEqual({
      attempt: {
        live: {
          audio: { playback: 'idle', permission: 'allowed' },
          video: 'off',
          screen: 'off',
          network: 'good',
          self: 'settled',
        },
      },
    });
    call.actor.send({ type: 'call.leave' });
    await call.scheduler.play(1);
    call.expectEnded({ type: 'left', confirmed: true });
    expect(call.signalling.calls).toEqual(['resolve', 'join 100 {}', 'leave 100']);
    expect(call.facts.map((fact) => fact.type)).toEqual(['call.started', 'call.ended']);
  });

  it('ends 10 s after leave if the server hangs', async () => {
    const call = start();
    call.signalling.onLeave = forever;
    await call.scheduler.play(1);
    call.actor.send({ type: 'call.leave' });
    await call.scheduler.play(9_999);
    expect(call.state().value).toBe('leaving');
    await call.scheduler.play(1);
    call.expectEnded({ type: 'left', confirmed: false });
  });

  it('leaves while a join hangs, and again when the join succeeds after all', async () => {
    const call = start();
    let answer = (): void => {};
    call.signalling.onJoin = () => new Promise((resolve) => (answer = () => resolve({ answer: { kind: 'local' } })));
    await call.scheduler.play(1);
    expect(call.state().value).toEqual({ attempt: { joining: 'asking' } });
    call.actor.send({ type: 'call.leave' });
    await call.scheduler.play(1);
    call.expectEnded({ type: 'left', confirmed: true });
    answer();
    await call.scheduler.settle();
    expect(call.signalling.calls).toEqual(['resolve', 'join 100 {}', 'leave 100', 'leave 100']);
  });

  it('ignores the late answer of an attempt that timed out', async () => {
    const call = start();
    const late: (() => void)[] = [];
    call.signalling.onJoin = () => new Promise((resolve) => late.push(() => resolve({ answer: { kind: 'local' } })));
    await call.scheduler.play(20_000);
    expect(call.state().value).toBe('rejoining');
    expect(call.state().context.wait?.failure?.code).toBe('CALL_STEP_TIMEOUT');
    await call.scheduler.play(600);
    expect(call.state().value).toEqual({ attempt: { joining: 'asking' } });
    late[0]!();
    await call.scheduler.settle();
    expect(call.state().value).toEqual({ attempt: { joining: 'asking' } });
    expect(call.signalling.calls.at(-1)).toBe('leave 100');
    late[1]!();
    await call.scheduler.play(1);
    expect(call.state().matches({ attempt: 'live' })).toBe(true);
    expect(call.state().context.membership?.source).toBe(101);
  });

  it.each([
    ['resolveMs', (s: FakeSignalling) => (s.onResolve = forever), 15_000],
    ['joinMs', (s: FakeSignalling) => (s.onJoin = forever), 20_000],
  ] as const)('has a time limit: %s', async (_name, hang, ms) => {
    const signalling = new FakeSignalling();
    hang(signalling);
    const call = start({ signalling });
    await call.scheduler.play(ms - 1);
    expect(call.state().value).not.toBe('rejoining');
    await call.scheduler.play(1);
    expect(call.state().value).toBe('rejoining');
  });

  it('pauses longer after each failure, gives up after the last, and leaves no ghost', async () => {
    const call = start({ limits: { maxFailures: 4, connectMs: 1000 }, connects: false });
    await call.scheduler.play(60_000);
    const waits = call.facts.flatMap((fact) => (fact.type === 'call.waiting' ? [fact.wait] : []));
    expect(waits.map(({ kind }) => kind)).toEqual(['backoff', 'backoff', 'backoff']);
    // With no jitter drawn: half of 1, 2 and 4 s after attempts of 1 s each.
    expect(waits.map(({ untilMs }) => untilMs)).toEqual([1500, 3500, 6500]);
    expect(call.signalling.calls.filter((name) => name.startsWith('leave'))).toEqual(['leave 103']);
    call.expectEnded({
      type: 'failed',
      failure: { code: 'CALL_STEP_TIMEOUT', message: 'the call took more than 1 s to connect', retry: 'backoff' },
    });
  });

  it('forgets failures after a stable minute only', async () => {
    const call = start();
    await call.scheduler.play(1);
    const drop = (): void =>
      call.transports.at(-1)!.events$.next({ type: 'transport.failed', failure: error('backoff').failure });
    drop();
    await call.scheduler.play(50_000);
    drop();
    expect(call.state().context.failures).toBe(2);
    await call.scheduler.play(62_000);
    expect(call.state().context.failures).toBe(0);
    expect(call.facts.map((fact) => fact.type)).toEqual([
      'call.started',
      'call.waiting',
      'call.rejoined',
      'call.waiting',
      'call.rejoined',
    ]);
  });

  it('waits out a flood wait visibly; retry does not shorten it, leave does', async () => {
    const signalling = new FakeSignalling();
    signalling.onResolve = () => Promise.reject(error('flood', 42_000));
    const again = start({ signalling });
    await again.scheduler.play(1000);
    expect(again.state().value).toBe('waiting');
    expect(again.state().context.wait).toMatchObject({ kind: 'flood', untilMs: 42_000 });
    again.actor.send({ type: 'call.retry' });
    await again.scheduler.play(40_999);
    expect(again.signalling.calls.length).toBe(1);
    await again.scheduler.play(1);
    expect(again.signalling.calls.length).toBe(2);
    again.actor.send({ type: 'call.leave' });
    again.expectEnded({ type: 'left', confirmed: true });
  });

  it('does not try again what cannot work', async () => {
    const signalling = new FakeSignalling();
    signalling.onResolve = () => Promise.reject(error('never'));
    const call = start({ signalling });
    await call.scheduler.play(1);
    call.expectEnded({ type: 'failed', failure: error('never').failure });
  });

  it.each([
    [{ type: 'call.discarded' }, { type: 'ended-by-admin' }],
    [{ type: 'self.kicked' }, { type: 'kicked' }],
    [{ type: 'self.replaced', source: 7 }, { type: 'joined-elsewhere' }],
  ] as const)('ends without a retry on %o', async (update, reason) => {
    const call = start();
    await call.scheduler.play(1);
    call.signalling.updates$.next(update);
    await call.scheduler.settle();
    call.expectEnded(reason);
    expect(call.signalling.calls).toEqual(['resolve', 'join 100 {}']);
  });

  it('takes late news of its own earlier source for nobody else', async () => {
    const call = start();
    await call.scheduler.play(1);
    call.transports[0]!.events$.next({ type: 'transport.failed', failure: error('backoff').failure });
    await call.scheduler.play(1000);
    call.signalling.updates$.next({ type: 'self.replaced', source: 100 });
    call.signalling.updates$.next({ type: 'self.dropped', source: 100 });
    expect(call.state().matches({ attempt: 'live' })).toBe(true);
    call.signalling.updates$.next({ type: 'self.dropped', source: 101 });
    expect(call.state().value).toBe('rejoining');
    expect(call.state().context.membership).toBeUndefined();
  });

  it('rejoins when nothing arrives for 10 s, and not before', async () => {
    const call = start();
    await call.scheduler.play(1);
    const { events$ } = call.transports[0]!;
    events$.next({ type: 'network.degraded' });
    events$.next({ type: 'network.lost' });
    await call.scheduler.play(9_999);
    events$.next({ type: 'network.recovered' });
    await call.scheduler.play(20_000);
    expect(call.transports.length).toBe(1);
    events$.next({ type: 'network.lost' });
    await call.scheduler.play(10_000);
    expect(call.state().value).toBe('rejoining');
    expect(call.transports[0]!.closed).toBe(1);
  });

  it('rejoins when the server’s updates end or fail', async () => {
    const call = start();
    await call.scheduler.play(1);
    call.signalling.updates$.complete();
    expect(call.state().value).toBe('rejoining');
    call.signalling.updates = () => throwError(() => new Error('gone')) as never;
    await call.scheduler.play(1000);
    expect(call.state().value).toBe('rejoining');
    expect(call.state().context.wait?.failure?.message).toBe('the call failed to hear the server: gone');
  });

  it('shows after a rejoin what went on meanwhile', async () => {
    const call = start();
    await call.scheduler.play(1);
    call.actor.send({ type: 'audio.started' });
    call.actor.send({ type: 'video.started' });
    call.transports[0]!.events$.next({ type: 'transport.failed', failure: error('backoff').failure });
    call.actor.send({ type: 'audio.paused' });
    call.actor.send({ type: 'video.stopped' });
    call.actor.send({ type: 'screen.started' });
    await call.scheduler.play(1000);
    expect(call.state().value).toMatchObject({
      attempt: { live: { audio: { playback: 'paused' }, video: 'off', screen: 'on' } },
    });
  });

  it('tells edits one after another, merges what comes meanwhile, and repeats them on a rejoin', async () => {
    const call = start();
    await call.scheduler.play(1);
    call.actor.send({ type: 'call.edit', change: { muted: true } });
    call.actor.send({ type: 'call.edit', change: { handRaised: true } });
    call.actor.send({ type: 'call.edit', change: { muted: false } });
    await call.scheduler.play(1);
    call.transports[0]!.events$.next({ type: 'transport.failed', failure: error('backoff').failure });
    await call.scheduler.play(1000);
    expect(call.signalling.calls.slice(2)).toEqual([
      'edit {"muted":true}',
      'edit {"muted":false,"handRaised":true}',
      'resolve',
      'join 101 {"muted":false,"handRaised":true}',
      // A join says nothing of the hand.
      'edit {"muted":false,"handRaised":true}',
    ]);
    call.signalling.onEdit = () => Promise.reject(error('never'));
    call.actor.send({ type: 'call.edit', change: { volume: 2 } });
    await call.scheduler.play(1);
    expect(call.facts.at(-1)).toEqual({ type: 'call.editFailed', failure: error('never').failure });
    expect(call.state().matches({ attempt: { live: { self: 'settled' } } })).toBe(true);
  });

  it('says that it wants to speak once it may again, and takes a mute by somebody else for its own', async () => {
    const call = start();
    await call.scheduler.play(1);
    const from = call.signalling.calls.length;
    call.signalling.updates$.next({ type: 'self.silenced' });
    call.signalling.updates$.next({ type: 'self.allowed' });
    await call.scheduler.play(1);
    expect(call.signalling.calls.slice(from)).toEqual(['edit {}']);
    call.signalling.updates$.next({ type: 'self.muted' });
    expect(call.state().context.self).toEqual({ muted: true });
    await call.scheduler.play(1);
    expect(call.signalling.calls.slice(from)).toEqual(['edit {}']);
    expect(call.facts.at(-1)).toEqual({ type: 'call.muted' });
  });

  it('survives backends that throw at once', async () => {
    const signalling = new FakeSignalling();
    const call = start({ signalling });
    signalling.join = () => {
      throw new Error('sync');
    };
    await call.scheduler.play(1);
    expect(call.state().context.wait?.failure?.message).toBe('the call failed to join: sync');
  });

  it('waits for a scheduled call, looks at it every five minutes, and joins at once when it begins', async () => {
    const signalling = new FakeSignalling();
    let startsAtMs: number | undefined = 3_600_000;
    signalling.onResolve = async () => ({ ...REF, ...(startsAtMs !== undefined && { startsAtMs }) });
    const call = start({ signalling });
    await call.scheduler.play(1);
    expect(call.state().value).toBe('scheduled');
    expect(call.facts).toEqual([{ type: 'call.waiting', wait: { kind: 'schedule', untilMs: 3_600_000 } }]);
    await call.scheduler.play(600_000);
    expect(call.signalling.calls).toEqual(['resolve', 'resolve', 'resolve']);
    startsAtMs = undefined;
    call.signalling.updates$.next({ type: 'call.began' });
    await call.scheduler.play(1);
    expect(call.state().matches({ attempt: 'live' })).toBe(true);
    expect(call.state().context.failures).toBe(0);
  });

  it('does not hurry after a scheduled call whose admin is late', async () => {
    const signalling = new FakeSignalling();
    signalling.onResolve = async () => ({ ...REF, startsAtMs: 1 });
    const call = start({ signalling });
    await call.scheduler.play(60_000);
    expect(call.signalling.calls).toHaveLength(5);
  });

  it.each([
    ['CALL_FORBIDDEN', { type: 'kicked' }],
    ['CALL_NOT_FOUND', { type: 'ended-by-admin' }],
  ] as const)('after it was live, %s says how it ended', async (code, end) => {
    const call = start();
    await call.scheduler.play(1);
    call.signalling.onResolve = () => Promise.reject(new CallError(callFailure(code, { address: 'x', reason: 'y' }, 'never')));
    call.signalling.updates$.next({ type: 'self.dropped', source: 100 });
    await call.scheduler.play(1000);
    call.expectEnded(end);
  });

  it('tries once more what may have been a stale look-up, and ends when it fails alike', async () => {
    const call = start();
    call.signalling.onJoin = () => Promise.reject(error('once'));
    await call.scheduler.play(2000);
    call.expectEnded({ type: 'failed', failure: error('once').failure });
    expect(call.signalling.calls.filter((name) => name === 'resolve')).toHaveLength(2);
  });

  it.each(['createTransport', 'events$', 'open', 'apply', 'close', 'updates'])(
    'does not break when %s throws at once',
    async (what) => {
      const scheduler = createVirtualScheduler();
      const signalling = new FakeSignalling();
      const boom = (): never => {
        throw new Error('boom');
      };
      if (what === 'updates') signalling.updates = boom;
      const actor = createActor(
        createCallMachine({
          actors: callActors(signalling, () => {
            if (what === 'createTransport') boom();
            return Object.defineProperty(new FakeTransport(1), what, what === 'events$' ? { get: boom } : { value: boom });
          }),
          nowMs: () => scheduler.now(),
          random: () => 0,
        }),
        { input: { address: 'room:lobby' }, clock: xstateClock(scheduler) },
      ).start();
      await scheduler.play(1);
      if (what === 'close') expect(actor.getSnapshot().matches({ attempt: 'live' })).toBe(true);
      else expect(actor.getSnapshot().context.wait?.failure?.message).toMatch(/^the call failed to .*: boom$/);
      actor.send({ type: 'call.leave' });
      await scheduler.play(1);
      expect(actor.getSnapshot().status).toBe('done');
    },
  );

  it('goes on in a new process: live rejoins, a flood wait keeps its end', async () => {
    const live = start();
    await live.scheduler.play(1);
    live.actor.send({ type: 'audio.started' });
    const saved: unknown = JSON.parse(JSON.stringify(live.actor.getPersistedSnapshot()));
    const next = start({ input: resumeCall(saved)! });
    expect(next.state().value).toBe('rejoining');
    await next.scheduler.play(1000);
    expect(next.state().matches({ attempt: { live: { audio: { playback: 'playing' } } } })).toBe(true);
    expect(next.facts.at(-1)?.type).toBe('call.rejoined');

    const signalling = new FakeSignalling();
    signalling.onResolve = () => Promise.reject(error('flood', 42_000));
    const flooded = start({ signalling });
    await flooded.scheduler.play(1);
    const later = start({ input: resumeCall(JSON.parse(JSON.stringify(flooded.actor.getPersistedSnapshot())))! });
    await later.scheduler.play(41_999);
    expect(later.state().value).toBe('waiting');
    await later.scheduler.play(2);
    expect(later.state().matches({ attempt: 'live' })).toBe(true);
  });

  it.each([null, 'x', {}, { status: 'active', value: 'resolving', context: { address: 7 } }])(
    'refuses the saved state %j',
    (saved) => {
      expect(() => resumeCall(saved)).toThrow('the saved state of a call cannot be used');
    },
  );
});
