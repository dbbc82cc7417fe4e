import type { FramePool } from '../../graph/plugin-media.js';
import { createPlane } from '../../media/dsp/vector/plane-memory.js';
import { FRAME_SAMPLES } from '../../media/format.js';
import { clearAudioFrame, type AudioFrame } from '../../media/frame.js';

/** More frames of one operator than this, and not given back, are a leak rather than a delay: 10 s of frames. */
export const LEAK_LIMIT = 500;
/** Frames that wait to be used again; more are left to the garbage collector. */
const MOST_FREE = 32;

type Where = 'lent' | 'resting' | 'free';

class PooledFrame implements AudioFrame {
  readonly kind = 'audio';
  ptsUs = 0;
  planes: Float32Array[] = [];
  silent = true;
  where: Where = 'lent';
  /** It left the operator, and may still be read by what is behind it. */
  emitted = false;
  constructor(readonly owner: OperatorFramePool) {}
}

/**
 * The frames of one operator. One that was given back rests until the operator's next frame: until then it may still be read by what is
 * behind the operator. Lent frames are counted, not held, so that those nobody gives back are only garbage.
 */
export class OperatorFramePool implements FramePool {
  /** Frames that are lent at the moment. */
  lent = 0;
  readonly #free: PooledFrame[] = [];
  #resting: PooledFrame[] = [];
  #used = false;

  /** @param spoil whether frames are filled with NaN when they have been given back: in debug mode. */
  constructor(private readonly spoil: boolean) {}

  take(channels: 1 | 2, samples: number = FRAME_SAMPLES): AudioFrame {
    if (channels !== 1 && channels !== 2) throw new TypeError(`pool.take: channels is 1 or 2, not ${String(channels)}`);
    if (!Number.isInteger(samples) || samples < 1 || samples > 48_000)
      throw new TypeError(`pool.take: samples is a whole number from 1 to 48000, not ${String(samples)}`);
    this.#used = true;
    this.lent++;
    const at = this.#free.findIndex(({ planes }) => planes.length === channels && planes[0]!.length === samples);
    const frame = at < 0 ? new PooledFrame(this) : this.#free.splice(at, 1)[0]!;
    frame.where = 'lent';
    frame.emitted = false;
    if (at < 0) frame.planes = Array.from({ length: channels }, () => createPlane(samples));
    else {
      // Its planes hold what was in them, whatever the operator said of them.
      frame.silent = false;
      clearAudioFrame(frame);
    }
    return frame;
  }

  release(frame: AudioFrame): void {
    if (!(frame instanceof PooledFrame) || frame.owner !== this)
      throw new TypeError('pool.release: this frame is not of this pool');
    if (frame.where !== 'lent' && !frame.emitted) throw new TypeError('pool.release: this frame was given back already');
    // Emitted and given back by the operator as well: fine.
    if (frame.where === 'lent') this.#rest(frame);
    frame.emitted = false;
  }

  /** The operator emitted a frame: if it is of this pool, that gives it back. */
  emitted(frame: AudioFrame): void {
    if (!this.#used || !(frame instanceof PooledFrame) || frame.owner !== this || frame.where !== 'lent') return;
    this.#rest(frame);
    frame.emitted = true;
  }

  /** The operator is about to get its next frame: what was given back may be used again. */
  nextFrame(): void {
    if (this.#resting.length === 0) return;
    for (const frame of this.#resting) {
      frame.where = 'free';
      frame.emitted = false;
      if (this.spoil) for (const plane of frame.planes) plane.fill(NaN);
      if (this.#free.length < MOST_FREE) this.#free.push(frame);
    }
    this.#resting = [];
  }

  #rest(frame: PooledFrame): void {
    frame.where = 'resting';
    this.lent--;
    this.#resting.push(frame);
  }
}
