import { copyAudioFrame, createAudioFrame, frameChannels, type AudioFrame } from '../../media/frame.js';

/** Said of an operator that changed its input. */
export const WRITER = 'it wrote into a frame it had only borrowed: write into a frame of its own';

/**
 * Lends an operator copies of its input, so that it can neither spoil the original nor keep it: the copy is compared afterwards, and
 * spoilt with NaN when the next is due.
 */
export class FrameLender {
  #lent: AudioFrame | undefined;

  /** @param spoil whether what was lent is spoilt: then whoever holds it gives NaN. */
  constructor(private readonly spoil: boolean) {}

  /** A copy of a frame. */
  lend(frame: AudioFrame): AudioFrame {
    if (this.#lent && this.spoil) for (const plane of this.#lent.planes) plane.fill(NaN);
    // In debug mode a new one each time: whoever holds the old one must not see it live again.
    const lent = this.#lent && !this.spoil ? this.#lent : createAudioFrame(frameChannels(frame));
    this.#lent = copyAudioFrame(frame, lent);
    return lent;
  }

  /** Whether the copy is still what was lent. */
  isIntact(frame: AudioFrame): boolean {
    const lent = this.#lent;
    if (!lent || lent.silent !== frame.silent || lent.planes.length !== frame.planes.length) return false;
    return frame.planes.every((plane, c) => same(plane, lent.planes[c]!));
  }
}

/** Bit by bit, so that NaN is like itself. */
function same(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  const x = new Int32Array(a.buffer, a.byteOffset, a.length);
  const y = new Int32Array(b.buffer, b.byteOffset, b.length);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
