import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { EngineCommand } from '../../src/events/command.js';
import type { Engine } from '../../src/engine.js';
import { lab } from '../plugins/lab.js';

const folder = mkdtempSync(join(tmpdir(), 'voxgraph-commands-'));
const tune = fileURLToPath(new URL('../../media/tune.opus', import.meta.url));
for (const name of ['a.opus', 'b.opus', 'c.opus']) copyFileSync(tune, join(folder, name));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let open: Engine | undefined;
afterEach(() => open?.close());

async function run(nodes: object, call = 'room:a') {
  const made = lab();
  open = made.engine;
  const file = join(folder, 'graph.json');
  writeFileSync(file, JSON.stringify({ version: 1, nodes }));
  const session = await made.engine.run(file, { call });
  await made.scheduler.play(500);
  const play = async (command: EngineCommand, ms = 500) => {
    const done = made.engine.execute(command);
    await made.scheduler.play(ms);
    await done;
  };
  const streams = () =>
    made.events.flatMap((event) =>
      event.type === 'stream.started' || event.type === 'stream.ended'
        ? [`${event.type.slice(7)} ${event.src}${'reason' in event ? ` ${event.reason}` : ''}`]
        : [],
    );
  return { ...made, session, play, streams };
}

const sink = (from: string) => ({ out: { type: 'sink.null', in: { audio: from } } });
const fileNodes = { music: { type: 'source.file', options: { src: 'a.opus' } }, ...sink('music') };
const queueNodes = { music: { type: 'source.queue', options: { tracks: ['a.opus', 'b.opus'] } }, ...sink('music') };

