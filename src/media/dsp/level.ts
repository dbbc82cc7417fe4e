import { VECTOR_SAMPLES, vectorUnit } from './vector/vector-unit.js';

/** The largest magnitude of all planes; what is not a number is passed over. */
export function peak(planes: readonly Float32Array[]): number {
  let largest = 0;
  for (let c = 0; c < planes.length; c++) {
    const plane = planes[c]!;
    const n = plane.length;
    for (let i = 0; i < n; i++) {
      const magnitude = Math.abs(plane[i]!);
      if (magnitude > largest) largest = magnitude;
    }
  }
  return largest;
}

/** The mean square over all planes. NaN when a sample is. */
export function meanSquare(planes: readonly Float32Array[]): number {
  let sum = 0;
  let count = 0;
  for (let c = 0; c < planes.length; c++) {
    const plane = planes[c]!;
    const n = plane.length;
    for (let at = 0; at < n; at += VECTOR_SAMPLES) {
      const part = Math.min(VECTOR_SAMPLES, n - at);
      vectorUnit.loadA(plane, at, part);
      sum += vectorUnit.energy(part);
    }
    count += n;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * The audio level of RFC 6464, section 3, from a mean square: whole decibels relative to overload (dBov), −127…0, where −127 also
 * stands for silence. A full-scale square wave is 0 dBov, a full-scale sine −3.
 */
export function levelDbov(square: number): number {
  if (!(square > 0)) return -127;
  const db = Math.round(10 * Math.log10(square));
  return db > 0 ? 0 : db < -127 ? -127 : db;
}
