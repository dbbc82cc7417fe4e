import { FRAME_SAMPLES } from '../../media/format.js';
import { createAudioFrame, type AudioFrame } from '../../media/frame.js';

interface Slot {
  readonly frame: AudioFrame;
  samples: number;
  positionUs: number;
  /** By how much that is more than what the stream's own times say. */
  shiftUs: number;
  /** Index of the last sample above the threshold; −1 when there is none. */
  lastLoud: number;
}

/**
 * Decoded sound that waits to be heard: a ring of frames, read by samples from anywhere in it. It grows to what it is asked to hold
 * and no further.
 */
export class QueueBuffer {
  /** How many samples wait. */
  available = 0;
  /** True once a sample was louder than the threshold, since the last {@link clear}. */
  heardSound = false;
  readonly #channels: 1 | 2;
  readonly #threshold: number;
  #slots: Slot[] = [];
  #first = 0;
  #count = 0;
  /** Samples of the first slot that are gone already. */
  #offset = 0;

  /** @param threshold magnitude up to which a sample counts as silence; negative when nobody asks. */
  constructor(channels: 1 | 2, threshold: number) {
    this.#channels = channels;
    this.#threshold = threshold;
  }

  /** How many frames wait, begun ones included. */
  get frames(): number {
    return this.#count;
  }

  /** Where in its file the next sample is, in microseconds; undefined when none waits. */
  get positionUs(): number | undefined {
    if (this.#count === 0) return undefined;
    return this.#slots[this.#first]!.positionUs + (this.#offset * 1_000_000) / 48_000;
  }

  /** By how much the next sample's position is more than what its stream's own times say, in microseconds; undefined when none waits. */
  get shiftUs(): number | undefined {
    return this.#count === 0 ? undefined : this.#slots[this.#first]!.shiftUs;
  }

  /** Takes a copy of the first samples of a frame in. */
  push(frame: AudioFrame, samples: number, positionUs: number, shiftUs = 0): void {
    if (this.#count === this.#slots.length) this.#grow();
    const slot = this.#slots[(this.#first + this.#count) % this.#slots.length]!;
    this.#count++;
    slot.samples = samples;
    slot.positionUs = positionUs;
    slot.shiftUs = shiftUs;
    slot.frame.silent = frame.silent;
    for (let c = 0; c < this.#channels; c++) slot.frame.planes[c]!.set(frame.planes[c]!);
    slot.lastLoud = this.#threshold < 0 || frame.silent ? -1 : lastAbove(frame.planes, samples, this.#threshold);
    if (slot.lastLoud >= 0) this.heardSound = true;
    this.available += samples;
  }

  /**
   * Copies samples into planes without taking them out.
   *
   * @param from how many of the waiting samples to pass over.
   * @returns whether there may be any sound in them.
   */
  copy(planes: readonly Float32Array[], at: number, from: number, count: number): boolean {
    let slotIndex = 0;
    let start = this.#offset + from;
    while (slotIndex < this.#count && start >= this.#slot(slotIndex).samples) start -= this.#slot(slotIndex++).samples;
    let sound = false;
    for (let done = 0; done < count; slotIndex++, start = 0) {
      const { frame, samples } = this.#slot(slotIndex);
      const part = Math.min(count - done, samples - start);
      for (let c = 0; c < planes.length; c++) {
        if (frame.silent) planes[c]!.fill(0, at + done, at + done + part);
        else planes[c]!.set(frame.planes[c]!.subarray(start, start + part), at + done);
      }
      sound ||= !frame.silent;
      done += part;
    }
    return sound;
  }

  /** Takes samples out. */
  skip(count: number): void {
    this.available -= count;
    let left = count + this.#offset;
    while (this.#count > 0 && left >= this.#slots[this.#first]!.samples) {
      left -= this.#slots[this.#first]!.samples;
      this.#first = (this.#first + 1) % this.#slots.length;
      this.#count--;
    }
    this.#offset = left;
  }

  /** Samples before the first that is louder than the threshold; all that wait when none is. */
  silenceAhead(): number {
    let silence = -this.#offset;
    for (let i = 0; i < this.#count; i++) {
      const { frame, samples, lastLoud } = this.#slot(i);
      if (lastLoud >= (i === 0 ? this.#offset : 0)) {
        const first = firstAbove(frame.planes, i === 0 ? this.#offset : 0, this.#threshold);
        return Math.max(0, silence + first);
      }
      silence += samples;
    }
    return this.available;
  }

  /** Samples behind the last that is louder than the threshold; all that wait when none is. */
  silenceBehind(): number {
    let silence = 0;
    for (let i = this.#count - 1; i >= 0; i--) {
      const { samples, lastLoud } = this.#slot(i);
      if (lastLoud >= 0) return Math.min(this.available, silence + samples - 1 - lastLoud);
      silence += samples;
    }
    return this.available;
  }

  /** Forgets everything. */
  clear(): void {
    this.#first = 0;
    this.#count = 0;
    this.#offset = 0;
    this.available = 0;
    this.heardSound = false;
  }

  #slot(i: number): Slot {
    return this.#slots[(this.#first + i) % this.#slots.length]!;
  }

  /** A few more slots, in the order of what they hold: many at once would take longer than there is between two ticks. */
  #grow(): void {
    const size = this.#slots.length + 16;
    const slots = Array.from({ length: this.#count }, (_, i) => this.#slot(i));
    while (slots.length < size)
      slots.push({ frame: createAudioFrame(this.#channels, FRAME_SAMPLES), samples: 0, positionUs: 0, shiftUs: 0, lastLoud: -1 });
    this.#slots = slots;
    this.#first = 0;
  }
}

function lastAbove(planes: readonly Float32Array[], samples: number, threshold: number): number {
  let last = -1;
  for (const plane of planes) {
    for (let i = samples - 1; i > last; i--) if (Math.abs(plane[i]!) > threshold) last = i;
  }
  return last;
}

function firstAbove(planes: readonly Float32Array[], from: number, threshold: number): number {
  const samples = planes[0]!.length;
  let first = samples;
  for (const plane of planes) {
    for (let i = from; i < first; i++) if (Math.abs(plane[i]!) > threshold) first = i;
  }
  return first;
}