describe('commands', () => {
  it('play, pause, seek and go on with a file', async () => {
    const { play, streams, session, of } = await run(fileNodes);
    const state = () => session.playbacks.get('music')!.actor.getSnapshot();
    await play({ type: 'call.pause' });
    expect(state().matches({ active: 'paused' })).toBe(true);
    await play({ type: 'call.seek', positionMs: 2000 });
    expect(state().context.positionMs).toBe(2000);
    await play({ type: 'call.resume' });
    expect(state().matches({ active: 'playing' })).toBe(true);
    await play({ type: 'call.play', src: 'b.opus' });
    await play({ type: 'call.play', src: 'b.opus', call: 'room:a', node: 'music' });
    await play({ type: 'call.stop' });
    expect(state().value).toEqual({ active: 'paused' });
    expect(streams().slice(0, 3)).toEqual(['started a.opus', 'ended a.opus skipped', 'started b.opus']);
    expect(of('command.done')).toHaveLength(6);
    await session.stop();
    await session.ended;
    const started = of('stream.started').length;
    expect(of('stream.ended')).toHaveLength(started);
    expect(of('stream.ended').at(-1)).toMatchObject({ reason: 'stopped', call: 'room:a', graph: session.id, node: 'music' });
    const types = of('graph.ended')
      .concat(of('stream.ended') as never)
      .sort((a, b) => a.seq - b.seq);
    expect(types.at(-1)!.type).toBe('graph.ended');
  });

  it('measure how long a stream was heard', async () => {
    const { scheduler, session, of, play } = await run(fileNodes);
    await scheduler.play(500);
    await play({ type: 'call.pause' }, 3000);
    await session.stop();
    await session.ended;
    const [end] = of('stream.ended');
    expect(end!.playedMs).toBeGreaterThanOrEqual(900);
    expect(end!.playedMs).toBeLessThanOrEqual(1040);
    expect(of('stream.started')[0]!.durationMs).toBeGreaterThan(1000);
  });

  it('steer a queue', async () => {
    const { play, streams } = await run(queueNodes);
    await play({ type: 'call.skip' });
    await play({ type: 'call.play', src: 'c.opus', title: 'C' });
    await play({ type: 'call.pause' });
    await play({ type: 'call.resume' });
    await play({ type: 'call.stop' });
    expect(streams()).toEqual([
      'started a.opus',
      'ended a.opus skipped',
      'started b.opus',
      'ended b.opus skipped',
      'started c.opus',
      'ended c.opus stopped',
    ]);
  });

  it.each<[string, object]>([
    ['a file', fileNodes],
    ['a queue', queueNodes],
  ])('let %s play on when what is to be played instead is not there', async (_, nodes) => {
    const { engine, streams, scheduler, of } = await run(nodes);
    writeFileSync(join(folder, 'nothing.mp3'), '');
    for (const [src, why] of [
      ['mistyped.mp3', 'no such file or folder'],
      ['nothing.mp3', 'it is empty'],
      ['.', 'it is a folder'],
    ] as const)
      await expect(engine.execute({ type: 'call.play', src })).rejects.toThrow(`"${src}" cannot be played: ${why}`);
    await scheduler.play(500);
    expect(streams()).toEqual(['started a.opus']);
    expect(of('command.refused')).toHaveLength(3);
  });

  it('play at once in a queue that is through', async () => {
    const { play, streams, of } = await run({ music: { type: 'source.queue' }, ...sink('music') });
    await play({ type: 'call.play', src: 'c.opus', title: 'C' });
    expect(streams()).toEqual(['started c.opus']);
    expect(of('stream.started')[0]).toMatchObject({ title: 'C' });
  });

  const two = {
    first: { type: 'source.file', options: { src: 'a.opus' } },
    second: { type: 'source.file', options: { src: 'b.opus' } },
    mix: { type: 'mix.sum', in: { audio: ['first', 'second'] } },
    ...sink('mix'),
  };
  it.each<[string, object, EngineCommand, string]>([
    ['which graph', fileNodes, { type: 'call.pause', graph: 'graph-9' }, 'no running graph has the id "graph-9"'],
    ['which call', fileNodes, { type: 'call.pause', call: 'room:b' }, 'no open call has the id "room:b"'],
    [
      'which node',
      two,
      { type: 'call.pause' },
      'several sources play: name the "node", one of first, second, or call one "music"',
    ],
    ['no such node', two, { type: 'call.pause', node: 'third' }, 'has no node "third"'],
    [
      'nothing that plays',
      { music: { type: 'source.tone' }, ...sink('music') },
      { type: 'call.pause' },
      'no source that plays tracks',
    ],
    ['no next track', fileNodes, { type: 'call.skip' }, '"music" plays one recording: there is no next one'],
    ['no gain', fileNodes, { type: 'call.volume', gainDb: 3 }, 'the graph has no effect.gain node'],
    ['a wrong option', fileNodes, { type: 'node.set', node: 'music', options: { lop: true } }, 'option "lop" does not exist'],
    [
      'nobody there',
      fileNodes,
      { type: 'participant.kick', call: 'room:a', participantId: 'anna' },
      'nobody in the call "a" has the id "anna"',
    ],
    ['no call', fileNodes, { type: 'call.leave', call: 'room:b' }, 'no open call has the id "room:b"'],
  ])('are refused in words: %s', async (_what, nodes, command, sentence) => {
    const { engine, failure, of } = await run(nodes);
    expect((await failure(engine.execute(command))).message).toContain(sentence);
    expect(of('command.refused')).toMatchObject([{ by: '(outside)', command: { type: command.type } }]);
  });

  it('set a gain in decibels or percent', async () => {
    const nodes = {
      ...fileNodes,
      volume: { type: 'effect.gain', in: { audio: 'music' } },
      loud: { type: 'effect.gain', in: { audio: 'volume' } },
      ...sink('loud'),
    };
    const { play, engine, failure } = await run(nodes);
    await play({ type: 'call.volume', percent: 50 });
    await play({ type: 'call.volume', percent: 0 });
    await play({ type: 'call.volume', gainDb: -3, node: 'loud' });
    expect(await failure(engine.execute({ type: 'call.volume' }))).toMatchObject({ code: 'COMMAND_WRONG' });
  });

  it('leave a call, which ends its graph', async () => {
    const { play, session, of } = await run(fileNodes);
    await play({ type: 'call.leave', call: 'room:a' });
    expect(await session.ended).toBe('stopped');
    expect(of('call.ended')).toMatchObject([{ call: 'room:a', reason: 'left' }]);
    expect(of('call.started')).toHaveLength(1);
  });

  it('write in a room, and hear what is written', async () => {
    const { play, engine, of } = await run(fileNodes);
    await play({ type: 'call.tell', call: 'room:a', text: 'Now playing A' });
    await engine.say('room:a', '/skip', { id: 'anna', name: 'Anna', admin: true });
    expect(of('message.sent')).toMatchObject([{ call: 'room:a', text: 'Now playing A' }]);
    expect(of('message.received')).toMatchObject([
      { call: 'room:a', text: '/skip', from: { id: 'anna', name: 'Anna', admin: true } },
    ]);
  });

  it('that a file cannot do are refused', async () => {
    const { engine, failure } = await run(fileNodes, `file:${join(folder, 'out.ogg')}`);
    const call = `file:${join(folder, 'out.ogg')}`;
    expect((await failure(engine.execute({ type: 'participant.kick', call, participantId: 'a' }))).message).toContain(
      'a file cannot do',
    );
  });
});
