import type { ActorRefFrom, SnapshotFrom } from 'xstate';
import { initialContext } from './call-context.js';
import { callSetup, type CallEnvironment } from './call-setup.js';
import { type CallEvent, type CallLimits, DEFAULT_CALL_LIMITS } from './call-types.js';
import { type CallFailure, callFailure, failureFrom } from './failure.js';

export type { CallEnvironment } from './call-setup.js';

/** The machine of one call. */
export type CallMachine = ReturnType<typeof createCallMachine>;
/** A running call. */
export type CallActor = ActorRefFrom<CallMachine>;
/** A call at one moment. */
export type CallSnapshot = SnapshotFrom<CallMachine>;

/**
 * The course of one call: found, joined, connected, live; joined again when it breaks; left. Effects are the actors `resolve`,
 * `join`, `leave`, `edit`, `updates` and `transport`; the last two live as long as one attempt. Every failure passes through
 * `attempt.failed`, which alone decides between giving up, a flood wait and another attempt.
 */
export function createCallMachine(environment: CallEnvironment) {
  const limits: CallLimits = { ...DEFAULT_CALL_LIMITS, ...environment.limits };
  const timeout = (step: string, ms: number): CallFailure =>
    callFailure('CALL_STEP_TIMEOUT', { step, seconds: ms / 1000 }, 'backoff');
  const lost = (reason: string): CallFailure => callFailure('CALL_CONNECTION_LOST', { reason }, 'backoff');

  return callSetup(environment).createMachine({
    id: 'call',
    description: 'One call, from its address to its end.',
    context: ({ input }) => initialContext(input),
    initial: 'starting',
    output: ({ context }) => context.end!,
    on: {
      'call.leave': [
        {
          guard: 'isMember',
          target: '.leaving',
          actions: { type: 'endAs', params: { end: { type: 'left', confirmed: false } } },
        },
        { target: '.ended', actions: { type: 'endAs', params: { end: { type: 'left', confirmed: true } } } },
      ],
      'call.edit': { actions: 'noteEdit' },
      'self.silenced': { actions: 'noteSilenced' },
      'self.allowed': { actions: 'noteAllowed' },
      'self.muted': { actions: ['noteMuted', 'announceMuted'] },
      'audio.*': { actions: 'noteMedia' },
      'video.*': { actions: 'noteMedia' },
      'screen.*': { actions: 'noteMedia' },
    },
    states: {
      starting: {
        description: 'Passed through at once: a new call is looked up, a restarted one goes on.',
        always: [
          { guard: 'entersRejoining', target: 'rejoining', actions: 'planResume' },
          { guard: 'entersWaiting', target: 'waiting' },
          { guard: 'entersLeaving', target: 'leaving' },
          { guard: 'entersEnded', target: 'ended' },
          { target: 'resolving' },
        ],
      },

      resolving: {
        description: 'Asking the server for the call; anew for every attempt, because what was found earlier goes stale.',
        invoke: {
          id: 'resolve',
          src: 'resolve',
          input: ({ context }) => ({ address: context.address }),
          onDone: [
            {
              guard: { type: 'isScheduled', params: ({ event }) => ({ ref: event.output }) },
              target: 'scheduled',
              actions: [
                { type: 'rememberRef', params: ({ event }) => ({ ref: event.output }) },
                { type: 'planStart', params: ({ event }) => ({ ref: event.output }) },
              ],
            },
            { target: 'attempt', actions: { type: 'rememberRef', params: ({ event }) => ({ ref: event.output }) } },
          ],
          onError: {
            actions: { type: 'fail', params: ({ event }) => ({ failure: failureFrom(event.error, 'find the call') }) },
          },
        },
        after: {
          resolveLimit: {
            actions: { type: 'fail', params: () => ({ failure: timeout('find the call', limits.resolveMs) }) },
          },
        },
        on: {
          'attempt.failed': [
            { guard: 'givesUpAsMember', target: 'leaving', actions: 'endAsFailed' },
            { guard: 'givesUp', target: 'ended', actions: 'endAsFailed' },
            { guard: 'mustWait', target: 'waiting', actions: 'planFloodWait' },
            { target: 'rejoining', actions: 'planRetry' },
          ],
        },
      },

      scheduled: {
        description: 'The call begins later; the server tells when, and is asked now and then, also when its updates are lost.',
        entry: 'announceWait',
        exit: 'forgetWait',
        invoke: { id: 'updates', src: 'updates', input: ({ context }) => ({ ref: context.ref! }) },
        after: { untilStart: { target: 'resolving' } },
        on: {
          'call.began': { target: 'resolving' },
          'call.retry': { target: 'resolving' },
          'call.discarded': { target: 'ended', actions: { type: 'endAs', params: { end: { type: 'ended-by-admin' } } } },
          'self.kicked': { target: 'ended', actions: { type: 'endAs', params: { end: { type: 'kicked' } } } },
        },
      },

      attempt: {
        description: 'One attempt: its transport and its updates end with it.',
        initial: 'joining',
        invoke: [
          { id: 'transport', src: 'transport' },
          { id: 'updates', src: 'updates', input: ({ context }) => ({ ref: context.ref! }) },
        ],
        on: {
          'attempt.failed': [
            { guard: 'givesUpAsMember', target: 'leaving', actions: 'endAsFailed' },
            { guard: 'givesUp', target: 'ended', actions: 'endAsFailed' },
            { guard: 'mustWait', target: 'waiting', actions: 'planFloodWait' },
            { target: 'rejoining', actions: 'planRetry' },
          ],
          'transport.failed': { actions: { type: 'fail', params: ({ event }) => ({ failure: event.failure }) } },
          'signalling.lost': { actions: { type: 'fail', params: ({ event }) => ({ failure: event.failure }) } },
          'call.discarded': { target: 'ended', actions: { type: 'endAs', params: { end: { type: 'ended-by-admin' } } } },
          'self.kicked': { target: 'ended', actions: { type: 'endAs', params: { end: { type: 'kicked' } } } },
          'self.dropped': {
            guard: 'isOwnSource',
            actions: ['forgetMembership', { type: 'fail', params: () => ({ failure: lost('the server no longer knows us') }) }],
          },
        },
        states: {
          joining: {
            initial: 'offering',
            states: {
              offering: {
                description: 'The transport prepares what to offer.',
                on: {
                  'transport.opened': {
                    target: 'asking',
                    actions: {
                      type: 'rememberMembership',
                      params: ({ context, event }) => ({ membership: { ref: context.ref!, source: event.params.source } }),
                    },
                  },
                },
                after: {
                  offerLimit: {
                    actions: { type: 'fail', params: () => ({ failure: timeout('prepare its transport', limits.offerMs) }) },
                  },
                },
              },
              asking: {
                description: 'The server is asked to let us in. It may have done so even if its answer is lost.',
                invoke: {
                  id: 'join',
                  src: 'join',
                  input: ({ context, event }) => ({
                    ref: context.ref!,
                    // Entered by this event only.
                    params: (event as Extract<CallEvent, { type: 'transport.opened' }>).params,
                    self: context.self,
                  }),
                  onDone: {
                    target: '#call.attempt.connecting',
                    actions: { type: 'applyAnswer', params: ({ event }) => ({ answer: event.output.answer }) },
                  },
                  onError: {
                    actions: { type: 'fail', params: ({ event }) => ({ failure: failureFrom(event.error, 'join') }) },
                  },
                },
                after: {
                  joinLimit: { actions: { type: 'fail', params: () => ({ failure: timeout('join', limits.joinMs) }) } },
                },
              },
            },
          },

          connecting: {
            description: 'The transport looks for a path to the server.',
            on: {
              'transport.connected': { target: 'live' },
              'self.replaced': {
                guard: 'isForeignSource',
                target: '#call.ended',
                actions: { type: 'endAs', params: { end: { type: 'joined-elsewhere' } } },
              },
            },
            after: {
              connectLimit: { actions: { type: 'fail', params: () => ({ failure: timeout('connect', limits.connectMs) }) } },
            },
          },

          live: {
            description: 'Media flows.',
            type: 'parallel',
            entry: ['announceLive', 'markLive'],
            after: { stableTime: { actions: 'forgetFailures' } },
            on: {
              'self.replaced': {
                guard: 'isForeignSource',
                target: '#call.ended',
                actions: { type: 'endAs', params: { end: { type: 'joined-elsewhere' } } },
              },
            },
            states: {
              audio: {
                type: 'parallel',
                states: {
                  playback: {
                    initial: 'entering',
                    states: {
                      entering: {
                        always: [
                          { guard: 'wasPlaying', target: 'playing' },
                          { guard: 'wasPaused', target: 'paused' },
                          { target: 'idle' },
                        ],
                      },
                      idle: { on: { 'audio.started': { target: 'playing', actions: 'noteMedia' } } },
                      playing: {
                        on: {
                          'audio.paused': { target: 'paused', actions: 'noteMedia' },
                          'audio.stopped': { target: 'idle', actions: 'noteMedia' },
                        },
                      },
                      paused: {
                        on: {
                          'audio.resumed': { target: 'playing', actions: 'noteMedia' },
                          'audio.started': { target: 'playing', actions: 'noteMedia' },
                          'audio.stopped': { target: 'idle', actions: 'noteMedia' },
                        },
                      },
                    },
                  },
                  permission: {
                    initial: 'entering',
                    states: {
                      entering: { always: [{ guard: 'wasSilenced', target: 'muted' }, { target: 'allowed' }] },
                      allowed: { on: { 'self.silenced': { target: 'muted', actions: 'noteSilenced' } } },
                      muted: {
                        description: 'An admin muted us.',
                        on: { 'self.allowed': { target: 'allowed', actions: 'noteAllowed' } },
                      },
                    },
                  },
                },
              },
              video: {
                initial: 'entering',
                states: {
                  entering: { always: [{ guard: 'hadVideo', target: 'on' }, { target: 'off' }] },
                  off: { on: { 'video.started': { target: 'on', actions: 'noteMedia' } } },
                  on: { on: { 'video.stopped': { target: 'off', actions: 'noteMedia' } } },
                },
              },
              screen: {
                initial: 'entering',
                states: {
                  entering: { always: [{ guard: 'hadScreen', target: 'on' }, { target: 'off' }] },
                  off: { on: { 'screen.started': { target: 'on', actions: 'noteMedia' } } },
                  on: { on: { 'screen.stopped': { target: 'off', actions: 'noteMedia' } } },
                },
              },
              network: {
                initial: 'good',
                states: {
                  good: { on: { 'network.degraded': { target: 'degraded' }, 'network.lost': { target: 'lost' } } },
                  degraded: { on: { 'network.recovered': { target: 'good' }, 'network.lost': { target: 'lost' } } },
                  lost: {
                    description: 'Nothing arrives. It may come back by itself; there is no ICE restart, so then we join again.',
                    on: { 'network.recovered': { target: 'good' }, 'network.degraded': { target: 'degraded' } },
                    after: {
                      lostLimit: {
                        actions: {
                          type: 'fail',
                          params: () => ({ failure: lost(`nothing arrived for ${limits.lostMs / 1000} s`) }),
                        },
                      },
                    },
                  },
                },
              },
              self: {
                initial: 'entering',
                states: {
                  entering: { always: [{ guard: 'hasNewEdit', target: 'editing' }, { target: 'settled' }] },
                  settled: {
                    on: {
                      'call.edit': { target: 'editing', actions: 'noteEdit' },
                      // Whoever may speak again is muted until he says that he wants to.
                      'self.allowed': { target: 'editing', actions: 'noteAllowed' },
                    },
                  },
                  editing: {
                    description: 'The server is told how we appear; what changes meanwhile is told after it, in one.',
                    entry: 'beginEdit',
                    invoke: {
                      id: 'edit',
                      src: 'edit',
                      input: ({ context }) => ({ membership: context.membership!, self: context.self }),
                      onDone: { target: 'entering' },
                      onError: {
                        target: 'entering',
                        actions: {
                          type: 'announceEditFailure',
                          params: ({ event }) => ({ failure: failureFrom(event.error, 'change how it appears') }),
                        },
                      },
                    },
                    after: {
                      editLimit: {
                        target: 'entering',
                        actions: {
                          type: 'announceEditFailure',
                          params: () => ({ failure: timeout('change how it appears', limits.editMs) }),
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },

      rejoining: {
        description: 'A pause before the next attempt, longer after each failure.',
        entry: 'announceWait',
        exit: 'forgetWait',
        after: { restOfWait: { target: 'resolving' } },
        on: { 'call.retry': { target: 'resolving' } },
      },

      waiting: {
        description: 'The server asked for a pause; nothing shortens it.',
        entry: 'announceWait',
        exit: 'forgetWait',
        after: { restOfWait: { target: 'resolving' } },
      },

      leaving: {
        description: 'The server is told; it has a limited time to confirm.',
        invoke: {
          id: 'leave',
          src: 'leave',
          input: ({ context }) => ({ membership: context.membership! }),
          onDone: { target: 'ended', actions: 'confirmLeft' },
          onError: { target: 'ended' },
        },
        after: { leaveLimit: { target: 'ended' } },
        on: { 'call.leave': { description: 'Already under way.' } },
      },

      ended: { type: 'final', entry: 'announceEnd' },
    },
  });
}
