import { blend } from '../../media/dsp/blend.js';
import { Fade, type FadeCurve } from '../../media/dsp/fade.js';
import { allFinite } from '../../media/dsp/finite.js';
import { FRAME_SAMPLES } from '../../media/format.js';
import { clearAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Beat, BeatSlot } from './domain.js';
import type { Consumer, Outlet } from './outlet.js';

/** A change-over on one wire, from what fed it to what shall. */
export interface ChangeOver {
  /** Its place in the beat: directly before its consumer. Undefined when it needs none. */
  readonly slot: BeatSlot | undefined;
  /** True once only the new side is heard; after {@link revert} only the old one. */
  readonly done: boolean;
  /** What is wrong with the new side; undefined as long as nothing is. */
  readonly fault: string | undefined;
  /** Goes back to the old side from where it is. */
  revert(): void;
  /** Takes it off both sides; the consumer is to be attached to the side that stays. */
  detach(): void;
}

/** What an audio wire fades between. */
export interface FadeSides {
  /** What fed it; undefined: it is a new branch. */
  readonly from: Outlet<AudioFrame> | undefined;
  /** What shall feed it; undefined: the branch shall leave. */
  readonly to: Outlet<AudioFrame> | undefined;
  /** Where frames go. */
  readonly target: Consumer<AudioFrame>;
  /** The consumer's. */
  readonly domain: Beat;
  /** How long the fade takes, in samples. */
  readonly samples: number;
  readonly curve: FadeCurve;
}

/** So many ticks in a row the new side may stay away. */
const MISSED_LIMIT = 2;

/** One side of a fade: its frame of the present tick, and its gain. */
class Side implements Consumer<AudioFrame> {
  frame: AudioFrame | undefined;
  ended = false;
  /** It has given at least one frame. */
  flowed = false;
  readonly gain: Fade;
  readonly gains = new Float32Array(FRAME_SAMPLES);
  readonly leave: () => void;

  constructor(
    outlet: Outlet<AudioFrame> | undefined,
    gain: number,
    private readonly onFrame: () => void,
  ) {
    this.gain = new Fade(gain);
    this.leave = outlet?.connect(this) ?? (() => {});
    if (!outlet) this.ended = true;
  }

  next(frame: AudioFrame): void {
    this.frame = frame;
    this.flowed = true;
    this.onFrame();
  }

  complete(): void {
    this.ended = true;
  }

  /** Fills `gains` for so many samples, and moves on. */
  advance(samples: number): void {
    for (let i = 0; i < samples; i++) this.gains[i] = this.gain.at(i + 1);
    this.gain.advance(samples);
  }
}

/**
 * Fades one audio wire over. Each tick it gives one frame: as soon as both sides have given theirs, at the latest when the tick settles.
 * The fade begins with the new side's first frame; until then the old one is heard untouched.
 */
export class WireFade implements ChangeOver {
  readonly slot: BeatSlot;
  fault: string | undefined;
  readonly #sides: FadeSides;
  readonly #old: Side;
  readonly #new: Side;
  readonly #output = createAudioFrame(2);
  readonly #leave: () => void;
  #sentAt = -1;
  #missed = 0;
  #reverted = false;
  #completed = false;

