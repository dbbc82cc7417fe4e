import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../src/graph/define-node.js';
import { graphFromObject } from '../../src/graph/load.js';
import { video } from '../../src/graph/ports.js';
import { createRegistry } from '../../src/graph/registry.js';
import { livePictures, Picture } from '../../src/media/av/video/picture.js';
import { builtinNodes } from '../../src/nodes/index.js';
import { createVirtualScheduler, type VirtualScheduler } from '../../src/time/virtual.js';
import { pictureMeans, writeFilm } from '../support/films.js';
import { makeTempDir } from '../support/media-fixtures.js';
import { curtain, Stage } from './support/stage.js';

/** One picture in two beats of the sound. */
const FPS = 25;
/** So many are decoded ahead of each film. */
const AHEAD = 8;
/** What has not been decoded in so many turns of the event loop never will be. */
const MOST_TURNS = 3_000_000;

const temp = makeTempDir();
let dark: string;
let bright: string;
beforeAll(async () => {
  // Picture n is 40 + n bright, or 150 + n.
  dark = await writeFilm(temp.path('dark.mp4'), { seconds: 4, sound: (i) => 0.2 * Math.sin(i / 20) });
  bright = await writeFilm(temp.path('bright.mp4'), { seconds: 4, luma: '150+N', sound: (i) => 0.2 * Math.sin(i / 20) });
});
afterAll(() => {
  temp.remove();
  expect(livePictures()).toBe(0);
});

/** A queue in real time, on a clock that waits until enough is decoded for the next beat. */
async function show(options: object, more: object = { eye: { type: 'test.eye', in: { video: 'films' } } }) {
  const seen: number[] = [];
  const eye = defineNode({
    type: 'test.eye',
    summary: 'Keep how bright pictures are.',
    inputs: { video: video('Pictures.') },
    outputs: {},
    options: z.strictObject({ frameRate: z.number().default(FPS) }),
    frameRate: ({ frameRate }) => frameRate,
    create: ({ inputs, ctx }) => {
      const subscription = inputs.video.subscribe(({ content }) => {
        if (content instanceof Picture) seen.push(Math.round(pictureMeans(content)[0]));
      });
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  });
  const nodes = (others: object) => ({
    films: { type: 'source.queue', options: { channels: 1, ...options } },
    drain: { type: 'sink.null', in: { audio: 'films' } },
    ...others,
  });
  const stage = new Stage<VirtualScheduler>(createVirtualScheduler(), {
    nodes: nodes(more),
    extra: [eye],
  });
  await stage.run.start();
  return {
    stage,
    seen,
    /** The same with other nodes beside it. */
    plan: (others: object) =>
      graphFromObject({ version: 1, nodes: nodes(others) }, { registry: createRegistry([...builtinNodes, eye]), cwd: '/' }),
    /** Runs so many beats; behind each as many pictures must be there. */
    async beats(count: number, pictures: number) {
      for (let n = 0; n < count; n++) {
        stage.clock.advanceBy(20);
        let turns = 0;
        do await new Promise((done) => setImmediate(done));
        while (livePictures() < pictures && ++turns < MOST_TURNS);
      }
    },
  };
}

describe('a queue of films in real time', () => {
  it('shows a film that was chosen from its first picture on, and the one before until then', async () => {
    const { stage, seen, beats } = await show({ tracks: [dark, bright], prefetchSec: 0 });
    await beats(20, 1 + AHEAD);
    stage.run.command('films', { type: 'next' });
    // The old one goes on until the new one's pictures are there.
    await beats(1, 1 + 2 * AHEAD);
    await beats(20, 1 + AHEAD);
    const change = seen.findIndex((luma) => luma > 140);
    expect(change).toBeGreaterThan(9);
    expect(Math.abs(seen[change]! - 150)).toBeLessThanOrEqual(1);
    // Neither black in between nor a picture that stands still.
    expect(seen.slice(1, change).every((luma, i) => luma >= seen[i]!)).toBe(true);
    expect(Math.min(...seen)).toBeGreaterThan(35);
    expect(stage.facts('films', 'video.opened')).toHaveLength(2);
    await curtain(stage);
  });

  it('opens the pictures of what plays when somebody begins to look, where the sound is', async () => {
    const { stage, seen, plan, beats } = await show({ tracks: [dark] }, {});
    await beats(50, 0);
    expect(stage.facts('films', 'video.opened')).toEqual([]);
    const change = stage.run.change(plan({ eye: { type: 'test.eye', in: { video: 'films' } } }));
    await beats(1, 0);
    await beats(20, AHEAD);
    await change;
    expect(stage.facts('films', 'video.opened')).toHaveLength(1);
    // It is in its second second: picture 25 is 65 bright.
    expect(seen.at(-1)).toBeGreaterThanOrEqual(65);
    expect(stage.facts('films', 'track.ended')).toEqual([]);
    // Nobody looks any more: nothing is decoded.
    const back = stage.run.change(plan({}));
    await beats(5, 0);
    await back;
    const count = seen.length;
    await beats(10, 0);
    expect(seen).toHaveLength(count);
    await curtain(stage);
  });
});
