import { assign, type EventObject, fromCallback, fromPromise, raise, setup } from 'xstate';
import { floodWaitMs } from './backoff.js';
import { type CallFailure, failureFrom } from './failure.js';
import {
  DEFAULT_SIGN_IN_LIMITS,
  type QrCode,
  type SentCode,
  type SignInCommand,
  type SignInContext,
  type SignInEffects,
  type SignInEnd,
  type SignInLimits,
  type SignInMethod,
  type SignInStep,
} from './sign-in-types.js';

/** What a sign-in's machine needs from outside. */
export interface SignInEnvironment {
  readonly effects: SignInEffects;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Limits that differ from `DEFAULT_SIGN_IN_LIMITS`. */
  readonly limits?: Partial<SignInLimits>;
}

/** A step did not work. The machine tells itself; nobody else sends it. */
export interface StepFailed {
  readonly type: 'step.failed';
  readonly failure: CallFailure;
}

/** A QR code was scanned. */
export interface Scanned {
  readonly type: 'qr.scanned';
}

/** What one can answer better: anything else is the end. */
const ASK_AGAIN = new Set<string>([
  'TELEGRAM_PHONE_WRONG',
  'TELEGRAM_CODE_WRONG',
  'TELEGRAM_CODE_EXPIRED',
  'TELEGRAM_PASSWORD_WRONG',
]);

/** The vocabulary of the sign-in's chart; `createSignInMachine` draws the chart from it. */
export function signInSetup({ effects, nowMs, random, limits: given }: SignInEnvironment) {
  const limits: SignInLimits = { ...DEFAULT_SIGN_IN_LIMITS, ...given };
  return setup({
    types: {
      context: {} as SignInContext,
      events: {} as SignInCommand | StepFailed | Scanned,
      input: {} as { readonly method: SignInMethod },
      output: {} as SignInEnd,
    },
    actors: {
      connect: fromPromise(({ signal }) => effects.connect(signal)),
      sendCode: fromPromise<SentCode, { phone: string }>(({ input, signal }) => effects.sendCode(input.phone, signal)),
      resendCode: fromPromise<SentCode>(({ signal }) => effects.resendCode(signal)),
      checkCode: fromPromise<SignInStep, { code: string }>(({ input, signal }) => effects.checkCode(input.code, signal)),
      checkPassword: fromPromise<SignInStep, { password: string }>(({ input, signal }) =>
        effects.checkPassword(input.password, signal),
      ),
      requestQr: fromPromise<QrCode | SignInStep>(({ signal }) => effects.requestQr(signal)),
      scanned: fromCallback<EventObject, undefined, Scanned | StepFailed>(({ sendBack }) => {
        const failed = (thrown: unknown): void =>
          sendBack({ type: 'step.failed', failure: failureFrom(thrown, 'wait for the scan') });
        try {
          const subscription = effects.scanned().subscribe({ next: () => sendBack({ type: 'qr.scanned' }), error: failed });
          return () => subscription.unsubscribe();
        } catch (thrown) {
          failed(thrown);
          return undefined;
        }
      }),
      keep: fromPromise(({ signal }) => effects.keep(signal)),
      close: fromPromise(() => effects.close()),
    },
    delays: {
      stepLimit: limits.stepMs,
      closeLimit: limits.closeMs,
      untilExpiry: ({ context }) => Math.max(1000, (context.qr?.expiresAtMs ?? 0) - nowMs()),
      restOfWait: ({ context }) => Math.max(0, (context.untilMs ?? 0) - nowMs()),
    },
    guards: {
      byQr: ({ context }) => context.method === 'qr',
      wantsQr: (_, params: { method: SignInMethod }) => params.method === 'qr',
      wantsPhone: (_, params: { method: SignInMethod }) => params.method === 'phone',
      needsPassword: (_, params: { step: QrCode | SignInStep }) => 'type' in params.step && params.step.type === 'password',
      isQr: (_, params: { step: QrCode | SignInStep }) => 'url' in params.step,
      mustWait: ({ event }) => event.type === 'step.failed' && event.failure.retry === 'flood',
      mayAnswerAgain: ({ context, event }) =>
        event.type === 'step.failed' &&
        context.wrong + 1 < limits.maxWrong &&
        (event.failure.retry === 'backoff' || ASK_AGAIN.has(event.failure.code)),
      wasPhone: ({ context }) => context.back === 'phone',
      wasCode: ({ context }) => context.back === 'code',
      wasPassword: ({ context }) => context.back === 'password',
    },
    actions: {
      fail: raise((_, params: { failure: CallFailure }) => ({ type: 'step.failed' as const, failure: params.failure })),
      noteMethod: assign((_, params: { method: SignInMethod }) => ({ method: params.method, problem: undefined, wrong: 0 })),
      noteProblem: assign(({ context, event }) =>
        event.type === 'step.failed' ? { problem: event.failure, wrong: context.wrong + 1 } : {},
      ),
      forgetProblem: assign({ problem: undefined }),
      noteSent: assign((_, params: { sent: SentCode }) => ({ sent: params.sent, problem: undefined, wrong: 0 })),
      notePassword: assign((_, params: { step: QrCode | SignInStep }) => ({
        hint: 'type' in params.step && params.step.type === 'password' ? params.step.hint : '',
        problem: undefined,
        wrong: 0,
      })),
      noteQr: assign((_, params: { step: QrCode | SignInStep }) =>
        'url' in params.step ? { qr: params.step, problem: undefined, wrong: 0 } : {},
      ),
      forgetQr: assign({ qr: undefined }),
      planWait: assign(({ event }, params: { back: NonNullable<SignInContext['back']> }) =>
        event.type === 'step.failed'
          ? { problem: event.failure, untilMs: nowMs() + floodWaitMs(event.failure.retryAfterMs, random()), back: params.back }
          : {},
      ),
      forgetWait: assign({ untilMs: undefined, back: undefined }),
      endAsSignedIn: assign({ end: { type: 'signed-in' as const }, problem: undefined }),
      endAsCancelled: assign({ end: { type: 'cancelled' as const } }),
      endAsFailed: assign(({ event }) =>
        event.type === 'step.failed' ? { end: { type: 'failed' as const, failure: event.failure } } : {},
      ),
    },
  });
}
