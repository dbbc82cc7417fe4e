import { SAMPLE_RATE } from '../format.js';
import type { BiquadCoefficients } from './biquad.js';
import { carrierOf, VOCODER_BANDS, vocoderBands, type Carrier } from './vocoder-carrier.js';

export { VOCODER_BANDS } from './vocoder-carrier.js';

/** Time constant of each of the two smoothing stages: follows a syllable, and smooths the ripple of a low voice's periods. */
const SMOOTHING_MS = 5;
const SMOOTHING = 1 - Math.exp(-1000 / (SMOOTHING_MS * SAMPLE_RATE));

/** How far the robot lags behind the voice: the delay of the two smoothing stages, in milliseconds. */
export const VOCODER_LATENCY_MS = 2 * SMOOTHING_MS;
const NOTHING = 1e-9;

interface Band {
  readonly filter: BiquadCoefficients;
  /** Two filter stages (x[n−1], x[n−2] of each and of the last result) and two stages of smoothing. */
  readonly state: Float64Array;
}

/**
 * A channel vocoder: measures how loud the voice is in each of {@link VOCODER_BANDS} bands and gives the bands of a buzzing carrier
 * the same loudness (H. Dudley, "The Vocoder", Bell Labs Record 18, 1939). The words stay, the melody of the voice goes.
 *
 * The carrier is periodic, so its bands are computed once for a period and not filtered while running. State is kept across frames.
 */
export class Vocoder {
  readonly #bands: readonly Band[] = vocoderBands.map(({ filter }) => ({ filter, state: new Float64Array(8) }));
  #carrier: Carrier;
  #before: Carrier | undefined;
  #position = 0;
  #faded = 0;

  /** @param carrierHz pitch of the robot. */
  constructor(carrierHz: number) {
    this.#carrier = carrierOf(carrierHz);
  }

  /** True when nothing of the voice is left in it. */
  get empty(): boolean {
    return this.#bands.every(({ state }) => state.every((x) => x === 0));
  }

  /** Lets `samples` of silence pass while it is empty. */
  skip(samples: number): void {
    this.#before = undefined;
    this.#position = (this.#position + samples) % this.#carrier[0]!.length;
  }

  /** Changes the pitch, fading over within 10 ms. */
  setCarrier(carrierHz: number): void {
    this.#before = this.#carrier;
    this.#carrier = carrierOf(carrierHz);
    this.#faded = 0;
  }

  /** Turns a frame of voice into one of robot. `voice` and `out` are different arrays of one length. */
  run(voice: Float32Array, out: Float32Array): void {
    const n = out.length;
    let carrier = this.#carrier;
    let position = this.#position;
    if (this.#before) {
      carrier = this.#fade(this.#before, n);
      position = 0;
    }
    out.fill(0);
    for (let k = 0; k < VOCODER_BANDS; k += 2) {
      speak(this.#bands[k]!, this.#bands[k + 1]!, carrier[k]!, carrier[k + 1]!, position, voice, out);
    }
    this.#position += n;
    if (!this.#before) this.#position %= this.#carrier[0]!.length;
    else if ((this.#faded += n) >= FADE) this.#before = undefined;
  }

  /** The carrier of the next `n` samples while one pitch gives way to another. */
  #fade(before: Carrier, n: number): Carrier {
    return before.map((old, k) => {
      const next = this.#carrier[k]!;
      return Float32Array.from({ length: n }, (_, i) => {
        const from = old[(this.#position + i) % old.length]!;
        const to = next[(this.#position + i) % next.length]!;
        return from + (to - from) * Math.min(1, (this.#faded + i + 1) / FADE);
      });
    });
  }
}

const FADE = SAMPLE_RATE / 100;

/**
 * Two bands: band-passes the voice twice (12 dB an octave on each side), smooths the magnitude twice, and adds the carriers at these
 * loudnesses. Two at once, and the newest result last in each sum, because each step of a recursive filter waits for the one
 * before: this takes about half the time of the obvious way.
 */
function speak(
  a: Band,
  b: Band,
  carrierA: Float32Array,
  carrierB: Float32Array,
  position: number,
  voice: Float32Array,
  out: Float32Array,
): void {
  const n = out.length;
  const period = carrierA.length;
  const keep = 1 - SMOOTHING;
  const ab = a.filter.b0;
  const aa1 = a.filter.a1;
  const aa2 = a.filter.a2;
  const bb = b.filter.b0;
  const ba1 = b.filter.a1;
  const ba2 = b.filter.a2;
  const sa = a.state;
  const sb = b.state;
  let x1 = sa[0]!;
  let x2 = sa[1]!;
  let ay1 = sa[2]!;
  let ay2 = sa[3]!;
  let az1 = sa[4]!;
  let az2 = sa[5]!;
  let aFast = sa[6]!;
  let aSlow = sa[7]!;
  let by1 = sb[2]!;
  let by2 = sb[3]!;
  let bz1 = sb[4]!;
  let bz2 = sb[5]!;
  let bFast = sb[6]!;
  let bSlow = sb[7]!;
  let at = position % period;
  for (let i = 0; i < n; i++) {
    const x = voice[i]!;
    // A band-pass has b1 = 0 and b2 = −b0.
    const rise = x - x2;
    const ay = ab * rise - aa2 * ay2 - aa1 * ay1;
    const by = bb * rise - ba2 * by2 - ba1 * by1;
    const az = ab * (ay - ay2) - aa2 * az2 - aa1 * az1;
    const bz = bb * (by - by2) - ba2 * bz2 - ba1 * bz1;
    x2 = x1;
    x1 = x;
    ay2 = ay1;
    ay1 = ay;
    by2 = by1;
    by1 = by;
    az2 = az1;
    az1 = az;
    bz2 = bz1;
    bz1 = bz;
    aFast = SMOOTHING * Math.abs(az) + keep * aFast;
    bFast = SMOOTHING * Math.abs(bz) + keep * bFast;
    aSlow = SMOOTHING * aFast + keep * aSlow;
    bSlow = SMOOTHING * bFast + keep * bSlow;
    out[i] = out[i]! + (aSlow * carrierA[at]! + bSlow * carrierB[at]!);
    if (++at === period) at = 0;
  }
  store(sa, x1, x2, ay1, ay2, az1, az2, aFast, aSlow);
  store(sb, x1, x2, by1, by2, bz1, bz2, bFast, bSlow);
}

/** Keeps a band's state, unless it is too small to hear, not a number, or beyond all measure: then the band starts anew. */
function store(
  state: Float64Array,
  x1: number,
  x2: number,
  y1: number,
  y2: number,
  z1: number,
  z2: number,
  fast: number,
  slow: number,
): void {
  const rest = Math.abs(x1) + Math.abs(x2) + Math.abs(y1) + Math.abs(y2) + Math.abs(z1) + Math.abs(z2) + fast + slow;
  if (!(rest > NOTHING && rest < 1e6)) {
    state.fill(0);
    return;
  }
  state[0] = x1;
  state[1] = x2;
  state[2] = y1;
  state[3] = y2;
  state[4] = z1;
  state[5] = z2;
  state[6] = fast;
  state[7] = slow;
}
