import { copyAudioFrame, createAudioFrame, type AudioFrame } from '../../media/frame.js';

/** The last few frames of a signal, copied, in memory that is used again: what a filter is fed with before it is heard. */
export class FrameHistory {
  readonly #slots: AudioFrame[] = [];
  readonly #most: number;
  #next = 0;

  /** @param frames how many are kept. */
  constructor(frames: number) {
    this.#most = frames;
  }

  /** Copies a frame; the oldest goes. */
  keep(frame: AudioFrame): void {
    const slot = (this.#slots[this.#next] ??= createAudioFrame(1));
    copyAudioFrame(frame, slot);
    this.#next = (this.#next + 1) % this.#most;
  }

  /** Gives the frames, oldest first. */
  replay(take: (frame: AudioFrame) => void): void {
    const count = this.#slots.length;
    const first = count < this.#most ? 0 : this.#next;
    for (let i = 0; i < count; i++) take(this.#slots[(first + i) % count]!);
  }
}
