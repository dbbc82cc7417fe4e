/** How many samples an interpolated value is made of. */
export const TRUE_PEAK_TAPS = 12;

/** No interpolated value exceeds the largest of its samples by more than this factor: the sum of the magnitudes of a phase's taps. */
export const TRUE_PEAK_BOUND = 2.0261;

/**
 * Phases 0 and 1 of the interpolation filter of ITU-R BS.1770-4, Annex 2. Phases 3 and 2 are the same backwards, so each pair is held
 * as its even and odd half: with s = x[k] + x[11−k] and d = x[k] − x[11−k] the two values are Σ even·s ± Σ odd·d.
 */
const PHASE_0 = [
  0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625, 0.97216796875,
  -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
];
const PHASE_1 = [
  -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625, -0.2003173828125,
  0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
];

const halves = (phase: readonly number[], sign: 1 | -1): Float64Array =>
  Float64Array.from({ length: 6 }, (_, k) => (phase[k]! + sign * phase[11 - k]!) / 2);
const EVEN_0 = halves(PHASE_0, 1);
const ODD_0 = halves(PHASE_0, -1);
const EVEN_1 = halves(PHASE_1, 1);
const ODD_1 = halves(PHASE_1, -1);

/**
 * The largest magnitude of the four values between samples (ITU-R BS.1770-4, Annex 2: four times oversampling by 48 taps) that follow
 * from `samples[from … from + 11]`; they lie around the middle of these.
 */
export function interpolatedPeak(samples: Float32Array, from: number): number {
  let even0 = 0;
  let odd0 = 0;
  let even1 = 0;
  let odd1 = 0;
  for (let k = 0; k < 6; k++) {
    const early = samples[from + k]!;
    const late = samples[from + 11 - k]!;
    const sum = early + late;
    const difference = early - late;
    even0 += EVEN_0[k]! * sum;
    odd0 += ODD_0[k]! * difference;
    even1 += EVEN_1[k]! * sum;
    odd1 += ODD_1[k]! * difference;
  }
  // The larger of |even + odd| and |even − odd|.
  const outer = Math.abs(even0) + Math.abs(odd0);
  const inner = Math.abs(even1) + Math.abs(odd1);
  return outer > inner ? outer : inner;
}

/** Finds the true peak of a signal: the largest magnitude of its samples and of what lies between them (ITU-R BS.1770-4, Annex 2). */
export class TruePeakMeter {
  #lines: Float32Array[] = [];
  #peak = 0;

  /** The largest so far, as a factor of full scale. */
  get peak(): number {
    return this.#peak;
  }

  /** Listens to the first `count` samples of each plane; what is not finite counts as 0. */
  push(planes: readonly Float32Array[], count: number = planes[0]?.length ?? 0): void {
    const history = TRUE_PEAK_TAPS - 1;
    while (this.#lines.length < planes.length) this.#lines.push(new Float32Array(history));
    for (let c = 0; c < planes.length; c++) {
      let line = this.#lines[c]!;
      if (line.length < history + count) {
        const longer = new Float32Array(history + count);
        longer.set(line.subarray(0, history));
        this.#lines[c] = line = longer;
      }
      line.set(planes[c]!.subarray(0, count), history);
      this.#search(line, count);
      line.copyWithin(0, count, count + history);
    }
  }

  #search(line: Float32Array, count: number): void {
    const history = TRUE_PEAK_TAPS - 1;
    let peak = this.#peak;
    // The values around a sample can only be a new peak if one of the twelve is loud enough: most are not looked at.
    let loudAt = -TRUE_PEAK_TAPS;
    for (let i = 0; i < history + count; i++) {
      const x = Math.abs(line[i]!);
      if (!(x < Infinity)) {
        line[i] = 0;
        continue;
      }
      if (x * TRUE_PEAK_BOUND > peak) loudAt = i;
      if (i < history) continue;
      if (x > peak) peak = x;
      if (i - loudAt >= TRUE_PEAK_TAPS) continue;
      const between = interpolatedPeak(line, i - history);
      if (between > peak) peak = between;
    }
    this.#peak = peak;
  }
}
