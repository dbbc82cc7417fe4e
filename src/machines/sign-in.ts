import type { ActorRefFrom, SnapshotFrom } from 'xstate';
import { type CallFailure, callFailure, failureFrom } from './failure.js';
import { signInSetup, type SignInEnvironment } from './sign-in-setup.js';
import { DEFAULT_SIGN_IN_LIMITS, type SignInCommand, type SignInContext, type SignInLimits } from './sign-in-types.js';

export type { SignInEnvironment } from './sign-in-setup.js';

/** The machine of one sign-in. */
export type SignInMachine = ReturnType<typeof createSignInMachine>;
/** A running one. */
export type SignInActor = ActorRefFrom<SignInMachine>;
/** A sign-in at one moment. */
export type SignInSnapshot = SnapshotFrom<SignInMachine>;

/**
 * A sign-in by phone number, code and password, or by QR code. It asks by being in a state whose name begins with `asking` or `showing`, with
 * what was wrong before in `problem`; whoever shows it answers with a command.
 */
export function createSignInMachine(environment: SignInEnvironment) {
  const limits: SignInLimits = { ...DEFAULT_SIGN_IN_LIMITS, ...environment.limits };
  const timeout = (step: string): CallFailure =>
    callFailure('CALL_STEP_TIMEOUT', { step, seconds: limits.stepMs / 1000 }, 'backoff');
  const late = (step: string) => ({
    stepLimit: { actions: { type: 'fail' as const, params: () => ({ failure: timeout(step) }) } },
  });
  const failed = (step: string) => ({
    actions: {
      type: 'fail' as const,
      params: ({ event }: { event: { error: unknown } }) => ({ failure: failureFrom(event.error, step) }),
    },
  });
  /** Where a failure leads: a wait, the question again, or the end. */
  const after = (back: NonNullable<SignInContext['back']>, again: string) =>
    ({
      'step.failed': [
        { guard: 'mustWait', target: 'waiting', actions: { type: 'planWait', params: { back } } },
        { guard: 'mayAnswerAgain', target: again, actions: 'noteProblem' },
        { target: 'closing', actions: 'endAsFailed' },
      ],
    }) as const;

  return signInSetup(environment).createMachine({
    id: 'signIn',
    description: 'One sign-in of an account.',
    context: ({ input }) => ({ method: input.method, wrong: 0 }),
    initial: 'connecting',
    output: ({ context }) => context.end!,
    on: { 'signIn.cancel': { target: '.closing', actions: 'endAsCancelled' } },
    states: {
      connecting: {
        invoke: {
          id: 'connect',
          src: 'connect',
          onDone: [{ guard: 'byQr', target: 'requestingQr' }, { target: 'askingPhone' }],
          onError: failed('connect'),
        },
        after: late('connect'),
        on: {
          'step.failed': [
            { guard: 'mayAnswerAgain', target: 'connecting', reenter: true, actions: 'noteProblem' },
            { target: 'closing', actions: 'endAsFailed' },
          ],
        },
      },

      askingPhone: {
        description: 'A phone number is wanted.',
        on: {
          'signIn.phone': { target: 'sendingCode', actions: 'forgetProblem' },
          'signIn.method': {
            guard: { type: 'wantsQr', params: ({ event }) => ({ method: event.method }) },
            target: 'requestingQr',
            actions: { type: 'noteMethod', params: ({ event }) => ({ method: event.method }) },
          },
        },
      },
      sendingCode: {
        invoke: {
          id: 'sendCode',
          src: 'sendCode',
          // Entered by this event only.
          input: ({ event }) => ({ phone: (event as Extract<SignInCommand, { type: 'signIn.phone' }>).phone }),
          onDone: { target: 'askingCode', actions: { type: 'noteSent', params: ({ event }) => ({ sent: event.output }) } },
          onError: failed('send a code'),
        },
        after: late('send a code'),
        on: after('phone', 'askingPhone'),
      },

      askingCode: {
        description: 'The code that Telegram sent is wanted.',
        on: {
          'signIn.code': { target: 'checkingCode', actions: 'forgetProblem' },
          'signIn.resend': { target: 'resendingCode' },
          'signIn.phone': { target: 'sendingCode', actions: 'forgetProblem' },
        },
      },
      resendingCode: {
        invoke: {
          id: 'resendCode',
          src: 'resendCode',
          onDone: { target: 'askingCode', actions: { type: 'noteSent', params: ({ event }) => ({ sent: event.output }) } },
          onError: failed('send another code'),
        },
        after: late('send another code'),
        on: after('code', 'askingCode'),
      },
      checkingCode: {
        invoke: {
          id: 'checkCode',
          src: 'checkCode',
          input: ({ event }) => ({ code: (event as Extract<SignInCommand, { type: 'signIn.code' }>).code }),
          onDone: [
            {
              guard: { type: 'needsPassword', params: ({ event }) => ({ step: event.output }) },
              target: 'askingPassword',
              actions: { type: 'notePassword', params: ({ event }) => ({ step: event.output }) },
            },
            { target: 'keeping' },
          ],
          onError: failed('check the code'),
        },
        after: late('check the code'),
        on: after('code', 'askingCode'),
      },

      askingPassword: {
        description: 'The password of two-step verification is wanted.',
        on: { 'signIn.password': { target: 'checkingPassword', actions: 'forgetProblem' } },
      },
      checkingPassword: {
        invoke: {
          id: 'checkPassword',
          src: 'checkPassword',
          input: ({ event }) => ({ password: (event as Extract<SignInCommand, { type: 'signIn.password' }>).password }),
          onDone: { target: 'keeping' },
          onError: failed('check the password'),
        },
        after: late('check the password'),
        on: after('password', 'askingPassword'),
      },

      requestingQr: {
        description: 'A QR code is made, or what became of a scanned one is asked.',
        invoke: {
          id: 'requestQr',
          src: 'requestQr',
          onDone: [
            {
              guard: { type: 'isQr', params: ({ event }) => ({ step: event.output }) },
              target: 'showingQr',
              actions: { type: 'noteQr', params: ({ event }) => ({ step: event.output }) },
            },
            {
              guard: { type: 'needsPassword', params: ({ event }) => ({ step: event.output }) },
              target: 'askingPassword',
              actions: { type: 'notePassword', params: ({ event }) => ({ step: event.output }) },
            },
            { target: 'keeping' },
          ],
          onError: failed('make a QR code'),
        },
        after: late('make a QR code'),
        on: {
          'step.failed': [
            { guard: 'mustWait', target: 'waiting', actions: { type: 'planWait', params: { back: 'qr' } } },
            { guard: 'mayAnswerAgain', target: 'showingQr', actions: 'noteProblem' },
            { target: 'closing', actions: 'endAsFailed' },
          ],
        },
      },
      showingQr: {
        description: 'The QR code waits to be scanned; a new one takes its place before it expires.',
        exit: 'forgetQr',
        invoke: { id: 'scanned', src: 'scanned' },
        after: { untilExpiry: { target: 'requestingQr' } },
        on: {
          'qr.scanned': { target: 'requestingQr' },
          'step.failed': { target: 'closing', actions: 'endAsFailed' },
          'signIn.method': {
            guard: { type: 'wantsPhone', params: ({ event }) => ({ method: event.method }) },
            target: 'askingPhone',
            actions: { type: 'noteMethod', params: ({ event }) => ({ method: event.method }) },
          },
        },
      },

      waiting: {
        description: 'The server asked for a pause; nothing shortens it.',
        exit: 'forgetWait',
        after: {
          restOfWait: [
            { guard: 'wasPhone', target: 'askingPhone' },
            { guard: 'wasCode', target: 'askingCode' },
            { guard: 'wasPassword', target: 'askingPassword' },
            { target: 'requestingQr' },
          ],
        },
      },

      keeping: {
        description: 'The account is stored.',
        invoke: {
          id: 'keep',
          src: 'keep',
          onDone: { target: 'closing', actions: 'endAsSignedIn' },
          onError: failed('store the account'),
        },
        on: { 'step.failed': { target: 'closing', actions: 'endAsFailed' } },
      },

      closing: {
        invoke: { id: 'close', src: 'close', onDone: { target: 'ended' }, onError: { target: 'ended' } },
        after: { closeLimit: { target: 'ended' } },
        on: { 'signIn.cancel': { description: 'Already under way.' } },
      },
      ended: { type: 'final' },
    },
  });
}
