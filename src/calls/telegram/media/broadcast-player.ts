import { decodeBroadcastPart, type BroadcastPart } from '../../../media/av/broadcast-part.js';
import type { PartPicture } from '../../../media/av/part-pictures.js';
import { SAMPLE_RATE } from '../../../media/format.js';
import { clearAudioFrame, type AudioFrame } from '../../../media/frame.js';
import type { IncomingAudio, IncomingQuality } from '../../../media/gateway.js';
import type { Timers } from '../../webrtc/index.js';

/** A voice of a broadcast begins or ends. */
export type BroadcastChange =
  | { readonly type: 'started'; readonly ssrc: number; readonly audio: IncomingAudio }
  | { readonly type: 'ended'; readonly ssrc: number };

/** What a player tells. */
export interface PlayerEvents {
  /** The first part can be played. */
  readonly began: () => void;
  readonly voice: (change: BroadcastChange) => void;
  /** Pictures that begin to be due at a moment, in microseconds; undefined: those that were given are not due any more. */
  readonly pictures?: (pictures: readonly PartPicture[] | undefined, fromUs: number) => void;
  /** Whether anybody looks at pictures. */
  readonly wantsPictures?: () => boolean;
  /** So many parts in a row cannot be read that there is no hope. */
  readonly failed: (error: unknown) => void;
}

/** The source of the sound of a call that is fed by RTMP: it is of nobody in it. */
export const UNIFIED_SOURCE = 1;
const PART_MS = 1000;
/** Parts that must wait before the first is played, also after they had run out. */
const AHEAD_PARTS = 2;
/** With more waiting, the oldest are left out: whoever is that far behind is no listener of a live call. */
const MOST_PARTS = 8;
/** A voice that no part speaks of for so many is over. */
const GONE_PARTS = 5;
/** A voice that was not pulled, or whose beat differs, goes back to the clock. */
const OFF_SAMPLES = (60 * SAMPLE_RATE) / 1000;
const MOST_BAD = 5;
const SAMPLES_PER_MS = SAMPLE_RATE / 1000;

interface Part {
  readonly timeMs: number;
  /** The samples of each source; absent where it says nothing. */
  readonly voices: ReadonlyMap<number, Float32Array>;
  /** Undefined once they were given. */
  pictures: readonly PartPicture[] | undefined;
}

/** Plays the parts of a broadcast on the clock, each who speaks apart. */
export class BroadcastPlayer {
  readonly #timers: Pick<Timers, 'nowUs'>;
  readonly #events: PlayerEvents;
  readonly #unified: boolean;
  readonly #parts: Part[] = [];
  readonly #voices = new Map<number, { readonly voice: PartVoice; unheard: number }>();
  /** What moment of the broadcast is played at what moment of ours; undefined: parts are waited for. */
  #playing: { readonly timeMs: number; readonly atUs: number } | undefined;
  #reading: Promise<void> = Promise.resolve();
  #bad = 0;
  #began = false;
  #closed = false;

  constructor(timers: Pick<Timers, 'nowUs'>, unified: boolean, events: PlayerEvents) {
    this.#timers = timers;
    this.#unified = unified;
    this.#events = events;
  }

