import { Observable, Subject } from 'rxjs';
import type { IncomingAudio, ParticipantChange } from '../../../media/gateway.js';
import type { Scheduler } from '../../../time/scheduler.js';
import type { CallEvent } from '../../call-media.js';
import { SpeakingWatch } from '../../speaking.js';
import type { IncomingChange } from '../../webrtc/index.js';
import type { BroadcastChange } from './broadcast-player.js';
import type { MediaParticipant } from './media-requests.js';
import { ParticipantVoice } from './participant-voice.js';

/** Sources that come close together are asked for together. */
const ASK_AFTER_MS = 50;
/** Whoever is not named by then is heard without a name. */
const NAMELESS_AFTER_MS = 3000;

interface Heard {
  readonly audio: IncomingAudio;
  /** Whose it is, once it is played. */
  participantId: string | undefined;
  /** Ends the wait for a name. */
  cancel: () => void;
}

/** What of the call is known about somebody. */
interface Known {
  info: MediaParticipant;
  readonly watch: SpeakingWatch;
}

/**
 * Brings together who is in the call, as the signalling tells, and what is heard, as the connection gives it. Packets may come before word of
 * who sends them: then it is asked for, and what comes meanwhile waits in the voice's buffer.
 */
export class Voices {
  /** Those that can be heard, then every change. */
  readonly changes$: Observable<ParticipantChange>;
  readonly #scheduler: Scheduler;
  readonly #tell: (event: CallEvent) => void;
  readonly #forget: (source: number) => void;
  readonly #changes = new Subject<ParticipantChange>();
  readonly #known = new Map<string, Known>();
  readonly #streams = new Map<number, Heard>();
  readonly #playing = new Map<string, { readonly source: number; readonly audio: ParticipantVoice }>();
  readonly #asking = new Set<number>();
  #cancelAsk: (() => void) | undefined;

  /**
   * @param tell gets `participant.joined`, `.left`, `.speaking`, `.levelled`, `.muted`, and `source.unknown` with sources to look up.
   * @param forget is told of streams that have ended for certain.
   */
  constructor(scheduler: Scheduler, tell: (event: CallEvent) => void, forget: (source: number) => void) {
    this.#scheduler = scheduler;
    this.#tell = tell;
    this.#forget = forget;
    this.changes$ = new Observable((observer) => {
      for (const [participantId, { audio }] of this.#playing) observer.next({ type: 'joined', participantId, audio });
      return this.#changes.subscribe(observer);
    });
  }

  /** The source of somebody's sound. */
  sourceOf(participantId: string): number | undefined {
    return this.#known.get(participantId)?.info.source;
  }

  /** Somebody is in the call, or something about him changed. */
  set(info: MediaParticipant): void {
    const { participantId, source, name } = info;
    const known = this.#known.get(participantId);
    if (known && known.info.source !== source) this.#forget(known.info.source);
    if (!known) {
      const told = (speaking: boolean) => this.#tell({ type: 'participant.speaking', participantId, speaking });
      this.#known.set(participantId, { info, watch: new SpeakingWatch(this.#scheduler, told) });
      this.#tell({ type: 'participant.joined', participantId, ...(name !== undefined && { name }) });
    }
    const { volume = 1, mutedByUs = false } = info;
    const before: Partial<MediaParticipant> = known?.info ?? {};
    if (known) known.info = info;
    if (volume !== (before.volume ?? 1))
      this.#tell({ type: 'participant.levelled', participantId, percent: Math.round(volume * 100) });
    if (mutedByUs !== (before.mutedByUs ?? false)) this.#tell({ type: 'participant.muted', participantId, muted: mutedByUs });
    const heard = this.#streams.get(source);
    if (heard && heard.participantId !== participantId) this.#play(source, heard, participantId);
  }

  /** Somebody has left the call. */
  remove(participantId: string): void {
    const known = this.#known.get(participantId);
    if (!known) return;
    this.#known.delete(participantId);
    this.#forget(known.info.source);
    this.#silence(participantId);
    known.watch.end();
    this.#tell({ type: 'participant.left', participantId });
  }

  /** Nobody knows who these sources are. */
  unnamed(sources: readonly number[]): void {
    for (const source of sources) {
      const heard = this.#streams.get(source);
      if (heard && heard.participantId === undefined) this.#play(source, heard, nameless(source));
    }
  }

  /** A stream of the connection begins or ends. */
  stream(change: IncomingChange | BroadcastChange): void {
    const { ssrc } = change;
    if (change.type === 'ended') return this.#ended(ssrc);
    const heard: Heard = { audio: change.audio, participantId: undefined, cancel: () => {} };
    this.#streams.set(ssrc, heard);
    const owner = [...this.#known.values()].find(({ info }) => info.source === ssrc);
    if (owner) return this.#play(ssrc, heard, owner.info.participantId);
    this.#ask(ssrc);
    heard.cancel = this.#scheduler.after(NAMELESS_AFTER_MS, () => this.unnamed([ssrc]));
  }

  /** A packet of a source tells how loud it is, in dBov. */
  level(levelDbov: number, source: number): void {
    const known = this.#known.get(this.#streams.get(source)?.participantId ?? '');
    known?.watch.packet(known.info.mutedByUs ? -127 : levelDbov);
  }

  /** Ends all. */
  close(): void {
    this.#cancelAsk?.();
    for (const source of [...this.#streams.keys()]) this.#ended(source);
    for (const { watch } of this.#known.values()) watch.end();
    this.#changes.complete();
  }

  #ask(source: number): void {
    this.#asking.add(source);
    this.#cancelAsk ??= this.#scheduler.after(ASK_AFTER_MS, () => {
      this.#cancelAsk = undefined;
      const sources = [...this.#asking].filter((one) => this.#streams.get(one)?.participantId === undefined);
      this.#asking.clear();
      if (sources.length > 0) this.#tell({ type: 'source.unknown', sources });
    });
  }

  #play(source: number, heard: Heard, participantId: string): void {
    heard.cancel();
    if (heard.participantId !== undefined) this.#silence(heard.participantId);
    this.#silence(participantId);
    heard.participantId = participantId;
    const settings = () => {
      const { mutedByUs = false, volume = 1 } = this.#known.get(participantId)?.info ?? {};
      return { muted: mutedByUs, volume };
    };
    const watch = this.#known.get(participantId)?.watch ?? new SpeakingWatch(this.#scheduler, () => {});
    const audio = new ParticipantVoice(participantId, heard.audio, settings, watch);
    this.#playing.set(participantId, { source, audio });
    this.#changes.next({ type: 'joined', participantId, audio });
  }

  /** What is heard of somebody ends. */
  #silence(participantId: string): void {
    if (!this.#playing.delete(participantId)) return;
    this.#known.get(participantId)?.watch.end();
    this.#changes.next({ type: 'left', participantId });
  }

  #ended(source: number): void {
    const heard = this.#streams.get(source);
    if (!heard) return;
    this.#streams.delete(source);
    heard.cancel();
    const { participantId } = heard;
    // Another stream may have taken its place.
    if (participantId !== undefined && this.#playing.get(participantId)?.source === source) this.#silence(participantId);
  }
}

function nameless(source: number): string {
  return `source ${source}`;
}
