import { Subject } from 'rxjs';
import { type AnyMachineSnapshot, createActor, type EventObject } from 'xstate';
import { describe, expect, it } from 'vitest';
import { type ErrorCode } from '../../src/errors.js';
import { allStates, describeMachine } from '../../src/machines/describe.js';
import { CallError, callFailure, type Retry } from '../../src/machines/failure.js';
import { createSignInMachine } from '../../src/machines/sign-in.js';
import type { SignInContext, SignInEffects, SignInMethod, SignInStep } from '../../src/machines/sign-in-types.js';
import { createVirtualScheduler, xstateClock } from '../../src/time/index.js';
import { forever, paperSignIn } from './fakes.js';
import { walk } from './walk.js';

const failure = (code: ErrorCode, retry: Retry = 'never', retryAfterMs?: number) =>
  callFailure(code, { reason: 'x', seconds: 1, method: 'm', error: 'e' }, retry, retryAfterMs);
const wrong = (code: ErrorCode, retry?: Retry, retryAfterMs?: number) => new CallError(failure(code, retry, retryAfterMs));
const SIGNED_IN: SignInStep = { type: 'signed-in' };

function start(given: Partial<SignInEffects> = {}, method: SignInMethod = 'phone') {
  const scheduler = createVirtualScheduler();
  const scanned = new Subject<void>();
  const calls: string[] = [];
  const effects: SignInEffects = {
    connect: async () => {},
    sendCode: async (phone) => (calls.push(`send ${phone}`), { via: 'app', length: 5 }),
    resendCode: async () => (calls.push('resend'), { via: 'sms' }),
    checkCode: async (code) => (calls.push(`code ${code}`), SIGNED_IN),
    checkPassword: async (password) => (calls.push(`password ${password}`), SIGNED_IN),
    requestQr: async () => ({ url: `tg://login?token=${calls.push('qr')}`, expiresAtMs: scheduler.now() + 30_000 }),
    scanned: () => scanned,
    keep: async () => void calls.push('keep'),
    close: async () => void calls.push('close'),
    ...given,
  };
  const machine = createSignInMachine({ effects, nowMs: () => scheduler.now(), random: () => 0 });
  const actor = createActor(machine, { input: { method }, clock: xstateClock(scheduler) }).start();
  const say = async (...events: Parameters<typeof actor.send>[0][]) => {
    for (const event of events) {
      actor.send(event);
      await scheduler.play(1);
    }
  };
  return {
    actor,
    scheduler,
    calls,
    scanned,
    say,
    state: () => actor.getSnapshot().value,
    context: () => actor.getSnapshot().context,
  };
}

describe('the chart of a sign-in', () => {
  const machine = paperSignIn();
  const chart = describeMachine(machine);
  const failures = [
    failure('TELEGRAM_CODE_WRONG'),
    failure('TELEGRAM_NO_ANSWER', 'backoff'),
    failure('TELEGRAM_FLOOD', 'flood'),
    failure('TELEGRAM_BOT'),
  ];
  const outputs = [SIGNED_IN, { type: 'password', hint: '' }, { url: 'tg://', expiresAtMs: 9 }, { via: 'app' }];
  const events: EventObject[] = [
    ...new Set(allStates(chart).flatMap((one) => one.transitions.map((t) => t.id.split(' ')[1]!))),
  ].flatMap((type): EventObject[] => {
    if (type.startsWith('xstate.error')) return [{ type, error: new Error('no') } as EventObject];
    if (type.startsWith('xstate.done')) return outputs.map((output) => ({ type, output }) as EventObject);
    if (type === 'step.failed') return failures.map((one) => ({ type, failure: one }) as EventObject);
    if (type === 'signIn.method') return ['phone', 'qr'].map((method) => ({ type, method }) as EventObject);
    return [{ type, phone: '1', code: '2', password: '3' } as EventObject];
  });
  const key = ({ value, context }: AnyMachineSnapshot) => {
    const { wrong: count, back, end, method } = context as SignInContext;
    return JSON.stringify([value, count, back, end?.type, method]);
  };
  const found = walk(machine, [{ method: 'phone' }, { method: 'qr' }], events, key);

  it('reaches every state and takes every transition', () => {
    expect(found.missingStates).toEqual([]);
    expect(found.missingTransitions).toEqual([]);
    expect(JSON.stringify(chart)).not.toContain('(inline)');
  });

  it('can be given up in every state', () => {
    for (const snapshot of found.snapshots) {
      if (snapshot.status !== 'active' || snapshot.value === 'closing') continue;
      expect(machine.getTransitionData(snapshot as never, { type: 'signIn.cancel' })[0]!.target?.[0]?.id).toBe('signIn.closing');
    }
  });
});

