import { type ActorRefFrom, assign, emit, sendTo, setup, type SnapshotFrom } from 'xstate';
import { problem } from '../errors.js';
import type { MediaOrder, OpenStream, SourceActors } from './source-actors.js';
import { boundedMs, positionMs } from './source-position.js';
import {
  DEFAULT_SOURCE_LIMITS,
  type MediaCommand,
  type SourceContext,
  type SourceEvent,
  type SourceFact,
  type SourceInput,
  type SourceLimits,
  type StreamEnd,
} from './source-types.js';

/** What a playback's machine needs from outside. */
export interface SourceEnvironment {
  /** Its effects, from `sourceActors`. */
  readonly actors: SourceActors;
  /** Milliseconds of the clock that media runs on, for positions. */
  readonly nowMs: () => number;
  /** Limits that differ from `DEFAULT_SOURCE_LIMITS`. */
  readonly limits?: Partial<SourceLimits>;
}

/** The machine of one playback. */
export type SourceMachine = ReturnType<typeof createSourceMachine>;
/** A running playback. */
export type SourceActor = ActorRefFrom<SourceMachine>;
/** A playback at one moment. */
export type SourceSnapshot = SnapshotFrom<SourceMachine>;

/**
 * The course of one playback. The actor `media` is one stream of the media host and lives as long as the state `active`, so a
 * restart closes the old stream before it opens the new one, and `ended` holds nothing. States follow what the host reports;
 * commands only change what is wanted.
 */