  /** Takes a part. Resolves when it is read. */
  push(timeMs: number, data: Buffer): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read(timeMs, data));
    return this.#reading;
  }

  /** The moment of the broadcast that is heard now, in samples; undefined: none. */
  position(): number | undefined {
    if (!this.#playing) return undefined;
    const { timeMs, atUs } = this.#playing;
    return Math.round((timeMs + (this.#timers.nowUs() - atUs) / 1000) * SAMPLES_PER_MS);
  }

  /** The part that a sample of the broadcast is in. */
  partAt(sample: number): Part | undefined {
    const ms = sample / SAMPLES_PER_MS;
    return this.#parts.find(({ timeMs }) => ms >= timeMs && ms < timeMs + PART_MS);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const ssrc of this.#voices.keys()) this.#events.voice({ type: 'ended', ssrc });
    this.#voices.clear();
    this.#parts.length = 0;
  }

  async #read(timeMs: number, data: Buffer): Promise<void> {
    if (this.#closed) return;
    let part: BroadcastPart;
    try {
      part = await decodeBroadcastPart(data, this.#unified, this.#events.wantsPictures?.() ?? false);
      this.#bad = 0;
    } catch (error) {
      if (++this.#bad === MOST_BAD && !this.#closed) this.#events.failed(error);
      return;
    }
    if (this.#closed) return;
    const voices = this.#unified ? new Map([[UNIFIED_SOURCE, mixed(part.planes)]]) : apart(part);
    const before = this.#playing;
    this.#place({ timeMs, voices, pictures: part.pictures });
    this.#showPictures(before !== undefined && before !== this.#playing);
    if (!this.#began) {
      this.#began = true;
      this.#events.began();
    }
  }

  #place(part: Part): void {
    const now = this.position();
    const last = this.#parts.at(-1);
    if (last && last.timeMs >= part.timeMs) return;
    // It comes after its time: they had run out, and what was heard is not heard again.
    if (now !== undefined && part.timeMs * SAMPLES_PER_MS < now) {
      this.#playing = undefined;
      this.#parts.length = 0;
    }
    this.#parts.push(part);
    const playedMs = this.#playing === undefined ? -Infinity : now! / SAMPLES_PER_MS;
    while (this.#parts.length > MOST_PARTS || this.#parts[0]!.timeMs + 2 * PART_MS < playedMs) this.#parts.shift();
    const first = this.#parts[0]!.timeMs;
    // What was left out is not waited for.
    if (this.#playing && first > playedMs) this.#playing = { timeMs: first, atUs: this.#timers.nowUs() };
    if (!this.#playing) {
      // What is behind a hole is not played from before it.
      while (this.#parts.length > 1 && this.#parts[0]!.timeMs + this.#parts.length * PART_MS <= part.timeMs) this.#parts.shift();
      if (this.#parts.length >= AHEAD_PARTS) {
        const from = this.#parts.slice(-AHEAD_PARTS)[0]!;
        this.#playing = { timeMs: from.timeMs, atUs: this.#timers.nowUs() };
      }
    }
    this.#tellVoices(part);
  }

  /** Gives the pictures whose time is known. @param again whether those that were given have another time now, or none: they are left out. */
  #showPictures(again: boolean): void {
    if (again) this.#events.pictures?.(undefined, 0);
    const playing = this.#playing;
    if (!playing) return;
    for (const part of this.#parts) {
      if (!part.pictures) continue;
      if (part.timeMs >= playing.timeMs)
        this.#events.pictures?.(part.pictures, playing.atUs + (part.timeMs - playing.timeMs) * 1000);
      part.pictures = undefined;
    }
  }

  #tellVoices({ voices }: Part): void {
    for (const ssrc of voices.keys()) {
      const known = this.#voices.get(ssrc);
      if (known) known.unheard = 0;
      else {
        const voice = new PartVoice(this, ssrc);
        this.#voices.set(ssrc, { voice, unheard: 0 });
        this.#events.voice({ type: 'started', ssrc, audio: voice });
      }
    }
    for (const [ssrc, known] of this.#voices) {
      if (voices.has(ssrc) || ++known.unheard < GONE_PARTS) continue;
      this.#voices.delete(ssrc);
      this.#events.voice({ type: 'ended', ssrc });
    }
  }
}

/** The voice of one source, as a graph pulls it: 20 ms on each beat. */
class PartVoice implements IncomingAudio {
  readonly participantId: string;
  readonly #player: BroadcastPlayer;
  readonly #source: number;
  #at: number | undefined;

  constructor(player: BroadcastPlayer, source: number) {
    this.#player = player;
    this.#source = source;
    this.participantId = String(source);
  }

  pull(out: AudioFrame): IncomingQuality {
    const now = this.#player.position();
    const count = out.planes[0]!.length;
    if (now === undefined) {
      this.#at = undefined;
      clearAudioFrame(out);
      return 'silent';
    }
    if (this.#at === undefined || Math.abs(this.#at - now) > OFF_SAMPLES) this.#at = now;
    let heard = false;
    for (let done = 0; done < count;) {
      const at = this.#at + done;
      const part = this.#player.partAt(at);
      const inPart = part ? at - part.timeMs * SAMPLES_PER_MS : 0;
      const length = Math.min(count - done, part ? Math.max(1, PART_MS * SAMPLES_PER_MS - inPart) : count - done);
      const samples = part?.voices.get(this.#source)?.subarray(inPart, inPart + length);
      for (const plane of out.planes) {
        plane.fill(0, done, done + length);
        if (samples) plane.set(samples, done);
      }
      heard ||= samples !== undefined && samples.length > 0;
      done += length;
    }
    this.#at += count;
    out.silent = !heard;
    return heard ? 'audio' : 'silent';
  }
}

/** The samples of each source: a channel belongs to one from a moment on, until it is another's or he has another. */
function apart({ planes, channels }: BroadcastPart): Map<number, Float32Array> {
  const voices = new Map<number, Float32Array>();
  const length = planes[0]?.length ?? 0;
  for (const [n, { atSample, channel, source }] of channels.entries()) {
    const next = channels.slice(n + 1).find((other) => other.channel === channel || other.source === source);
    const end = Math.min(length, next?.atSample ?? length);
    if (atSample >= end) continue;
    const plane = voices.get(source) ?? new Float32Array(length);
    plane.set(planes[channel]!.subarray(atSample, end), atSample);
    voices.set(source, plane);
  }
  return voices;
}

function mixed(planes: readonly Float32Array[]): Float32Array {
  const length = planes[0]?.length ?? 0;
  const count = Math.min(2, planes.length);
  return Float32Array.from({ length }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < count; c++) sum += planes[c]![i]!;
    return sum / count;
  });
}
