import { assign, emit, raise, sendTo, setup } from 'xstate';
import { backoffMs, floodWaitMs } from './backoff.js';
import type { ApplyAnswer, CallActors } from './call-actors.js';
import { endAfter, joinLeavesOut, mediaAfter, withSource } from './call-context.js';
import {
  type AttemptFailed,
  type CallContext,
  type CallEnd,
  type CallEvent,
  type CallFact,
  type CallInput,
  type CallLimits,
  DEFAULT_CALL_LIMITS,
} from './call-types.js';
import type { CallFailure } from './failure.js';
import type { CallRef, Membership } from './signalling.js';
import type { TransportAnswer } from './transport.js';

/** What a call's machine needs from outside. */
export interface CallEnvironment {
  /** Its effects, from `callActors`. */
  readonly actors: CallActors;
  /** Milliseconds since 1970, for the end of waits, which must survive a restart. */
  readonly nowMs: () => number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Limits that differ from `DEFAULT_CALL_LIMITS`. */
  readonly limits?: Partial<CallLimits>;
}

/** How often a scheduled call is looked at, at least and at most, in milliseconds. */
const SCHEDULE_MOST_MS = 300_000;
const SCHEDULE_LEAST_MS = 15_000;

/**
 * The vocabulary of the call's chart: its types, actors, delays, guards and actions by name. `createCallMachine` draws the chart
 * from it.
 */
