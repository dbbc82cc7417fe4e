import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { livePictures } from '../../../src/media/av/video/picture.js';
import { file } from '../../../src/nodes/sources/file.js';
import { renderNode, type RenderedNode, type RenderNodeSettings } from '../../../src/testing/index.js';
import { writeFilm } from '../../support/films.js';
import { makeTempDir } from '../../support/media-fixtures.js';

const temp = makeTempDir();
let film: string;
let other: string;
beforeAll(async () => {
  // Picture n is 40 + n bright; 25 a second, so that a position of 1 s is 65.
  film = await writeFilm(temp.path('film.mp4'), { seconds: 3, sound: (i) => 0.2 * Math.sin(i / 20) });
  other = await writeFilm(temp.path('other.mp4'), { seconds: 3, luma: '200', width: 96, sound: (i) => 0.2 * Math.sin(i / 20) });
});
afterAll(() => {
  temp.remove();
  expect(livePictures()).toBe(0);
});

const run = (settings: RenderNodeSettings) => renderNode(file, { frameRate: 25, ...settings });

/** The position in the film that is seen at a time, in milliseconds, by its brightness. */
function seenAt(rendered: RenderedNode, ms: number): number {
  const picture = rendered.outputs['video']!.pictures.find(({ ptsUs }) => ptsUs === ms * 1000)!;
  return (Math.round(picture.y[2000]! - 40) / 25) * 1000;
}

describe('the pictures of source.file', () => {
  it('stand still in a pause, and go on where the sound goes on', async () => {
    const rendered = await run({
      options: { src: film },
      commands: [
        { atMs: 400, command: { type: 'pause' } },
        { atMs: 800, command: { type: 'play' } },
      ],
      durationMs: 1400,
    });
    expect(Math.abs(seenAt(rendered, 360) - 360)).toBeLessThanOrEqual(40);
    expect(seenAt(rendered, 760)).toBe(seenAt(rendered, 480));
    expect(Math.abs(seenAt(rendered, 480) - 400)).toBeLessThanOrEqual(40);
    expect(Math.abs(seenAt(rendered, 1200) - 800)).toBeLessThanOrEqual(40);
  });

  it('follow a seek, forwards and back', async () => {
    const rendered = await run({
      options: { src: film },
      commands: [
        { atMs: 400, command: { type: 'seek', positionMs: 2000 } },
        { atMs: 800, command: { type: 'seek', positionMs: 200 } },
      ],
      durationMs: 1200,
    });
    expect(Math.abs(seenAt(rendered, 600) - 2200)).toBeLessThanOrEqual(40);
    expect(Math.abs(seenAt(rendered, 1000) - 400)).toBeLessThanOrEqual(40);
  });

  it('go round with the sound, between the two ends', async () => {
    const rendered = await run({ options: { src: film, loop: true, startSec: 1, endSec: 2 }, durationMs: 3600 });
    for (const ms of [400, 1400, 2400, 3400]) expect(Math.abs(seenAt(rendered, ms) - 1400)).toBeLessThanOrEqual(40);
  });

  it('change to those of another file, and end with the sound', async () => {
    const rendered = await run({ options: { src: film }, optionChanges: [{ atMs: 600, options: { src: other } }] });
    const { pictures, end } = rendered.outputs['video']!;
    const at = (ms: number) => pictures.find(({ ptsUs }) => ptsUs === ms * 1000)!;
    expect(at(400).width).toBe(160);
    expect([at(800).width, Math.abs(at(800).y[2000]! - 200) <= 2]).toEqual([96, true]);
    expect(end).toBeDefined();
    expect(rendered.events.filter(({ event }) => event.type === 'video.opened').map(({ event }) => event['src'])).toEqual([
      film,
      other,
    ]);
  });

  it('are none to speak of when the file has none', async () => {
    const sound = 'media/tune.opus';
    const black = await run({ options: { src: sound }, durationMs: 200 });
    expect(black.outputs['video']!.pictures.every(({ y }) => y[0] === 16)).toBe(true);
    const nothing = await run({ options: { src: sound, noPicture: 'nothing' }, durationMs: 200 });
    expect(nothing.outputs['video']!.pictures).toEqual([]);
  });
});
