import { createWasmMemory } from '../../wasm.js';

/** The room of {@link vectorMemory} that operands are copied to, in bytes: wasm/kernels.ts works there. */
const REGISTER_BYTES = 3 * 65_536;
/** A plane of this length, 20 ms at 48 kHz, gets a place in the memory; others are ordinary arrays. */
const PLANE_SAMPLES = 960;
/** How many planes have a place; those beyond are ordinary arrays, which cost their copying. */
const MOST_PLANES = 2048;
const PLANE_BYTES = PLANE_SAMPLES * 4;
const PAGES = Math.ceil((REGISTER_BYTES + MOST_PLANES * PLANE_BYTES) / 65_536);

/** The memory of this thread's vector unit. */
export const vectorMemory = createWasmMemory(PAGES);

const { buffer } = vectorMemory;
/** Places that were used and are free again, as numbers. */
const free: number[] = [];
/** The first place that was never used. */
let fresh = 0;
const lost = new FinalizationRegistry((place: number) => free.push(place));

/**
 * A new plane of `samples` zeros. One of a usual frame's length lies in the vector unit's memory while there is room, where its kernels
 * work on it without copying; its `buffer` is then that of many planes. Its place is used again when nobody holds the plane any more.
 */
export function createPlane(samples: number): Float32Array<ArrayBuffer> {
  if (samples !== PLANE_SAMPLES) return new Float32Array(samples);
  const used = free.pop();
  if (used === undefined && fresh === MOST_PLANES) return new Float32Array(samples);
  const place = used ?? fresh++;
  const plane = new Float32Array(buffer, REGISTER_BYTES + place * PLANE_BYTES, PLANE_SAMPLES);
  if (used !== undefined) plane.fill(0);
  lost.register(plane, place);
  return plane;
}

/** Where in the vector unit's memory sample `at` of `plane` lies, in bytes; 0 when it lies elsewhere. */
export function placeOf(plane: Float32Array, at: number): number {
  return plane.buffer === buffer ? plane.byteOffset + at * 4 : 0;
}
