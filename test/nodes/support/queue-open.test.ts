import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { NodeContext } from '../../../src/graph/context.js';
import { openAudioFile } from '../../../src/media/av/audio-reader.js';
import { QueueOpening } from '../../../src/nodes/support/queue-open.js';
import type { QueuePictures } from '../../../src/nodes/support/queue-pictures.js';
import type { QueueTrack } from '../../../src/nodes/support/queue-track.js';
import type { TrackPictures } from '../../../src/nodes/support/track-pictures.js';
import { temporaryFolder, writeWav } from './media.js';
import { sine } from './signals.js';

const folder = temporaryFolder();

it('a track that was chosen waits for its first picture, for a second at most; one that follows does not', async () => {
  const src = await writeWav(join(folder, 'tone.wav'), [sine(48_000, 440, 0.5)]);
  const shown = { ready: false, closed: 0 };
  const pictures = {
    wanted: true,
    begin(track: QueueTrack) {
      if (!track.pictures) track.show(shown as unknown as TrackPictures, () => shown.closed++);
    },
  } as unknown as QueuePictures;
  const held: Promise<unknown>[] = [];
  const ctx = { offline: false, hold: (work: Promise<unknown>) => held.push(work) } as unknown as NodeContext;
  const open = () => {
    const settings = { channels: 1, aheadSamples: 0 } as const;
    return new QueueOpening({ id: 't1', src, added: false }, openAudioFile, settings, ctx, pictures);
  };
  const [one, two] = [open(), open()];
  await Promise.all(held);
  expect([one.ready, one.complete]).toEqual([true, false]);
  shown.ready = true;
  expect(one.complete).toBe(true);
  shown.ready = false;
  let beats = 0;
  while (!two.complete && beats < 100) {
    two.fill(false);
    beats++;
  }
  expect(beats).toBe(50);
  one.close();
  two.take().close();
  expect(shown.closed).toBe(2);
});
