/** Power below which a measurement answers −Infinity: far under any 24-bit signal. */
const NOTHING = 1e-20;

function powerToDb(power: number): number {
  return power < NOTHING ? -Infinity : 10 * Math.log10(power);
}

/**
 * The root mean square level of samples in dBFS: 0 is a square wave at full scale, −3.01 a sine at full scale, −Infinity
 * silence (and no samples at all).
 */
export function rmsDb(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? -Infinity : powerToDb(sum / samples.length);
}

/** The largest absolute sample in dBFS; −Infinity for silence. */
export function peakDb(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return powerToDb(peak * peak);
}

/**
 * The level of one frequency, as the amplitude of its sine in dB: 0 is a sine at full scale. Goertzel's algorithm under a Hann
 * window (G. Goertzel, "An algorithm for the evaluation of finite trigonometric series", 1958), so that frequencies more than
 * two bins (2 × sampleRateHz / length) away hardly count.
 *
 * @param samples at least some ten periods of the frequency. @param freqHz above 0 and below half the sample rate.
 */
export function goertzelDb(samples: Float32Array, freqHz: number, sampleRateHz: number): number {
  const { length } = samples;
  if (length < 2) return -Infinity;
  const coefficient = 2 * Math.cos((2 * Math.PI * freqHz) / sampleRateHz);
  const windowStep = (2 * Math.PI) / length;
  let older = 0;
  let newer = 0;
  for (let i = 0; i < length; i++) {
    const windowed = samples[i]! * (0.5 - 0.5 * Math.cos(windowStep * i));
    const next = windowed + coefficient * newer - older;
    older = newer;
    newer = next;
  }
  const power = newer * newer + older * older - coefficient * newer * older;
  // A sine of amplitude A gives A × length / 4 under a Hann window.
  return powerToDb((power * 16) / (length * length));
}

/**
 * The loudest frequency in Hz, to about a tenth of a bin (sampleRateHz / window); 0 for silence. Looks at the first 65,536
 * samples at most.
 */
export function dominantFrequencyHz(samples: Float32Array, sampleRateHz: number): number {
  const size = Math.min(1 << 16, 1 << Math.floor(Math.log2(Math.max(2, samples.length))));
  const power = hannPower(samples, size);
  let best = 0;
  for (let bin = 1; bin < power.length; bin++) if (power[bin]! > power[best]! || best === 0) best = bin;
  if (!(power[best]! > NOTHING)) return 0;
  // A parabola through the logarithms of the peak and its neighbours places it between the bins.
  const [left, middle, right] = [best - 1, best, best + 1].map((bin) => Math.log(Math.max(NOTHING, power[bin] ?? 0)));
  const bend = left! - 2 * middle! + right!;
  const shift = bend === 0 ? 0 : (0.5 * (left! - right!)) / bend;
  return ((best + Math.max(-0.5, Math.min(0.5, shift))) * sampleRateHz) / size;
}

/** Power per bin 0 … size/2 of the first `size` samples under a Hann window: an in-place radix-2 FFT (Cooley, Tukey 1965). */
export function hannPower(samples: Float32Array, size: number): Float64Array {
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let i = 0, j = 0; i < size; i++) {
    re[j] = samples[i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    // j counts up with its bits reversed.
    let bit = size >> 1;
    for (; bit > 0 && j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
  }
  for (let half = 1; half < size; half *= 2) {
    for (let k = 0; k < half; k++) {
      const cos = Math.cos((Math.PI * k) / half);
      const sin = -Math.sin((Math.PI * k) / half);
      for (let a = k; a < size; a += 2 * half) {
        const b = a + half;
        const tr = re[b]! * cos - im[b]! * sin;
        const ti = re[b]! * sin + im[b]! * cos;
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a]! += tr;
        im[a]! += ti;
      }
    }
  }
  const power = new Float64Array(size / 2 + 1);
  for (let bin = 0; bin <= size / 2; bin++) power[bin] = re[bin]! ** 2 + im[bin]! ** 2;
  return power;
}
