/**
 * Run in a process of its own: opens, reads and closes a file again and again, and drops some readers, encoders and writers
 * without closing them.
 * Prints by how much the resident memory grew in each of three windows of so many rounds, after a warm-up.
 * Arguments: file, rounds.
 */
import { createOpusEncoder, openAudioFile, openAudioFileWriter } from '../../../../src/media/av/index.js';
import { createAudioFrame } from '../../../../src/media/frame.js';

const [path, rounds] = process.argv.slice(2) as [string, string];
const gc = (globalThis as { gc?: () => void }).gc!;
const frame = createAudioFrame(2);

async function round(n: number): Promise<void> {
  const reader = await openAudioFile(path);
  for (let k = 0; k < 20; k++) reader.read(frame);
  reader.seek(500_000);
  reader.read(frame);
  const encoder = await createOpusEncoder({ complexity: 0 });
  encoder.encode(frame, () => undefined);
  const writer = await openAudioFileWriter(`${path}.out.flac`);
  writer.write(frame);
  // Every tenth is forgotten: the garbage collector must free it without harm.
  if (n % 10 === 0) return;
  reader.close();
  encoder.close();
  writer.abort();
}

async function settle(): Promise<number> {
  for (let n = 0; n < 5; n++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage.rss() / 1e6;
}

for (let n = 1; n <= 40; n++) await round(n);
const growthMB: number[] = [];
let before = await settle();
for (let window = 0; window < 3; window++) {
  for (let n = 1; n <= Number(rounds); n++) {
    await round(n);
    if (n % 50 === 0) gc();
  }
  const now = await settle();
  growthMB.push(now - before);
  before = now;
}
process.stdout.write(JSON.stringify(growthMB));
