import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { makeTempDir, noise, writeWav } from '../support/media-fixtures.js';
import { beats, curtain, onStage } from './support/stage.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

const LENGTH = 40_000;
const signal = noise();
const first = writeWav(temp.path('first.wav'), signal, LENGTH, { channels: 1, sample: 'f32' });
const list = temp.path('list.m3u');
writeFileSync(list, 'first.wav\n');

const graph = (type: string, options: object) => ({
  music: { type, options: { channels: 1, ...options } },
  ear: { type: 'test.ear', in: { audio: 'music' } },
});

describe('a queue in a running graph', () => {
  it.each([
    ['source.queue', { tracks: [first] }],
    ['source.playlist', { src: list }],
  ])('%s is heard from the first frame on', async (type, options) => {
    const stage = await onStage({ nodes: graph(type, options) });
    beats(stage, 20);
    const heard = stage.ear().plane();
    expect(heard.length).toBe(20 * 960);
    expect(heard.every((x, i) => x === Math.fround(signal(i, 0)))).toBe(true);
    expect(stage.node('music').counters).toEqual({});
    await curtain(stage);
    expect(stage.facts('music', 'track.started')).toHaveLength(1);
    expect(stage.facts('music', 'track.ended')).toMatchObject([{ reason: 'stopped' }]);
  });

  it('fails with its reason when its playlist is none, and the graph goes on', async () => {
    writeFileSync(temp.path('none.txt'), 'no playlist');
    const stage = await onStage({ nodes: graph('source.playlist', { src: temp.path('none.txt') }) });
    beats(stage, 20);
    expect(
      stage
        .ear()
        .plane()
        .every((x) => x === 0),
    ).toBe(true);
    await curtain(stage);
    expect(JSON.stringify(stage.facts('music', 'source.failed'))).toContain('its name ends in none of .m3u');
  });
});
