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
    // Two sums side by side, since one alone waits for each addition to finish.
    let even = 0;
    let odd = 0;
    const pairs = n & ~1;
    for (let i = 0; i < pairs; i += 2) {
      const a = plane[i]!;
      const b = plane[i + 1]!;
      even += a * a;
      odd += b * b;
    }
    if (pairs < n) even += plane[pairs]! * plane[pairs]!;
    sum += even + odd;
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
