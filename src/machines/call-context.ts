import type { CallContext, CallInput, SentMedia } from './call-types.js';

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

/** Our sources with a new one, the oldest beyond the limit forgotten. */
export function withSource(sources: readonly number[], source: number): readonly number[] {
  return [...sources.filter((known) => known !== source), source].slice(-OWN_SOURCES);
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
