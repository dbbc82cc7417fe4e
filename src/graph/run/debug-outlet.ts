import { copyAudioFrame, createAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';
import type { Beat } from './domain.js';
import { Outlet } from './outlet.js';

/** Said of a consumer that changed its input. */
const WRITER = 'it wrote into a frame it had only borrowed: write into a frame of its own';
/** Said of a producer whose output holds NaN though this tick's inputs held none. */
const HOLDER = 'it gave NaN: it reads a borrowed frame after its tick (copy it, or use keep()), or computes one';

/**
 * The outlet of debug mode. Each consumer gets a copy of its own, which is spoilt with NaN once the next is due. A consumer that writes
 * into its copy is named at once; one that keeps it gives NaN later, is named then, and silence goes on in its place, so that
 * nobody behind it is blamed as well.
 */
export class DebugAudioOutlet extends Outlet<AudioFrame> {
  #lent: AudioFrame[] = [];

  /**
   * @param domain gives the present tick.
   * @param onMisuse told when this port's own node reads what it no longer may.
   */
  constructor(
    domain: Beat,
    private readonly onMisuse: (reason: string) => void,
  ) {
    super(domain);
  }

  override next(value: AudioFrame): void {
    if (this.ended) return;
    for (const frame of this.#lent) for (const plane of frame.planes) plane.fill(NaN);
    this.#lent = [];
    if (value.planes.some((plane) => plane.some(Number.isNaN))) {
      this.onMisuse(HOLDER);
      // The guard may have let something pass in its place by now.
      if (this.ended || this.stamp === this.domain.tick.index) return;
      const silence = createAudioFrame(value.planes.length, frameSamples(value));
      silence.ptsUs = value.ptsUs;
      this.#hand(silence);
    } else this.#hand(value);
  }

  #hand(value: AudioFrame): void {
    this.passed++;
    this.stamp = this.domain.tick.index;
    for (const target of this.targets) {
      const lent = copyAudioFrame(value, createAudioFrame(value.planes.length));
      this.#lent.push(lent);
      target.next(lent);
      if (!sameFrame(lent, value)) target.misused?.(WRITER);
    }
  }
}

function sameFrame(a: AudioFrame, b: AudioFrame): boolean {
  return a.planes.length === b.planes.length && a.planes.every((plane, c) => sameSamples(plane, b.planes[c]!));
}

function sameSamples(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return a.length === b.length;
}
