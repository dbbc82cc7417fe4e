import { type ActorRefFrom, assign, emit, type EventObject, fromCallback, fromPromise, setup, type SnapshotFrom } from 'xstate';
import { backoffMs, floodWaitMs } from './backoff.js';
import { type CallFailure, callFailure, failureFrom } from './failure.js';
import {
  DEFAULT_SESSION_LIMITS,
  type SessionCommand,
  type SessionContext,
  type SessionEffects,
  type SessionEnd,
  type SessionFact,
  type SessionLimits,
  type SessionLink,
} from './session-types.js';

/** What a session's machine needs from outside. */
export interface SessionEnvironment {
  readonly effects: SessionEffects;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Limits that differ from `DEFAULT_SESSION_LIMITS`. */
  readonly limits?: Partial<SessionLimits>;
}

/** The machine of one account's session. */
export type SessionMachine = ReturnType<typeof createSessionMachine>;
/** A running one. */
export type SessionActor = ActorRefFrom<SessionMachine>;
/** A session at one moment. */
export type SessionSnapshot = SnapshotFrom<SessionMachine>;

/** The life of an account's connection: made, kept, made again when it is lost, until we close it or the server ends the session. */
export function createSessionMachine({ effects, nowMs, random, limits: given }: SessionEnvironment) {
  const limits: SessionLimits = { ...DEFAULT_SESSION_LIMITS, ...given };
  const timeout = callFailure('CALL_STEP_TIMEOUT', { step: 'connect', seconds: limits.connectMs / 1000 }, 'backoff');

  return setup({
    types: {
      context: {} as SessionContext,
      events: {} as SessionCommand | SessionLink,
      emitted: {} as SessionFact,
      input: {} as { readonly account: string },
      output: {} as SessionEnd,
    },
    actors: {
      connect: fromPromise(({ signal }) => effects.connect(signal)),
      watch: fromCallback<EventObject, undefined, SessionLink>(({ sendBack }) => {
        const lost = (thrown: unknown): void =>
          sendBack({ type: 'link.lost', failure: failureFrom(thrown, 'keep its connection') });
        try {
          const subscription = effects
            .watch()
            .subscribe({ next: sendBack, error: lost, complete: () => lost(new Error('it was closed')) });
          return () => subscription.unsubscribe();
        } catch (thrown) {
          lost(thrown);
          return undefined;
        }
      }),
      close: fromPromise(() => effects.close()),
    },
    delays: {
      connectLimit: limits.connectMs,
      closeLimit: limits.closeMs,
      restOfWait: ({ context }) => Math.max(0, (context.wait?.untilMs ?? 0) - nowMs()),
    },
    guards: {
      isOver: (_, params: { failure: CallFailure }) => params.failure.retry === 'never',
      mustWait: (_, params: { failure: CallFailure }) => params.failure.retry === 'flood',
    },
    actions: {
      planRetry: assign(({ context }, { failure }: { failure: CallFailure }) => ({
        failures: context.failures + 1,
        wait: {
          kind: 'backoff' as const,
          untilMs: nowMs() + Math.max(backoffMs(context.failures, random(), limits), failure.retryAfterMs ?? 0),
          failure,
        },
      })),
      planFloodWait: assign(({ context }, { failure }: { failure: CallFailure }) => ({
        failures: context.failures + 1,
        wait: { kind: 'flood' as const, untilMs: nowMs() + floodWaitMs(failure.retryAfterMs, random()), failure },
      })),
      forgetFailures: assign({ failures: 0 }),
      forgetWait: assign({ wait: undefined }),
      endAsClosed: assign({ end: { type: 'closed' as const } }),
      endAsSignedOut: assign((_, { failure }: { failure: CallFailure }) => ({ end: { type: 'signed-out' as const, failure } })),
      announceOnline: emit({ type: 'session.online' }),
      announceOffline: emit(({ context }) => ({ type: 'session.offline' as const, ...(context.wait && { wait: context.wait }) })),
      announceEnd: emit(({ context }) => ({ type: 'session.ended' as const, reason: context.end! })),
    },
  }).createMachine({
    id: 'session',
    description: "One account's connection.",
    context: ({ input }) => ({ account: input.account, failures: 0 }),
    initial: 'connecting',
    output: ({ context }) => context.end!,
    on: {
      'session.close': { target: '.closing', actions: 'endAsClosed' },
      'session.refused': {
        guard: { type: 'isOver', params: ({ event }) => ({ failure: event.failure }) },
        target: '.closing',
        actions: { type: 'endAsSignedOut', params: ({ event }) => ({ failure: event.failure }) },
      },
    },
    states: {
      connecting: {
        description: 'The connection is made, and Telegram is asked whether the account is signed in.',
        invoke: {
          id: 'connect',
          src: 'connect',
          onDone: { target: 'online' },
          onError: [
            {
              guard: { type: 'isOver', params: ({ event }) => ({ failure: failureFrom(event.error, 'connect') }) },
              target: 'closing',
              actions: { type: 'endAsSignedOut', params: ({ event }) => ({ failure: failureFrom(event.error, 'connect') }) },
            },
            {
              guard: { type: 'mustWait', params: ({ event }) => ({ failure: failureFrom(event.error, 'connect') }) },
              target: 'waiting',
              actions: { type: 'planFloodWait', params: ({ event }) => ({ failure: failureFrom(event.error, 'connect') }) },
            },
            {
              target: 'pausing',
              actions: { type: 'planRetry', params: ({ event }) => ({ failure: failureFrom(event.error, 'connect') }) },
            },
          ],
        },
        after: { connectLimit: { target: 'pausing', actions: { type: 'planRetry', params: () => ({ failure: timeout }) } } },
      },

      online: {
        description: 'Signed in; calls may use it.',
        initial: 'up',
        entry: 'forgetFailures',
        invoke: { id: 'watch', src: 'watch' },
        on: {
          'link.lost': [
            {
              guard: { type: 'isOver', params: ({ event }) => ({ failure: event.failure }) },
              target: 'closing',
              actions: { type: 'endAsSignedOut', params: ({ event }) => ({ failure: event.failure }) },
            },
            { target: 'pausing', actions: { type: 'planRetry', params: ({ event }) => ({ failure: event.failure }) } },
          ],
        },
        states: {
          up: { entry: 'announceOnline', on: { 'link.down': { target: 'down' } } },
          down: {
            description: 'Interrupted; the connection tries to come back by itself.',
            entry: 'announceOffline',
            on: { 'link.up': { target: 'up' } },
          },
        },
      },

      pausing: {
        description: 'A pause before connecting anew, longer after each failure.',
        entry: 'announceOffline',
        exit: 'forgetWait',
        after: { restOfWait: { target: 'connecting' } },
        on: { 'session.retry': { target: 'connecting' } },
      },

      waiting: {
        description: 'The server asked for a pause; nothing shortens it.',
        entry: 'announceOffline',
        exit: 'forgetWait',
        after: { restOfWait: { target: 'connecting' } },
      },

      closing: {
        invoke: { id: 'close', src: 'close', onDone: { target: 'ended' }, onError: { target: 'ended' } },
        after: { closeLimit: { target: 'ended' } },
        on: { 'session.close': { description: 'Already under way.' }, 'session.refused': { description: 'Already under way.' } },
      },

      ended: { type: 'final', entry: 'announceEnd' },
    },
  });
}
