import { hannPower } from './measure.js';

/**
 * The levels of a spectrum's bands, evenly spaced in pitch: of each the loudest sine in it, in dB below full scale, at least `floorDb`.
 *
 * @param samples as many as a power of two. @param bands how many. @param floorDb what silence is called.
 */
export function bandLevelsDb(
  samples: Float32Array,
  sampleRateHz: number,
  bands: number,
  lowHz: number,
  highHz: number,
  floorDb: number,
): Float32Array {
  const power = hannPower(samples, samples.length);
  const binHz = sampleRateHz / samples.length;
  const levels = new Float32Array(bands);
  const edge = (band: number) => lowHz * Math.pow(highHz / lowHz, band / bands);
  for (let band = 0; band < bands; band++) {
    // Low bands are narrower than a bin: they get the nearest.
    const from = Math.max(1, Math.round(edge(band) / binHz));
    const to = Math.max(from + 1, Math.round(edge(band + 1) / binHz));
    let most = 0;
    for (let bin = from; bin < to && bin < power.length; bin++) most = Math.max(most, power[bin]!);
    // A sine of amplitude A gives (A × length / 4)² under a Hann window.
    const db = 10 * Math.log10((most * 16) / (samples.length * samples.length) + 1e-20);
    levels[band] = Math.max(floorDb, db);
  }
  return levels;
}
