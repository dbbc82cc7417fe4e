import type { ParticipantInfo } from '../../machines/signalling.js';

/** Somebody as the media side hears of him. */
type Voice = Omit<ParticipantInfo, 'video' | 'screen' | 'handRaised'>;

/**
 * The sound of screens: a second source of whoever shows one (tdesktop, GetAdditionalAudioSsrc). It is a participant of its own once it is heard,
 * named after him, as his own voice goes on beside it; most screens have none.
 */
export class ScreenSounds {
  /** Those who show a screen with a source of sound, by it. */
  readonly #shown = new Map<number, ParticipantInfo>();
  /** Sources that are heard. */
  readonly #heard = new Set<number>();
  readonly #set: (voice: Voice) => void;
  readonly #left: (participantId: string) => void;

  /**
   * @param set tells that one is there, or has changed.
   * @param left tells that one is gone.
   */
  constructor(set: (voice: Voice) => void, left: (participantId: string) => void) {
    this.#set = set;
    this.#left = left;
  }

  /** Somebody is in the call, or something about him changed. */
  set(info: ParticipantInfo): void {
    const source = info.screen?.audioSource;
    this.#forget(info.participantId, source);
    if (source === undefined || source === info.source) return;
    this.#shown.set(source, info);
    if (this.#heard.has(source)) this.#set(voiceOf(info, source));
  }

  /** Somebody has left. */
  remove(participantId: string): void {
    this.#forget(participantId, undefined);
  }

  /** A source that nobody's own voice has is heard. Whether it is a screen's. */
  heard(source: number): boolean {
    const info = this.#shown.get(source);
    if (!info) return false;
    this.#heard.add(source);
    this.#set(voiceOf(info, source));
    return true;
  }

  #forget(participantId: string, but: number | undefined): void {
    for (const [source, info] of this.#shown) {
      if (info.participantId !== participantId || source === but) continue;
      this.#shown.delete(source);
      if (this.#heard.delete(source)) this.#left(idOf(participantId));
    }
  }
}

function idOf(participantId: string): string {
  return `${participantId} screen`;
}

function voiceOf({ participantId, name, mutedByUs, volume }: ParticipantInfo, source: number): Voice {
  return {
    participantId: idOf(participantId),
    source,
    muted: false,
    ...(name !== undefined && { name: `${name} (screen)` }),
    ...(mutedByUs !== undefined && { mutedByUs }),
    ...(volume !== undefined && { volume }),
  };
}