export function callSetup({ actors, nowMs, random, limits: given }: CallEnvironment) {
  const limits: CallLimits = { ...DEFAULT_CALL_LIMITS, ...given };
  const isLast = (context: CallContext, failure: CallFailure): boolean =>
    failure.retry === 'never' ||
    (failure.retry === 'once' && context.lastFailure === failure.code) ||
    context.failures + 1 >= limits.maxFailures;

  return setup({
    types: {
      context: {} as CallContext,
      events: {} as CallEvent | AttemptFailed,
      emitted: {} as CallFact,
      input: {} as CallInput,
      output: {} as CallEnd,
    },
    actors,
    delays: {
      resolveLimit: limits.resolveMs,
      offerLimit: limits.offerMs,
      joinLimit: limits.joinMs,
      connectLimit: limits.connectMs,
      leaveLimit: limits.leaveMs,
      editLimit: limits.editMs,
      lostLimit: limits.lostMs,
      stableTime: limits.stableMs,
      // Looked at now and then, as admins begin earlier, later, or never.
      untilStart: ({ context }) =>
        Math.min(SCHEDULE_MOST_MS, Math.max(SCHEDULE_LEAST_MS, (context.wait?.untilMs ?? 0) - nowMs())),
      restOfWait: ({ context }) => Math.max(0, (context.wait?.untilMs ?? 0) - nowMs()),
    },
    guards: {
      entersRejoining: ({ context }) => context.entry === 'rejoining',
      entersWaiting: ({ context }) => context.entry === 'waiting',
      entersLeaving: ({ context }) => context.entry === 'leaving' && context.membership !== undefined,
      entersEnded: ({ context }) => context.entry === 'leaving',
      isScheduled: (_, params: { ref: CallRef }) => params.ref.startsAtMs !== undefined,
      isMember: ({ context }) => context.membership !== undefined,
      givesUpAsMember: ({ context, event }) =>
        event.type === 'attempt.failed' && context.membership !== undefined && isLast(context, event.failure),
      givesUp: ({ context, event }) => event.type === 'attempt.failed' && isLast(context, event.failure),
      mustWait: ({ event }) => event.type === 'attempt.failed' && event.failure.retry === 'flood',
      isOwnSource: ({ context, event }) => event.type === 'self.dropped' && event.source === context.membership?.source,
      isForeignSource: ({ context, event }) => event.type === 'self.replaced' && !context.ownSources.includes(event.source),
      wasSilenced: ({ context }) => context.silenced === true,
      hasNewEdit: ({ context }) => context.selfDirty,
      wasPlaying: ({ context }) => context.media.audio === 'playing',
      wasPaused: ({ context }) => context.media.audio === 'paused',
      hadVideo: ({ context }) => context.media.video,
      hadScreen: ({ context }) => context.media.screen,
    },
    actions: {
      fail: raise((_, params: { failure: CallFailure }) => ({ type: 'attempt.failed' as const, failure: params.failure })),
      rememberRef: assign((_, params: { ref: CallRef }) => ({ ref: params.ref, silenced: undefined })),
      noteSilenced: assign({ silenced: true }),
      // Who may speak asks no more: the server has lowered the hand, and a later join does not raise it again. He is muted until he says so.
      noteAllowed: assign(({ context: { self } }) => ({
        silenced: false,
        self: { ...self, handRaised: undefined },
        selfDirty: true,
      })),
      noteMuted: assign(({ context }) => ({ self: { ...context.self, muted: true } })),
      announceMuted: emit({ type: 'call.muted' }),
      rememberMembership: assign(({ context }, params: { membership: Membership }) => ({
        membership: params.membership,
        ownSources: withSource(context.ownSources, params.membership.source),
        selfDirty: joinLeavesOut(context.self),
      })),
      forgetMembership: assign({ membership: undefined }),
      applyAnswer: sendTo('transport', (_, params: { answer: TransportAnswer }): ApplyAnswer => ({
        type: 'transport.apply',
        answer: params.answer,
      })),
      planRetry: assign(({ context, event }) => {
        if (event.type !== 'attempt.failed') return {};
        const pauseMs = Math.max(backoffMs(context.failures, random(), limits), event.failure.retryAfterMs ?? 0);
        return {
          failures: context.failures + 1,
          lastFailure: event.failure.code,
          wait: { kind: 'backoff' as const, untilMs: nowMs() + pauseMs, failure: event.failure },
        };
      }),
      planFloodWait: assign(({ context, event }) => {
        if (event.type !== 'attempt.failed') return {};
        const waitMs = floodWaitMs(event.failure.retryAfterMs, random());
        return {
          failures: context.failures + 1,
          lastFailure: event.failure.code,
          wait: { kind: 'flood' as const, untilMs: nowMs() + waitMs, failure: event.failure },
        };
      }),
      planResume: assign(({ context }) => ({
        wait: { kind: 'resume' as const, untilMs: nowMs() + backoffMs(context.failures, random(), limits) },
      })),
      planStart: assign((_, params: { ref: CallRef }) => ({
        wait: { kind: 'schedule' as const, untilMs: params.ref.startsAtMs ?? 0 },
      })),
      announceWait: emit(({ context }) => ({ type: 'call.waiting' as const, wait: context.wait! })),
      forgetWait: assign({ wait: undefined }),
      forgetFailures: assign({ failures: 0, lastFailure: undefined }),
      announceLive: emit(({ context }) => ({ type: context.wasLive ? ('call.rejoined' as const) : ('call.started' as const) })),
      markLive: assign({ wasLive: true }),
      noteMedia: assign(({ context, event }) => ({ media: mediaAfter(context.media, event.type) })),
      noteEdit: assign(({ context, event }) =>
        event.type === 'call.edit' ? { self: { ...context.self, ...event.change }, selfDirty: true } : {},
      ),
      beginEdit: assign({ selfDirty: false }),
      announceEditFailure: emit((_, params: { failure: CallFailure }) => ({
        type: 'call.editFailed' as const,
        failure: params.failure,
      })),
      endAs: assign((_, params: { end: CallEnd }) => ({ end: params.end })),
      endAsFailed: assign(({ context, event }) =>
        event.type === 'attempt.failed' ? { end: endAfter(context, event.failure) } : {},
      ),
      confirmLeft: assign(({ context }) =>
        context.end?.type === 'left' ? { end: { type: 'left' as const, confirmed: true } } : {},
      ),
      announceEnd: emit(({ context }) => ({ type: 'call.ended' as const, reason: context.end! })),
    },
  });
}
