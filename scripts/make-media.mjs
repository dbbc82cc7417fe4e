// `node scripts/make-media.mjs`: synthesises the files in media/, the same bytes every time on one kind of machine.
// With --check it writes nothing and fails when a committed file differs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAudioFileWriter } from '../dist/media/av/audio-writer.js';
import { png } from './lib/png.mjs';
import { tune } from './media/tune.mjs';
import { HEIGHT, valley, WIDTH } from './media/valley.mjs';
import { voice } from './media/voice.mjs';

const media = join(dirname(fileURLToPath(import.meta.url)), '..', 'media');

const FILES = [
  {
    name: 'tune.opus',
    make: tune,
    bitrateKbps: 57,
    tags: { title: 'Thirty-two bars in D', artist: 'voxgraph', license: 'CC0-1.0' },
  },
  {
    name: 'voice.opus',
    make: () => [voice()],
    bitrateKbps: 32,
    tags: { title: 'Somebody talks without words', artist: 'voxgraph', license: 'CC0-1.0' },
  },
  { name: 'valley.png', picture: () => png(WIDTH, HEIGHT, valley()) },
];

async function write(path, planes, { bitrateKbps, tags }) {
  const writer = await openAudioFileWriter(path, { bitrateKbps, tags, channels: planes.length, codec: 'opus' });
  writer.write({ kind: 'audio', ptsUs: 0, planes, silent: false });
  await writer.finish();
}

const check = process.argv.includes('--check');
const folder = check ? mkdtempSync(join(tmpdir(), 'voxgraph-media-')) : media;
let failed = false;
try {
  mkdirSync(folder, { recursive: true });
  for (const file of FILES) {
    const path = join(folder, file.name);
    if (file.picture) writeFileSync(path, file.picture());
    else await write(path, file.make(), file);
    const bytes = readFileSync(path);
    if (!check) console.log(`wrote media/${file.name}: ${bytes.length} bytes`);
    else if (!bytes.equals(readFileSync(join(media, file.name)))) {
      failed = true;
      console.error(`media/${file.name} is not what this script makes; run "node scripts/make-media.mjs"`);
    }
  }
} finally {
  if (check) rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
