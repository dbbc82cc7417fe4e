import type { CallContext, CallEnd, CallInput, SentMedia } from './call-types.js';
import type { CallFailure } from './failure.js';
import type { SelfChange } from './signalling.js';

/** How many of our own sources are remembered. */
const OWN_SOURCES = 8;

/** What a call begins with: new, or as an earlier process saved it. */
export function initialContext({ address, self, resume }: CallInput): CallContext {
  return (
    resume ?? {
      address,
      entry: 'resolving',
      ownSources: [],
      failures: 0,
      wasLive: false,
      self: self ?? {},
      selfDirty: false,
      media: { audio: 'idle', video: false, screen: false },
    }
  );
}

/** Whether how we appear holds more than a join tells, which is muted and without a picture: it is told once we are in the call. */
export function joinLeavesOut({ volume, handRaised, screenPaused }: SelfChange): boolean {
  return volume !== undefined || handRaised === true || screenPaused === true;
}

/** Our sources with a new one, the oldest beyond the limit forgotten. */
export function withSource(sources: readonly number[], source: number): readonly number[] {
  return [...sources.filter((known) => known !== source), source].slice(-OWN_SOURCES);
}

/**
 * How a call ends that failed for good. Where we were in it before, a closed door says that we were removed, and a missing call that it was
 * ended, while nobody could tell us.
 */
export function endAfter({ wasLive }: CallContext, failure: CallFailure): CallEnd {
  if (wasLive && (failure.code === 'TELEGRAM_CHAT_PRIVATE' || failure.code === 'CALL_FORBIDDEN')) return { type: 'kicked' };
  if (wasLive && (failure.code === 'TELEGRAM_NO_CALL' || failure.code === 'CALL_NOT_FOUND')) return { type: 'ended-by-admin' };
  return { type: 'failed', failure };
}

/** What is sent after something happened to it; other events change nothing. */
export function mediaAfter(media: SentMedia, event: string): SentMedia {
  switch (event) {
    case 'audio.started':
      return { ...media, audio: 'playing' };
    case 'audio.resumed':
      // A late fact about something that was stopped must not start it again.
      return media.audio === 'paused' ? { ...media, audio: 'playing' } : media;
    case 'audio.paused':
      return media.audio === 'playing' ? { ...media, audio: 'paused' } : media;
    case 'audio.stopped':
      return { ...media, audio: 'idle' };
    case 'video.started':
    case 'video.stopped':
      return { ...media, video: event === 'video.started' };
    case 'screen.started':
    case 'screen.stopped':
      return { ...media, screen: event === 'screen.started' };
    default:
      return media;
  }
}
