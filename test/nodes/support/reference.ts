import { readFileSync } from 'node:fs';

/** A committed reference vector: see test/nodes/references/make.sh for where it is from. */
export function reference(name: string): Float32Array {
  const bytes = readFileSync(new URL(`../references/${name}.f32`, import.meta.url));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