  /** Listens to both sides from the next beat on. */
  constructor(sides: FadeSides) {
    this.#sides = sides;
    const { from, to, domain } = sides;
    const onFrame = () => {
      if (this.#complete(this.#old) && this.#complete(this.#new)) this.#send();
    };
    this.#old = new Side(from, 1, onFrame);
    this.#new = new Side(to, 0, onFrame);
    this.slot = { settle: { next: () => this.#settle() } };
    this.#leave = domain.add(this.slot);
    if (!to) this.#begin();
  }

  get done(): boolean {
    const { from, to } = this.#sides;
    if (this.#reverted) return this.#old.gain.settled && this.#new.gain.settled;
    if (!to) return this.#old.ended || this.#old.gain.settled;
    return (
      (this.#new.flowed || this.#new.ended) && (!from || this.#old.ended || this.#old.gain.settled) && this.#new.gain.settled
    );
  }

  revert(): void {
    if (this.#reverted) return;
    this.#reverted = true;
    const { samples, curve } = this.#sides;
    this.#old.gain.to(1, samples, curve);
    this.#new.gain.to(0, samples, curve);
  }

  detach(): void {
    this.#leave();
    this.#old.leave();
    this.#new.leave();
  }

  #begin(): void {
    const { samples, curve } = this.#sides;
    this.#old.gain.to(0, samples, curve);
    this.#new.gain.to(1, samples, curve);
  }

  /** Whether a side has given all it will for this tick, as far as can be known before it settles. */
  #complete(side: Side): boolean {
    return side.frame !== undefined || side.ended;
  }

  #settle(): void {
    this.#watchNew();
    if (this.#old.frame || this.#new.frame) this.#send();
    // A branch that gives nothing leaves all the same.
    else if (!this.#sides.to) this.#old.advance(FRAME_SAMPLES);
    this.#old.frame = undefined;
    this.#new.frame = undefined;
    if (this.#completed || !this.#old.ended || !this.#new.ended) return;
    this.#completed = true;
    this.#sides.target.complete();
  }

  /** Having begun, the new side must go on; until that is noticed its place is silence. */
  #watchNew(): void {
    if (this.#new.frame || this.#new.ended || !this.#new.flowed) this.#missed = 0;
    else if (++this.#missed >= MISSED_LIMIT) this.fault ??= 'gave no more frames';
  }

  #send(): void {
    const { tick } = this.#sides.domain;
    if (this.#sentAt === tick.index) return;
    this.#sentAt = tick.index;
    const a = this.#old.frame;
    const b = this.#sound(this.#new.frame);
    if (this.#new.flowed && !this.#reverted && this.#new.gain.target === 0) this.#begin();
    const shape = b ?? a;
    const samples = shape ? frameSamples(shape) : FRAME_SAMPLES;
    const settled = this.#old.gain.settled && this.#new.gain.settled;
    if (settled && this.#old.gain.target === 1 && a) return this.#sides.target.next(a);
    if (settled && this.#new.gain.target === 1 && b) return this.#sides.target.next(b);
    if (samples <= FRAME_SAMPLES) this.#blend(a, b, samples, shape?.ptsUs ?? tick.ptsUs);
    this.#sides.target.next(this.#output);
  }

  #blend(a: AudioFrame | undefined, b: AudioFrame | undefined, samples: number, ptsUs: number): void {
    const out = this.#output;
    shapeAudioFrame(out, Math.max(a?.planes.length ?? 1, b?.planes.length ?? 1), samples);
    out.ptsUs = ptsUs;
    this.#old.advance(samples);
    this.#new.advance(samples);
    if ((a?.silent ?? true) && (b?.silent ?? true)) return clearAudioFrame(out);
    for (let c = 0; c < out.planes.length; c++) {
      const [from, to] = [plane(a, c, samples), plane(b, c, samples)];
      blend(from, this.#old.gains, to, this.#new.gains, out.planes[c]!);
    }
    out.silent = false;
  }

  /** The new side's frame if it can be heard. */
  #sound(frame: AudioFrame | undefined): AudioFrame | undefined {
    if (!frame || frame.planes.every((samples) => allFinite(samples))) return frame;
    this.fault ??= 'gave samples that are not finite numbers';
    return undefined;
  }
}

/** A channel of a frame; a mono frame is heard on both sides. One of another length cannot be added and is left out. */
function plane(frame: AudioFrame | undefined, channel: number, samples: number): Float32Array | undefined {
  if (!frame || frame.silent) return undefined;
  const found = frame.planes[channel] ?? frame.planes[0];
  return found?.length === samples ? found : undefined;
}
