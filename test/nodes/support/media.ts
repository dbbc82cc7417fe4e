import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openAudioFile, openAudioFileWriter } from '../../../src/media/av/index.js';
import { createAudioFrame } from '../../../src/media/frame.js';

/** A folder that is removed after the tests of a file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-nodes-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes samples to a WAV file of 32-bit floats, so that reading gives the very same. */
export async function writeWav(path: string, planes: readonly Float32Array[]): Promise<string> {
  const writer = await openAudioFileWriter(path, { codec: 'pcm_f32le', channels: planes.length as 1 | 2 });
  writer.write({ kind: 'audio', ptsUs: 0, planes: [...planes], silent: false });
  await writer.finish();
  return path;
}

/** Everything in a media file. */
export async function readAll(
  path: string,
): Promise<{ planes: Float32Array[]; codec: string; tags: Readonly<Record<string, string>> }> {
  const reader = await openAudioFile(path);
  const parts: Float32Array[][] = Array.from({ length: reader.channels }, () => []);
  const frame = createAudioFrame(reader.channels);
  for (let n = reader.read(frame); n > 0; n = reader.read(frame))
    parts.forEach((part, c) => part.push(frame.planes[c]!.slice(0, n)));
  const { codec, tags } = reader.info;
  reader.close();
  const planes = parts.map((part) => Float32Array.from(part.flatMap((piece) => [...piece])));
  return { planes, codec, tags };
}
