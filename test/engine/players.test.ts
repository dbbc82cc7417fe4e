import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { map } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Engine } from '../../src/engine.js';
import type { EngineCommand } from '../../src/events/command.js';
import { defineNode } from '../../src/graph/define-node.js';
import { audio } from '../../src/graph/ports.js';
import { createRegistry } from '../../src/graph/registry.js';
import { builtinNodes } from '../../src/nodes/index.js';
import { temporaryFolder, writeWav } from '../nodes/support/media.js';
import { lab } from '../plugins/lab.js';

/** Samples of the files say where in which file they are: file n lies from n/10 to (n+1)/10, rising by a thousandth a tenth second. */
const SECONDS = 9;
const folder = temporaryFolder();
beforeAll(async () => {
  for (let n = 1; n <= 3; n++) {
    const samples = Float32Array.from({ length: SECONDS * 48_000 }, (_none, i) => n / 10 + i / 4_800_000);
    await writeWav(join(folder, `${n}.wav`), [samples]);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let open: Engine | undefined;
afterEach(() => open?.close());

/** A graph of one source, whose sound is looked at. */
async function run(source: { type: string; options: object }) {
  let value = 0;
  const probe = defineNode({
    type: 'test.probe',
    summary: 'Looks at the sound.',
    inputs: { audio: audio('Sound.') },
    outputs: { audio: audio('The same.') },
    options: z.strictObject({}),
    create: ({ inputs }) => ({
      audio: inputs.audio.pipe(
        map((frame) => {
          value = frame.silent ? 0 : frame.planes[0]![0]!;
          return frame;
        }),
      ),
    }),
  });
  const { engine, scheduler } = lab({ registry: createRegistry([...builtinNodes, probe]) });
  open = engine;
  const nodes = {
    music: source,
    probe: { type: 'test.probe', in: { audio: 'music' } },
    out: { type: 'sink.null', in: { audio: 'probe' } },
  };
  const file = join(folder, 'graph.json');
  writeFileSync(file, JSON.stringify({ version: 1, nodes }));
  const session = await engine.run(file);
  /** What is heard now: which file, and where in it, in milliseconds. Silence is nothing. */
  const heard = () => {
    const n = Math.floor(value * 10 + 1e-6);
    return n === 0 ? undefined : { src: `${n}.wav`, positionMs: (value - n / 10) * 100_000 };
  };
  const shown = () => session.players()[0]!;
  /** Time passes; then what is shown must be what is heard, to a frame or two; stretched time is pieced together from a wider range. */
  const agree = async (ms: number, status = 'playing', toMs = 41) => {
    await scheduler.play(ms);
    const now = shown();
    expect(now.status).toBe(status);
    const sound = heard();
    if (status !== 'playing') return expect(sound).toBeUndefined();
    expect(sound).toBeDefined();
    expect(now.src).toBe(sound!.src);
    expect(Math.abs(now.positionMs - sound!.positionMs)).toBeLessThan(toMs);
  };
  const command = async (what: EngineCommand) => {
    const done = engine.execute(what);
    await scheduler.play(20);
    await done;
  };
  return { agree, shown, command, scheduler, session };
}

describe('what is shown of a recording is what is heard', () => {
  it('while it plays, after a pause, a seek, another file, at another speed, over a loop', async () => {
    const { agree, shown, command, scheduler } = await run({ type: 'source.file', options: { src: '1.wav', loop: true } });
    await agree(100);
    await agree(1730);
    expect(shown()).toMatchObject({ node: 'music', kind: 'recording', durationMs: 9000 });
    await command({ type: 'call.pause' });
    await agree(5000, 'paused');
    const stopped = shown().positionMs;
    expect(stopped).toBeGreaterThan(1700);
    expect(stopped).toBeLessThan(1900);
    await command({ type: 'call.resume' });
    await agree(400);
    expect(shown().positionMs).toBeLessThan(stopped + 500);
    await command({ type: 'call.seek', positionMs: 6000 });
    await agree(300);
    await command({ type: 'call.pause' });
    await command({ type: 'call.seek', positionMs: 1000 });
    await agree(700, 'paused');
    expect(shown().positionMs).toBe(1000);
    await command({ type: 'call.resume' });
    await agree(900);
    await command({ type: 'node.set', node: 'music', options: { speed: 2 } });
    await agree(300, 'playing', 81);
    await agree(1000, 'playing', 81);
    await command({ type: 'node.set', node: 'music', options: { speed: 0.5 } });
    await agree(300, 'playing', 81);
    await agree(3210, 'playing', 81);
    await command({ type: 'call.play', src: '2.wav' });
    await agree(500, 'playing', 81);
    expect(shown().positionMs).toBeLessThan(300);
    await command({ type: 'node.set', node: 'music', options: { speed: 1 } });
    await command({ type: 'call.seek', positionMs: 8500 });
    for (let i = 0; i < 30; i++) await agree(90);
    // It is of the file that was gone to, and the loop went round in between.
    expect(shown().src).toBe('2.wav');
    await command({ type: 'call.stop' });
    await scheduler.play(200);
    expect(shown()).toMatchObject({ status: 'paused', positionMs: 0 });
  });

  it('from where it begins, and at its end', async () => {
    const { agree, shown, scheduler } = await run({ type: 'source.file', options: { src: '3.wav', startSec: 7 } });
    await agree(40);
    expect(shown().positionMs).toBeGreaterThan(6990);
    await agree(1500);
    await scheduler.play(1000);
    expect(shown()).toMatchObject({ status: 'ended', positionMs: 9000 });
  });

  it('when it is not to play yet', async () => {
    const { agree, shown, command } = await run({ type: 'source.file', options: { src: '1.wav', autoplay: false } });
    await agree(300, 'paused');
    expect(shown().positionMs).toBe(0);
    await command({ type: 'call.resume' });
    await agree(300);
  });
});

describe('what is shown of a queue is what is heard', () => {
  it('across ends of tracks, after skip, pause, seek, stop, and when it is through', async () => {
    const tracks = ['1.wav', { src: '2.wav', title: 'Second' }, '3.wav'];
    const { agree, shown, command, scheduler } = await run({ type: 'source.queue', options: { tracks } });
    await agree(60);
    await agree(3000);
    expect(shown().queue).toMatchObject({ index: 0, playing: true });
    await command({ type: 'call.seek', positionMs: 8000 });
    for (let i = 0; i < 10; i++) await agree(190);
    expect(shown()).toMatchObject({ src: '2.wav', title: 'Second', durationMs: 9000 });
    await command({ type: 'call.pause' });
    await agree(1000, 'paused');
    await command({ type: 'call.resume' });
    await agree(1000);
    await command({ type: 'call.skip' });
    await agree(500);
    expect(shown()).toMatchObject({ src: '3.wav' });
    expect(shown().positionMs).toBeLessThan(600);
    await command({ type: 'call.play', src: '1.wav' });
    await agree(2500);
    await command({ type: 'call.skip' });
    await command({ type: 'call.skip' });
    await scheduler.play(500);
    expect(shown()).toMatchObject({ status: 'idle', positionMs: 0 });
    expect(shown().src).toBeUndefined();
  });

  it('of a track that is opened, sought in and skipped while nothing plays', async () => {
    const tracks = ['1.wav', '2.wav'];
    const { agree, shown, command } = await run({ type: 'source.queue', options: { tracks, autoplay: false } });
    await agree(300, 'paused');
    expect(shown()).toMatchObject({ src: '1.wav', positionMs: 0, durationMs: 9000 });
    await agree(2000, 'paused');
    expect(shown().positionMs).toBe(0);
    await command({ type: 'call.seek', positionMs: 4000 });
    await agree(500, 'paused');
    expect(shown()).toMatchObject({ src: '1.wav', positionMs: 4000, durationMs: 9000 });
    await command({ type: 'call.skip' });
    await agree(500, 'paused');
    expect(shown()).toMatchObject({ src: '2.wav', positionMs: 0, durationMs: 9000 });
    await command({ type: 'call.resume' });
    await agree(1000);
  });

  it('while one track is crossfaded into the next', async () => {
    const { agree, shown, scheduler, command } = await run({
      type: 'source.queue',
      options: { tracks: ['1.wav', '2.wav'], crossfadeMs: 2000, trimSilence: 'off' },
    });
    await agree(1000);
    await command({ type: 'call.seek', positionMs: 6500 });
    await scheduler.play(1500);
    // Both are heard; the one that comes is the one that is shown.
    expect(shown().src).toBe('2.wav');
    await scheduler.play(2000);
    await agree(500);
    expect(shown().positionMs).toBeGreaterThan(2000);
  });
});
