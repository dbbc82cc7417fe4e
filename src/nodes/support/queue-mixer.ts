import { crossfade } from '../../media/dsp/crossfade.js';
import { DryEdge } from '../../media/dsp/dry-edge.js';
import { fadeBetween, type FadeCurve } from '../../media/dsp/fade-curve.js';
import { FRAME_SAMPLES } from '../../media/format.js';
import { clearAudioFrame, createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { QueueClock } from './queue-clock.js';
import type { QueueTrack } from './queue-track.js';

/** What the mixer asks and tells, in the middle of a frame. */
export interface MixerOwner {
  /** The track to go on with behind the present one, if it is open and may begin. Asked again as long as there is none. */
  following(): QueueTrack | undefined;
  /** The present track gave its last sample, or begins to fade away before the next. Told once for each. */
  ended(track: QueueTrack): void;
  /** A track gives its first sample; it is the one that {@link following} gave. */
  began(track: QueueTrack): void;
}

/** How one track goes over into the next. */
export interface Transition {
  /** How long both are heard, in samples; 0: the next begins right behind the last sample. */
  samples: number;
  /** Shape of the fade. */
  curve: FadeCurve;
}

interface Fade {
  readonly from: QueueTrack;
  readonly total: number;
  done: number;
}

/**
 * Makes frames of what plays: one track, or two while one fades into the next, joined to the sample. Jumps are asked for between
 * frames; each is a fade over one frame, 20 ms, from what was to come to what comes instead.
 */
export class QueueMixer {
  /** The track that is heard; the one that comes in during a fade. */
  current: QueueTrack | undefined;
  /** How the next change is made. */
  readonly transition: Transition = { samples: 0, curve: 'equal-power' };
  readonly #owner: MixerOwner;
  readonly #clock: QueueClock | undefined;
  readonly #output: AudioFrame;
  readonly #from: AudioFrame;
  readonly #to: AudioFrame;
  /** What would have come next, to be faded out over the next frame. */
  readonly #leaving: AudioFrame;
  #leaves = false;
  #fade: Fade | undefined;
  /** Sound was missing: what comes next is faded in. */
  #gap = false;
  /** The last frame of the run was full, so that what is missing now cuts it off. */
  #starved = false;
  readonly #edge: DryEdge;

  /** @param clock told what is heard, for the pictures that belong to it. */
  constructor(channels: 1 | 2, owner: MixerOwner, clock?: QueueClock) {
    this.#owner = owner;
    this.#clock = clock;
    this.#output = createAudioFrame(channels);
    this.#from = createAudioFrame(channels);
    this.#to = createAudioFrame(channels);
    this.#leaving = createAudioFrame(channels);
    this.#edge = new DryEdge(channels);
  }

  /** True when the last frame lacked sound that should have been there. */
  get starved(): boolean {
    return this.#starved;
  }

  /** Decodes ahead what is heard. */
  fill(patient: boolean): void {
    this.current?.fill(patient);
  }

  /** The next frame of what plays. */
  play(): AudioFrame {
    const output = this.#output;
    const got = this.#render(output);
    this.#starved = this.current !== undefined && got < FRAME_SAMPLES;
    if (this.#gap && got > 0 && !this.#leaves) this.#leaveSilence();
    this.#gap = this.#starved;
    if (this.#starved && this.#edge.runDry(output.planes, got)) output.silent = false;
    return this.#given(this.#leaves ? this.#fadeFromLeaving(output) : output);
  }

  /** The next frame while it is paused: silence, once what was heard has faded out. @param shows false: its picture does not stay up. */
  rest(shows: boolean): AudioFrame {
    clearOutput(this.#output);
    this.#clock?.rests(0, shows ? this.current : undefined);
    this.#starved = false;
    return this.#given(this.#leaves ? this.#fadeFromLeaving(this.#output) : this.#output);
  }

  /**
   * Prepares a jump: what would have come next is faded out during the next frame, whatever that is then.
   *
   * @param playing false while paused, when nothing would have come.
   */
  leave(playing: boolean): void {
    if (!playing) {
      if (!this.#leaves) this.#leaveSilence();
      return;
    }
    const next = this.#output;
    const wasGap = this.#gap;
    this.#peek(next);
    if (wasGap && !this.#leaves) this.#leaveSilence();
    const faded = this.#leaves ? this.#fadeFromLeaving(next) : next;
    for (let c = 0; c < faded.planes.length; c++) this.#leaving.planes[c]!.set(faded.planes[c]!);
    this.#leaving.silent = faded.silent;
    this.#leaves = true;
    this.#gap = false;
  }

  /** What a fade still plays of the track before is dropped; {@link leave} first. */
  dropFade(): void {
    this.#fade?.from.close();
    this.#fade = undefined;
  }

  /** Another track, or none, is heard from the next frame on; {@link leave} first. The old one is closed. */
  changeTo(track: QueueTrack | undefined): void {
    this.dropFade();
    this.current?.close();
    this.current = track;
  }

  /** Fades in what comes next. */
  fadeIn(): void {
    if (!this.#leaves) this.#leaveSilence();
  }

  /** Frees everything. */
  close(): void {
    this.changeTo(undefined);
  }

  #render(out: AudioFrame): number {
    let at = 0;
    let sound = false;
    for (;;) {
      const track = this.current;
      if (!track) break;
      if (at === FRAME_SAMPLES) {
        // What ends with this frame is over with it, not one frame later.
        if (!this.#fade && track.left === 0) this.#plain(track, 0);
        break;
      }
      if (this.#fade) {
        const { from, total, done } = this.#fade;
        const count = Math.min(FRAME_SAMPLES - at, total - done, track.available);
        if (count === 0 && track.left > 0) break;
        if (count === 0) this.dropFade();
        else {
          this.#clock?.fades(at, from, track, done, total);
          sound = this.#mix(out, this.#fade, track, at, count) || sound;
          from.skip(count);
          track.skip(count);
          at += count;
          this.#fade.done += count;
          if (this.#fade.done === total) this.dropFade();
        }
        continue;
      }
      const count = this.#plain(track, FRAME_SAMPLES - at);
      if (count === 0) break;
      if (count < 0) continue;
      this.#clock?.plays(at, track);
      sound = track.copy(out.planes, at, count) || sound;
      track.skip(count);
      at += count;
    }
    if (at < FRAME_SAMPLES) this.#clock?.rests(at, this.current);
    if (at < FRAME_SAMPLES) for (const plane of out.planes) plane.fill(0, at);
    out.silent = !sound;
    return at;
  }

  /** How many samples come from the present track alone; −1 when another took its place, 0 when there are none. */
  #plain(track: QueueTrack, wanted: number): number {
    const { left } = track;
    if (left === Infinity) return Math.min(wanted, track.available);
    // Of a short track no more than half is faded, so that something of it is heard as it is.
    const point = Math.min(this.transition.samples, Math.floor((track.heard + left) / 2));
    if (left > point) return Math.min(wanted, left - point);
    const next = this.#owner.following();
    const length = next ? Math.min(point, Math.floor(next.left / 2)) : 0;
    if (left > length) return Math.min(wanted, left - length);
    if (left > 0) this.#fade = { from: track, total: left, done: 0 };
    this.#owner.ended(track);
    if (!this.#fade) track.close();
    this.current = next;
    if (!next) return 0;
    this.#owner.began(next);
    return -1;
  }

  #mix(out: AudioFrame, fade: Fade, track: QueueTrack, at: number, count: number): boolean {
    const going = fade.from.copy(this.#from.planes, at, count);
    const coming = track.copy(this.#to.planes, at, count);
    for (let c = 0; c < out.planes.length; c++) {
      const curve = this.transition.curve;
      fadeBetween(out.planes[c]!, this.#from.planes[c]!, this.#to.planes[c]!, curve, at, count, fade.done, fade.total);
    }
    return going || coming;
  }

  /** What the next frame would be, at most to the end of the track and with no change to another. */
  #peek(out: AudioFrame): void {
    const track = this.current;
    const available = Math.min(FRAME_SAMPLES, track?.available ?? 0);
    let faded = 0;
    let sound = false;
    if (track && this.#fade) {
      faded = Math.min(available, this.#fade.total - this.#fade.done);
      sound = this.#mix(out, this.#fade, track, 0, faded);
    }
    if (track) sound = track.copy(out.planes, faded, available - faded, faded) || sound;
    if (available < FRAME_SAMPLES) for (const plane of out.planes) plane.fill(0, available);
    out.silent = !sound;
  }

  #given(frame: AudioFrame): AudioFrame {
    if (frame.silent) this.#edge.reset();
    else this.#edge.gave(frame.planes);
    return frame;
  }

  #leaveSilence(): void {
    clearAudioFrame(this.#leaving);
    this.#leaves = true;
  }

  #fadeFromLeaving(frame: AudioFrame): AudioFrame {
    this.#leaves = false;
    const leaving = this.#leaving;
    if (leaving.silent && frame.silent) return frame;
    for (let c = 0; c < frame.planes.length; c++) {
      const plane = frame.planes[c]!;
      crossfade(leaving.silent ? undefined : leaving.planes[c]!, frame.silent ? undefined : plane, plane);
    }
    frame.silent = false;
    return frame;
  }
}

function clearOutput(frame: AudioFrame): void {
  if (frame.silent) return;
  for (const plane of frame.planes) plane.fill(0);
  frame.silent = true;
}
