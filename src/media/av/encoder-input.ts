import { VECTOR_SAMPLES, vectorUnit } from '../dsp/vector/vector-unit.js';

/** What was wrong with samples on their way into an encoder. */
export interface Damage {
  /** Samples that were NaN or infinite. */
  bad: number;
  /** Samples that were above full scale. */
  clipped: number;
}

function tamed(sample: number, damage: Damage): number {
  if (!Number.isFinite(sample)) {
    damage.bad++;
    return 0;
  }
  damage.clipped++;
  return sample > 0 ? 1 : -1;
}

/**
 * Copies `count` samples of two planes, from index `from` on, into an interleaved one whose next free place is sample pair
 * `to`. NaN and infinity become 0 and what is above full scale is cut, both counted in `damage`.
 */
export function interleaveSafely(
  left: Float32Array,
  right: Float32Array,
  from: number,
  target: Float32Array,
  to: number,
  count: number,
  damage: Damage,
): void {
  if (count <= VECTOR_SAMPLES) {
    vectorUnit.loadA(left, from, count);
    vectorUnit.loadB(right, from, count);
    if (vectorUnit.interleave(count)) {
      vectorUnit.store(target, to * 2, count * 2);
      return;
    }
  }
  const end = from + count;
  for (let i = from, j = to * 2; i < end; i++, j += 2) {
    const l = left[i]!;
    const r = right[i]!;
    if (l >= -1 && l <= 1 && r >= -1 && r <= 1) {
      target[j] = l;
      target[j + 1] = r;
      continue;
    }
    target[j] = l >= -1 && l <= 1 ? l : tamed(l, damage);
    target[j + 1] = r >= -1 && r <= 1 ? r : tamed(r, damage);
  }
}

/** As {@link interleaveSafely}, for one plane into one. */
export function copySafely(
  source: Float32Array,
  from: number,
  target: Float32Array,
  to: number,
  count: number,
  damage: Damage,
): void {
  for (let i = 0; i < count; i++) {
    const sample = source[from + i]!;
    target[to + i] = sample >= -1 && sample <= 1 ? sample : tamed(sample, damage);
  }
}

/** As {@link interleaveSafely}, for the mean of two planes into one. */
export function averageSafely(
  left: Float32Array,
  right: Float32Array,
  from: number,
  target: Float32Array,
  to: number,
  count: number,
  damage: Damage,
): void {
  for (let i = 0; i < count; i++) {
    const sample = (left[from + i]! + right[from + i]!) * 0.5;
    target[to + i] = sample >= -1 && sample <= 1 ? sample : tamed(sample, damage);
  }
}
