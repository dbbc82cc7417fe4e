/**
 * Run in a process of its own: opens, reads and seeks damaged copies of media files, and prints one JSON line per file.
 * Arguments: folder with the whole files, first seed, number of seeds.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { reasonOf, VoxError } from '../../../../src/errors.js';
import { openAudioFile } from '../../../../src/media/av/index.js';
import { createAudioFrame } from '../../../../src/media/frame.js';
import { damage } from '../../../support/media-fixtures.js';

/** No file of a few seconds may give more than this many samples. */
const LIMIT_SAMPLES = 48_000 * 600;

async function play(path: string, seed: number): Promise<{ result: string; code?: string; samples: number }> {
  let samples = 0;
  try {
    const reader = await openAudioFile(path);
    try {
      const frame = createAudioFrame(reader.channels);
      for (let got = 1, n = 0; got > 0; n++) {
        got = reader.read(frame);
        samples += got;
        if (samples > LIMIT_SAMPLES) return { result: 'endless', samples };
        for (const plane of frame.planes)
          for (const sample of plane) if (!Number.isFinite(sample)) return { result: 'not finite', samples };
        // Some are sought in while they play, and some are closed half-way.
        if (seed % 3 === 0 && n === 20) reader.seek(1_500_000);
        if (seed % 5 === 0 && n === 40) reader.close();
      }
      const { outcome } = reader;
      if (!outcome) return { result: 'no outcome', samples };
      return outcome.kind === 'ended' ? { result: 'ended', samples } : { result: 'failed', code: outcome.code, samples };
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof VoxError) return { result: 'refused', code: error.code, samples };
    return { result: `threw ${reasonOf(error)}`, samples };
  }
}

const [folder, firstSeed, count] = process.argv.slice(2) as [string, string, string];
const names = readdirSync(folder)
  .filter((name) => name.startsWith('whole.'))
  .sort();
const originals = names.map((name) => readFileSync(join(folder, name)));
for (let seed = Number(firstSeed); seed < Number(firstSeed) + Number(count); seed++) {
  const which = seed % names.length;
  const path = join(folder, `damaged${extname(names[which]!)}`);
  writeFileSync(path, damage(originals[which]!, seed));
  // The line before the attempt tells which file a crash is due to.
  process.stdout.write(`${JSON.stringify({ seed, name: names[which] })}\n`);
  process.stdout.write(`${JSON.stringify({ seed, ...(await play(path, seed)) })}\n`);
}
(globalThis as { gc?: () => void }).gc?.();
await new Promise((resolve) => setImmediate(resolve));
process.stdout.write(`${JSON.stringify({ done: true, rssMB: Math.round(process.memoryUsage.rss() / 1e6) })}\n`);
