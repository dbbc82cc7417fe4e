import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSink } from '../../../src/nodes/sinks/file.js';
import { marbles, renderNode } from '../../../src/testing/index.js';
import { readAll, temporaryFolder } from '../support/media.js';
import { largestDifference, noise, sine } from '../support/signals.js';

const folder = temporaryFolder();

describe('sink.file', () => {
  it('writes what it gets and finishes when the file is complete', async () => {
    const path = join(folder, 'a.wav');
    const input = noise(9600, 0.4);
    const { events, finished } = await renderNode(fileSink, {
      inputs: { audio: [input, input] },
      options: { path, codec: 'pcm_f32le' },
    });
    expect(finished).toBe(true);
    expect(events.map(({ event }) => event)).toEqual([{ type: 'file.written', path, durationMs: 200 }]);
    const { planes } = await readAll(path);
    expect(planes).toHaveLength(2);
    for (const plane of planes) expect(largestDifference(plane, input)).toBe(0);
  });

  it('takes container, codec and tags from its options', async () => {
    const path = join(folder, 'b.ogg');
    await renderNode(fileSink, {
      inputs: { audio: sine(48_000, 440, 0.3) },
      options: { path, codec: 'opus', bitrateKbps: 48, channels: 1, tags: { title: 'A tone' } },
    });
    const { planes, codec, tags } = await readAll(path);
    expect([codec, planes.length, planes[0]!.length]).toEqual(['opus', 1, 48_000]);
    expect(tags['title']).toBe('A tone');
  });

  it('mixes stereo down for a mono file', async () => {
    const path = join(folder, 'c.wav');
    const left = noise(4800, 0.4, 1);
    const right = noise(4800, 0.4, 2);
    await renderNode(fileSink, { inputs: { audio: [left, right] }, options: { path, codec: 'pcm_f32le', channels: 1 } });
    const { planes } = await readAll(path);
    expect(
      largestDifference(
        planes[0]!,
        left.map((x, i) => (x + right[i]!) / 2),
      ),
    ).toBeLessThan(1e-7);
  });

  it('keeps what was recorded when it is stopped', async () => {
    const path = join(folder, 'd.wav');
    const { problems } = await renderNode(fileSink, {
      inputs: { audio: marbles('aaaaaaaaaa') },
      options: { path },
      durationMs: 100,
    });
    expect(problems).toEqual([]);
    expect((await readAll(path)).planes[0]).toHaveLength(4800);
  });

  it('loses nothing that comes while the file is being opened', async () => {
    const path = join(folder, 'e.wav');
    const input = noise(9600, 0.4);
    await renderNode(fileSink, { inputs: { audio: input }, options: { path, codec: 'pcm_f32le', channels: 1 }, offline: false });
    expect(largestDifference((await readAll(path)).planes[0]!, input)).toBe(0);
  });

  it('tells what a process that was killed had recorded under the same name', async () => {
    const path = join(folder, 'night.wav');
    writeFileSync(join(folder, '.night.wav.4194305-1.part'), 'sound');
    const { events } = await renderNode(fileSink, { inputs: { audio: sine(4800, 440) }, options: { path }, offline: false });
    expect(events.map(({ event }) => event)).toEqual([
      { type: 'file.rescued', path: join(folder, 'night (rescued).wav') },
      { type: 'file.written', path, durationMs: 100 },
    ]);
    // What is rendered can be rendered again.
    writeFileSync(join(folder, '.night.wav.4194305-2.part'), 'half');
    const offline = await renderNode(fileSink, { inputs: { audio: sine(4800, 440) }, options: { path } });
    expect(offline.events).toHaveLength(1);
  });

  it('finishes with its input also after an error', async () => {
    const path = join(folder, 'f.wav');
    const { finished } = await renderNode(fileSink, { inputs: { audio: marbles('aa#') }, options: { path } });
    expect(finished).toBe(true);
    expect((await readAll(path)).planes[0]).toHaveLength(1920);
  });

  it('says what is wrong when the file cannot be written, and lets the graph end', async () => {
    for (const [path, code] of [
      [join(folder, 'nowhere', 'g.wav'), 'OUTPUT_UNWRITABLE'],
      [join(folder, 'g.unknown'), undefined],
    ] as const) {
      const { events, finished } = await renderNode(fileSink, { inputs: { audio: marbles('aaaa|') }, options: { path } });
      expect(events).toHaveLength(1);
      expect(events[0]!.event).toMatchObject({ type: 'file.failed', path, ...(code ? { problem: { code } } : {}) });
      expect(finished).toBe(true);
      expect(existsSync(path)).toBe(false);
    }
  });
});
