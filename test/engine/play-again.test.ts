import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineCommand } from '../../src/events/command.js';
import { InProcessHost } from '../../src/host/in-process.js';
import { sine } from '../nodes/support/signals.js';
import { temporaryFolder, writeWav } from '../nodes/support/media.js';
import { lab } from '../plugins/lab.js';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  await writeWav(join(folder, 'one.wav'), [sine(48_000, 440, 0.5)]);
  await writeWav(join(folder, 'two.wav'), [sine(96_000, 660, 0.5)]);
});

/** A file that ends, in a graph that does not. */
async function run(options: object = {}) {
  let host!: InProcessHost;
  const world = lab({ host: (parts) => (host = new InProcessHost(parts)) });
  const { engine, scheduler } = world;
  const file = join(folder, 'graph.json');
  const nodes = {
    music: { type: 'source.file', options: { src: 'one.wav', ...options } },
    volume: { type: 'effect.gain', in: { audio: 'music' } },
    room: { type: 'source.participants' },
    mix: { type: 'mix.sum', in: { audio: ['volume', 'room'] } },
    // What is behind it goes on, and so does whoever listens there.
    main: { type: 'effect.fade', in: { audio: 'mix' } },
    opus: { type: 'encode.opus', in: { audio: 'main' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  };
  writeFileSync(file, JSON.stringify({ version: 1, nodes }));
  const session = await engine.run(file, { call: 'room:a' });
  const levels: number[] = [];
  host.events$.subscribe((event) => {
    if (event.type === 'tap' && !event.ended) levels.push(Math.round(event.peakDb));
  });
  await host.request({ type: 'tap.open', tap: 't', graph: session.id, wire: 'main', sound: false });
  const play = async (command: EngineCommand, ms: number) => {
    const done = engine.execute(command);
    done.catch(() => {});
    await scheduler.play(ms);
    await done;
  };
  const streams = () =>
    world.events.flatMap((event) =>
      event.type === 'stream.started' || event.type === 'stream.ended'
        ? [
            `${event.type.slice(7)} ${event.src.split('/').at(-1)}${'reason' in event ? ` ${event.reason} ${event.playedMs}` : ''}`,
          ]
        : [],
    );
  const close = async () => {
    await session.stop();
    await engine.close();
  };
  return { ...world, session, levels, play, streams, close };
}

it('call.play plays a file again that was played to its end, and another one after it', async () => {
  const { scheduler, session, play, streams, of, levels, close } = await run();
  await play({ type: 'call.volume', gainDb: -6 }, 2000);
  expect(streams()).toEqual(['started one.wav', 'ended one.wav finished 1000']);
  expect(session.playbacks.get('music')!.actor.getSnapshot().value).toBe('ended');
  await play({ type: 'call.play', src: 'one.wav' }, 2000);
  expect(streams().slice(2)).toEqual(['started one.wav', 'ended one.wav finished 1000']);
  await play({ type: 'call.play', src: 'two.wav' }, 1000);
  expect(streams().slice(4)).toEqual(['started two.wav']);
  // It is steered as the first one was.
  expect(session.playbacks.get('music')!.actor.getSnapshot().value).toEqual({ active: 'playing' });
  await play({ type: 'call.pause' }, 500);
  expect(levels.at(-1)).toBe(-120);
  await play({ type: 'call.resume' }, 3000);
  expect(streams().slice(5)).toEqual(['ended two.wav finished 2000']);
  // As loud as it was set, half of a half: but for the first moment, and the last ones of files.
  const loud = levels.slice(2).filter((level) => level > -30);
  expect(loud.length).toBeGreaterThan(35);
  expect(new Set(loud)).toEqual(new Set([-12]));
  expect(of('command.refused')).toEqual([]);
  expect(of('node.told').filter(({ data }) => data.problem)).toEqual([]);
  await scheduler.play(100);
  await close();
});

it('call.play starts one that waited for it, also after its end', async () => {
  const { scheduler, play, streams, close } = await run({ autoplay: false });
  await scheduler.play(1000);
  expect(streams()).toEqual([]);
  await play({ type: 'call.play', src: 'one.wav' }, 2000);
  await play({ type: 'call.play', src: 'one.wav' }, 2000);
  expect(streams()).toEqual(['started one.wav', 'ended one.wav finished 1000', 'started one.wav', 'ended one.wav finished 1000']);
  await close();
});

it('call.play of what is not there is refused, and everything else goes on', async () => {
  const { scheduler, session, play, streams, of, engine, close } = await run();
  await scheduler.play(2000);
  await expect(play({ type: 'call.play', src: 'gone.wav' }, 4000)).rejects.toThrow(/gone\.wav/);
  expect(of('command.refused')).toHaveLength(1);
  expect(engine.state.graphs[session.id]!.status).toBe('running');
  await play({ type: 'call.play', src: 'one.wav' }, 2000);
  expect(streams()).toHaveLength(4);
  await close();
});
