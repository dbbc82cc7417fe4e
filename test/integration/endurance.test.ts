import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { graphFromObject } from '../../src/graph/load.js';
import { makeTempDir, sine, writeSignal } from '../support/media-fixtures.js';
import { fakeCall } from './support/call.js';
import { tone } from './support/listen.js';
import { beats, curtain, onStage } from './support/stage.js';

const temp = makeTempDir();
afterAll(() => temp.remove());
let tune = '';
beforeAll(async () => {
  tune = await writeSignal(temp.path('tune.opus'), sine(440, 0.3), 5 * 48_000);
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Memory behind a collection, in MB. */
async function memory(): Promise<{ heapMB: number; rssMB: number }> {
  for (let n = 0; n < 4; n++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heapMB: (heapUsed + arrayBuffers) / 1e6, rssMB: rss / 1e6 };
}

/** What keeps the process alive, by kind. */
function handles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const radio = () => ({
  music: { type: 'source.file', options: { src: tune, loop: true } },
  room: { type: 'source.participants' },
  gain: { type: 'effect.gain', in: { audio: 'music' }, options: { gainDb: -3 } },
  echo: { type: 'effect.echo', in: { audio: 'gain' } },
  robot: { type: 'effect.robot', in: { audio: 'voices' }, options: { mode: 'ring' } },
  voices: { type: 'mix.sum', in: { audio: 'room' } },
  duck: { type: 'mix.duck', in: { bed: 'echo', voice: 'robot' } },
  level: { type: 'meter.level', in: { audio: 'duck' } },
  opus: { type: 'encode.opus', in: { audio: 'level' }, options: { complexity: 0 } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
});

describe('what runs for long', () => {
  it('needs no more memory after 20,000 beats of a radio than after 2,000', { timeout: 120_000 }, async () => {
    const call = fakeCall();
    let packets = 0;
    const stage = await onStage({
      nodes: radio(),
      gateway: { ...call, sendAudio: () => void packets++ },
      debug: false,
    });
    const anna = call.join('anna', tone(700, 0.2));
    const go = (count: number) => {
      for (let done = 0; done < count; done += 100) {
        anna.speaks = !anna.speaks;
        stage.run.setOptions('gain', { gainDb: -(done % 6) });
        stage.run.command('music', { type: 'seek', positionMs: done % 4000 });
        beats(stage, 100);
      }
      stage.events.length = 0;
    };
    go(2000);
    const before = await memory();
    go(18_000);
    const after = await memory();
    expect(packets).toBe(20_000);
    expect(after.heapMB - before.heapMB).toBeLessThan(2);
    // A leak of one frame a beat would be 138 MB, of one packet 3.
    expect(after.rssMB - before.rssMB).toBeLessThan(30);
    await curtain(stage);
  });

  it('leaves nothing behind when 200 graphs have come and gone', { timeout: 120_000 }, async () => {
    const engine = createEngine();
    const plan = graphFromObject(
      {
        version: 1,
        nodes: { ...radio(), file: { type: 'sink.file', in: { audio: 'level' }, options: { path: temp.path('out.flac') } } },
      },
      { registry: engine.registry, cwd: '/' },
    );
    const one = async () => {
      const session = await engine.render(plan, { output: temp.path('out.ogg'), durationUs: 100_000 });
      await session.ended;
    };
    const many = async (count: number) => {
      for (let n = 1; n <= count; n++) {
        await one();
        // Else what is measured is how long the collector has waited.
        if (n % 20 === 0) collect();
      }
    };
    await many(100);
    const before = { ...(await memory()), handles: handles() };
    await many(200);
    const after = { ...(await memory()), handles: handles() };
    expect(after.handles).toEqual(before.handles);
    // Of each graph some kilobytes remain: the engine's state lists the ended ones.
    expect(after.heapMB - before.heapMB).toBeLessThan(4);
    // A reader, an encoder and two writers that are not freed are 0.8 MB; the allocator keeps some of what it was given back.
    expect(after.rssMB - before.rssMB).toBeLessThan(100);
    await engine.close();
  });

  it('leaves nothing behind either when graphs are stopped as they start', { timeout: 60_000 }, async () => {
    const one = async () => {
      const stage = await onStage({ nodes: radio(), gateway: fakeCall(), debug: false });
      beats(stage, 2);
      await curtain(stage);
      expect(stage.run.stats().nodes['music']!.faults).toBe(0);
    };
    for (let n = 0; n < 30; n++) await one();
    const before = { ...(await memory()), handles: handles() };
    const grownMB: number[] = [];
    let last = before.rssMB;
    for (let window = 0; window < 3; window++) {
      for (let n = 0; n < 150; n++) await one();
      const { rssMB } = await memory();
      grownMB.push(rssMB - last);
      last = rssMB;
    }
    const after = { ...(await memory()), handles: handles() };
    expect(after.handles).toEqual(before.handles);
    expect(after.heapMB - before.heapMB).toBeLessThan(2);
    // A leak grows in every window; what the allocator keeps for later comes once.
    expect(Math.min(...grownMB)).toBeLessThan(20);
  });
});