export function createSourceMachine({ actors, nowMs, limits: given }: SourceEnvironment) {
  const limits: SourceLimits = { ...DEFAULT_SOURCE_LIMITS, ...given };
  const timedOut = (context: SourceContext, step: string, ms: number): { end: StreamEnd } => {
    const { code, message } = problem('STREAM_TIMEOUT', { src: context.src, seconds: ms / 1000, step });
    return { end: { type: 'failed', failure: { code, message } } };
  };
  const order = (command: MediaCommand): MediaOrder => ({ type: 'media.order', command });
  const current = (context: SourceContext, event: SourceEvent): boolean =>
    'generation' in event && event.generation === context.generation;
  const beginning = { seekable: false, durationMs: undefined, pendingSeekMs: undefined, end: undefined };

  return setup({
    types: {
      context: {} as SourceContext,
      events: {} as SourceEvent,
      emitted: {} as SourceFact,
      input: {} as SourceInput,
    },
    actors,
    delays: { openLimit: limits.openMs, bufferLimit: limits.bufferMs, seekLimit: limits.seekMs },
    guards: {
      isCurrent: ({ context, event }) => current(context, event),
      isCurrentAndSeekFirst: ({ context, event }) =>
        current(context, event) && event.type === 'stream.opened' && event.seekable && context.pendingSeekMs !== undefined,
      isFailure: ({ context, event }) =>
        current(context, event) && event.type === 'stream.ended' && event.reason.type === 'failed',
      isLastSeekWhilePaused: ({ context, event }) =>
        current(context, event) && event.type === 'stream.seeked' && event.seek === context.seek && context.wanted === 'paused',
      isLastSeek: ({ context, event }) =>
        current(context, event) && event.type === 'stream.seeked' && event.seek === context.seek,
      isSeekable: ({ context }) => context.seekable,
    },
    actions: {
      noteOpened: assign(({ context, event }) =>
        event.type === 'stream.opened'
          ? {
              durationMs: event.durationMs,
              seekable: event.seekable,
              pendingSeekMs: event.seekable ? context.pendingSeekMs : undefined,
            }
          : {},
      ),
      announceOpened: emit(({ context }) => ({
        type: 'source.opened' as const,
        generation: context.generation,
        durationMs: context.durationMs,
        seekable: context.seekable,
      })),
      notePosition: assign(({ event }) => ('positionMs' in event ? { positionMs: event.positionMs, positionAtMs: nowMs() } : {})),
      holdPosition: assign(({ context }) => ({
        positionMs: positionMs(context, true, nowMs()),
        positionAtMs: nowMs(),
      })),
      wantPlaying: assign({ wanted: 'playing' }),
      wantPaused: assign({ wanted: 'paused' }),
      tellPlay: sendTo('media', ({ context }) => order({ type: 'media.play', generation: context.generation })),
      tellPause: sendTo('media', ({ context }) => order({ type: 'media.pause', generation: context.generation })),
      tellSeek: sendTo('media', ({ context }) =>
        order({ type: 'media.seek', generation: context.generation, seek: context.seek, positionMs: context.positionMs }),
      ),
      beginSeek: assign(({ context, event }) => ({
        seek: context.seek + 1,
        positionMs: boundedMs(event.type === 'source.seek' ? event.positionMs : (context.pendingSeekMs ?? 0), context.durationMs),
        positionAtMs: nowMs(),
        pendingSeekMs: undefined,
      })),
      rememberSeek: assign(({ event }) =>
        event.type === 'source.seek' ? { pendingSeekMs: boundedMs(event.positionMs, undefined) } : {},
      ),
      refuseSeek: emit(({ context }) => ({ type: 'source.seekRefused' as const, generation: context.generation })),
      noteEnd: assign(({ event }) => (event.type === 'stream.ended' ? { end: event.reason } : {})),
      endAsStopped: assign({ end: { type: 'stopped' } }),
      endAsNotOpened: assign(({ context }) => timedOut(context, 'opening', limits.openMs)),
      endAsDry: assign(({ context }) => timedOut(context, 'buffering', limits.bufferMs)),
      announceEnd: emit(({ context }) => ({
        type: 'source.ended' as const,
        generation: context.generation,
        reason: context.end!,
      })),
      beginAgain: assign(({ context }) => ({
        ...beginning,
        generation: context.generation + 1,
        startMs: 0,
        positionMs: 0,
        positionAtMs: nowMs(),
        wanted: 'playing' as const,
      })),
    },
  }).createMachine({
    id: 'source',
    description: 'One playback: a file or URL, and its streams one after another.',
    context: ({ input }) => ({
      src: input.src,
      generation: input.generation ?? 1,
      startMs: input.startMs ?? 0,
      wanted: input.paused ? 'paused' : 'playing',
      seekable: false,
      positionMs: input.startMs ?? 0,
      positionAtMs: nowMs(),
      seek: 0,
    }),
    initial: 'active',
    on: { 'source.close': { target: '.closed' } },
    states: {
      active: {
        description: 'A stream is open or being opened.',
        initial: 'opening',
        invoke: {
          id: 'media',
          src: 'media',
          input: ({ context }): OpenStream => ({
            type: 'media.open',
            generation: context.generation,
            src: context.src,
            startMs: context.startMs,
            paused: context.wanted === 'paused',
          }),
        },
        on: {
          'source.play': { actions: ['wantPlaying', 'tellPlay'] },
          'source.pause': { actions: ['wantPaused', 'tellPause'] },
          'source.seek': [
            { guard: 'isSeekable', target: '.seeking', actions: ['beginSeek', 'tellSeek'] },
            { actions: 'refuseSeek' },
          ],
          'source.stop': { target: 'ended', actions: 'endAsStopped' },
          'source.close': { target: 'closed', actions: ['endAsStopped', 'announceEnd'] },
          'source.restart': { target: 'active', reenter: true, actions: ['endAsStopped', 'announceEnd', 'beginAgain'] },
          'stream.ended': [
            { guard: 'isFailure', target: 'failed', actions: 'noteEnd' },
            { guard: 'isCurrent', target: 'ended', actions: 'noteEnd' },
          ],
        },
        states: {
          opening: {
            on: {
              'stream.opened': [
                {
                  guard: 'isCurrentAndSeekFirst',
                  target: 'seeking',
                  actions: ['noteOpened', 'announceOpened', 'beginSeek', 'tellSeek'],
                },
                { guard: 'isCurrent', target: 'buffering', actions: ['noteOpened', 'announceOpened'] },
              ],
              'source.seek': { description: 'Done as soon as it is open.', actions: 'rememberSeek' },
            },
            after: { openLimit: { target: '#source.failed', actions: 'endAsNotOpened' } },
          },
          buffering: {
            description: 'Open, but no frames yet, or none any more.',
            on: {
              'stream.started': { guard: 'isCurrent', target: 'playing', actions: 'notePosition' },
              'stream.recovered': { guard: 'isCurrent', target: 'playing', actions: 'notePosition' },
              'stream.resumed': { guard: 'isCurrent', target: 'playing', actions: 'notePosition' },
              'stream.paused': { guard: 'isCurrent', target: 'paused', actions: 'notePosition' },
              // A seek that took longer than its limit.
              'stream.seeked': [
                { guard: 'isLastSeekWhilePaused', target: 'paused', actions: 'notePosition' },
                { guard: 'isLastSeek', target: 'playing', actions: 'notePosition' },
              ],
            },
            after: { bufferLimit: { target: '#source.failed', actions: 'endAsDry' } },
          },
          playing: {
            exit: 'holdPosition',
            on: {
              'stream.paused': { guard: 'isCurrent', target: 'paused', actions: 'notePosition' },
              'stream.stalled': { guard: 'isCurrent', target: 'buffering', actions: 'notePosition' },
            },
          },
          paused: {
            on: {
              'stream.resumed': { guard: 'isCurrent', target: 'playing', actions: 'notePosition' },
              'stream.started': { guard: 'isCurrent', target: 'playing', actions: 'notePosition' },
            },
          },
          seeking: {
            description: 'Of several seeks only the last counts.',
            on: {
              'stream.seeked': [
                { guard: 'isLastSeekWhilePaused', target: 'paused', actions: 'notePosition' },
                { guard: 'isLastSeek', target: 'playing', actions: 'notePosition' },
              ],
            },
            after: { seekLimit: { target: 'buffering' } },
          },
        },
      },
      ended: {
        description: 'Played to its end, or stopped. Nothing is held.',
        entry: 'announceEnd',
        on: { 'source.restart': { target: 'active', actions: 'beginAgain' } },
      },
      failed: {
        description: 'It could not be played on. Nothing is held.',
        entry: 'announceEnd',
        on: { 'source.restart': { target: 'active', actions: 'beginAgain' } },
      },
      closed: { type: 'final' },
    },
  });
}