describe('a sign-in', () => {
  it('goes by phone, code and password, and forgets what was said', async () => {
    const signIn = start({ checkCode: async () => ({ type: 'password', hint: 'cat' }) });
    await signIn.scheduler.play(1);
    await signIn.say({ type: 'signIn.phone', phone: '+491511' });
    expect(signIn.context()).toMatchObject({ sent: { via: 'app', length: 5 } });
    await signIn.say({ type: 'signIn.code', code: '12345' });
    expect(signIn.state()).toBe('askingPassword');
    expect(signIn.context().hint).toBe('cat');
    await signIn.say({ type: 'signIn.password', password: 'geheim' });
    expect(signIn.actor.getSnapshot().output).toEqual({ type: 'signed-in' });
    expect(signIn.calls).toEqual(['send +491511', 'password geheim', 'keep', 'close']);
    expect(JSON.stringify(signIn.context())).not.toMatch(/491511|12345|geheim/);
    expect(signIn.scheduler.flush()).toBe(0);
  });

  it('asks again for what was wrong, five times', async () => {
    const signIn = start({ checkCode: () => Promise.reject(wrong('TELEGRAM_CODE_WRONG')) });
    await signIn.scheduler.play(1);
    await signIn.say({ type: 'signIn.phone', phone: '1' });
    for (let i = 1; i < 5; i++) {
      await signIn.say({ type: 'signIn.code', code: '0' });
      expect(signIn.state()).toBe('askingCode');
      expect(signIn.context().problem?.code).toBe('TELEGRAM_CODE_WRONG');
    }
    await signIn.say({ type: 'signIn.code', code: '0' });
    expect(signIn.actor.getSnapshot().output).toMatchObject({ type: 'failed', failure: { code: 'TELEGRAM_CODE_WRONG' } });
  });

  it('sends another code', async () => {
    const signIn = start();
    await signIn.scheduler.play(1);
    await signIn.say({ type: 'signIn.phone', phone: '1' }, { type: 'signIn.resend' });
    expect(signIn.context().sent).toEqual({ via: 'sms' });
    expect(signIn.state()).toBe('askingCode');
  });

  it('shows a flood wait and goes on where it was', async () => {
    const signIn = start({ sendCode: () => Promise.reject(wrong('TELEGRAM_FLOOD', 'flood', 60_000)) });
    await signIn.scheduler.play(1);
    await signIn.say({ type: 'signIn.phone', phone: '1' });
    expect(signIn.state()).toBe('waiting');
    expect(signIn.context()).toMatchObject({ back: 'phone', problem: { code: 'TELEGRAM_FLOOD' } });
    await signIn.scheduler.play(60_000);
    expect(signIn.state()).toBe('askingPhone');
  });

  it('shows QR codes, each until it expires, until one is scanned', async () => {
    let step: SignInStep | undefined;
    const signIn = start({}, 'qr');
    await signIn.scheduler.play(1);
    expect(signIn.context().qr?.url).toBe('tg://login?token=1');
    await signIn.scheduler.play(30_000);
    expect(signIn.context().qr?.url).toBe('tg://login?token=2');

    step = { type: 'password', hint: '' };
    const second = start({ requestQr: async () => step ?? SIGNED_IN }, 'qr');
    await second.scheduler.play(1);
    expect(second.state()).toBe('askingPassword');

    signIn.scanned.next();
    await signIn.scheduler.play(1);
    expect(signIn.calls.filter((call) => call === 'qr')).toHaveLength(3);
    await signIn.say({ type: 'signIn.method', method: 'phone' });
    expect(signIn.state()).toBe('askingPhone');
    expect(signIn.context().qr).toBeUndefined();
  });

  it('is given up at once, and ends although nothing answers', async () => {
    const signIn = start({ sendCode: forever, close: forever });
    await signIn.scheduler.play(1);
    await signIn.say({ type: 'signIn.phone', phone: '1' }, { type: 'signIn.cancel' });
    await signIn.scheduler.play(5000);
    expect(signIn.actor.getSnapshot().output).toEqual({ type: 'cancelled' });
  });

  it('ends with what cannot be answered better', async () => {
    const signIn = start({ connect: () => Promise.reject(wrong('TELEGRAM_API_WRONG')) });
    await signIn.scheduler.play(1);
    expect(signIn.actor.getSnapshot().output).toMatchObject({ type: 'failed', failure: { code: 'TELEGRAM_API_WRONG' } });
  });
});
