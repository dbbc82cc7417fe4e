import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../../../src/events/event.js';
import musicQueue from '../../../../src/plugins/builtin/music-queue/index.js';
import type { MusicState } from '../../../../src/plugins/builtin/music-queue/state.js';
import type { PluginTest } from '../../../../src/testing/plugin-test.js';
import { testPlugin } from '../../../../src/testing/test-plugin.js';

const call = 'room:lobby';
const graph = 'graph-1';
type Told = Extract<EngineEvent, { readonly type: 'node.told' }>['data'];
const told = (what: string, data: Told = {}): EngineEvent => ({ type: 'node.told', graph, node: 'music', what, data });
const opened: EngineEvent[] = [
  { type: 'call.opened', call, address: call },
  { type: 'graph.loaded', graph, title: 'Music', call },
  { type: 'graph.started', graph },
];
const changed = told('queue.changed', { tracks: [], current: null, playing: true, positionMs: 0 });
const joined = (participantId: string, self = false): EngineEvent => ({ type: 'participant.joined', call, participantId, self });
const left = (participantId: string): EngineEvent => ({ type: 'participant.left', call, participantId });
const begin = async (config: object = {}, more: object = {}) => {
  const test = await testPlugin<MusicState>(musicQueue, { config: { folder: '.', ...config }, ...more });
  await test.emit(...opened, changed);
  return test;
};
const played = async (test: PluginTest<MusicState>) => {
  await test.send('add', { src: 'a.wav' });
  const data = test.state.queues[call]!.window[0]!;
  await test.emit(told('track.started', { src: 'a.wav', data, info: { durationUs: 60e6 } }));
  return data;
};
const through = async (test: PluginTest<MusicState>) => {
  const data = await played(test);
  await test.emit(told('track.ended', { src: 'a.wav', data, reason: 'finished', playedMs: 1000 }));
};
/** Commands as short texts, from the given one on. */
const done = ({ commands }: PluginTest<MusicState>, from = 0) =>
  commands.slice(from).map(({ command }) => {
    if (command.type === 'node.command') return command.command.type;
    return command.type === 'node.set' ? `set ${(command.options['tracks'] as unknown[]).length}` : command.type;
  });

describe('music-queue: its commands', () => {
  it('bring the node in line, each once', async () => {
    const test = await begin();
    const data = await played(test);
    await test.send('add', { src: 'b.wav' });
    await test.send('pause');
    await test.send('resume');
    await test.send('stop');
    expect(done(test)).toEqual(['set 1', 'play', 'set 2', 'pause', 'play', 'stop']);
    expect(test.commands[2]!.command).toEqual({
      type: 'node.set',
      graph,
      node: 'music',
      options: {
        tracks: [
          { src: './a.wav'.slice(2), data },
          { src: 'b.wav', data: expect.objectContaining({ play: 2 }) as object },
        ],
      },
    });
    await test.close();
  });

  it('are not given again by a restart, but the window is', async () => {
    const test = await begin();
    await played(test);
    await test.send('add', { src: 'b.wav' });
    await test.advance(2000);
    const before = test.commands.length;
    await test.kill(1000);
    expect(done(test, before)).toEqual([]);
    await test.emit(...opened, changed);
    expect(done(test, before)).toEqual(['set 2']);
    await test.close();
  });

  it('ask for the position while something plays', async () => {
    const test = await begin({ savePositionSec: 5 });
    await test.advance(11_000);
    expect(done(test)).toEqual([]);
    await played(test);
    const before = test.commands.length;
    await test.advance(10_000);
    expect(done(test, before)).toEqual(['report', 'report']);
    await test.send('pause');
    await test.advance(10_000);
    expect(done(test, before)).toEqual(['report', 'report', 'pause']);
    await test.close();
  });

  it('work in a graph of its own, and find one that ran before it', async () => {
    const test = await testPlugin<MusicState>(musicQueue, { config: { folder: '.' }, graph: { graph, call } });
    expect(done(test)).toEqual(['report']);
    await test.emit(changed);
    expect(await test.send('add', { src: 'a.wav' })).toMatchObject({ text: 'Now: a.' });
    expect(done(test)).toEqual(['report', 'set 1', 'play']);
    await test.close();
  });

  it('are all given though a crowd asks in one second; of the answers only some', async () => {
    const test = await begin();
    for (let n = 0; n < 100; n++) await test.emit({ type: 'message.received', call, from: { id: `u${n}` }, text: '/play a.wav' });
    await test.advance(20_000);
    expect(test.problems).toEqual([]);
    expect(test.state.queues[call]!.list.order).toHaveLength(100);
    const answers = test.commands.filter(({ command }) => command.type === 'call.tell');
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.length).toBeLessThan(100);
    await test.close();
  });
});

describe('music-queue: what it does when nothing is left', () => {
  it('leaves at the end, after a while', async () => {
    const test = await begin({ atEnd: { do: 'leave', afterSec: 30 } });
    await test.advance(60_000);
    expect(done(test)).toEqual([]);
    await through(test);
    const before = test.commands.length;
    await test.advance(29_000);
    expect(done(test, before)).toEqual([]);
    await test.advance(2000);
    expect(test.commands.at(-1)!.command).toEqual({ type: 'call.leave', call });
    await test.advance(60_000);
    expect(done(test, before)).toEqual(['call.leave']);
    await test.close();
  });

  it('stays when somebody asks for more in time', async () => {
    const test = await begin({ atEnd: { do: 'leave', afterSec: 30 } });
    await through(test);
    await test.advance(29_000);
    await test.send('add', { src: 'b.wav' });
    await test.advance(60_000);
    expect(done(test)).not.toContain('call.leave');
    await test.close();
  });

  it('leaves when everybody has left', async () => {
    const test = await begin({ whenAlone: { do: 'leave', afterSec: 10 } });
    await test.emit(
      joined('us', true),
      joined('ann'),
      { type: 'peer.connected', call, peerId: '1', role: 'listen' },
      left('ann'),
    );
    await test.advance(20_000);
    expect(done(test)).toEqual([]);
    await test.emit({ type: 'peer.closed', call, peerId: '1', role: 'listen', wasConnected: true, reason: '' });
    await test.advance(9000);
    await test.emit(joined('bob'));
    await test.advance(9000);
    await test.emit(left('bob'));
    await test.advance(9000);
    expect(done(test)).toEqual([]);
    await test.advance(1000);
    expect(done(test)).toEqual(['call.leave']);
    await test.close();
  });

  it('pauses when everybody has left, and goes on when somebody comes', async () => {
    const test = await begin({ whenAlone: { do: 'pause', afterSec: 10 } });
    await test.emit(joined('ann'));
    await played(test);
    await test.emit(left('ann'));
    const before = test.commands.length;
    await test.advance(10_000);
    expect(done(test, before).filter((one) => one !== 'report')).toEqual(['pause']);
    const data = test.state.queues[call]!.window[0]!;
    const now = (playing: boolean) =>
      told('queue.changed', { tracks: [{ id: 't1', src: 'a.wav', data }], current: 't1', playing, positionMs: 1000 });
    await test.emit(now(true), now(false));
    expect(test.state.queues[call]!.status).toBe('paused');
    await test.emit(joined('bob'));
    expect(done(test, before).at(-1)).toBe('play');
    await test.emit(now(true));
    expect(test.state.queues[call]!.status).toBe('playing');
    await test.close();
  });
});

describe('music-queue: its messages', () => {
  it('are refused in words', async () => {
    const test = await testPlugin<MusicState>(musicQueue, { config: { folder: '.' } });
    await expect(test.send('add', { src: 'a.wav' })).rejects.toThrow('There is no queue yet: no graph runs.');
    await test.emit(...opened, { type: 'graph.loaded', graph: 'graph-2', title: 'B' });
    await expect(test.send('add', { src: 'a.wav' })).rejects.toThrow('Say which "call": room:lobby, graph:B.');
    await expect(test.send('add', { call: 'room:x', src: 'a.wav' })).rejects.toThrow('There is no queue of room:x.');
    await expect(test.send('add', { call })).rejects.toThrow('Give a "src" or "tracks".');
    await expect(test.send('nowPlaying', {})).rejects.toThrow('Say which');
    await expect(test.send('move', { call, place: 1 })).rejects.toThrow('"to"');
    expect(await test.send('nowPlaying', { call })).toEqual({
      call,
      status: 'idle',
      track: null,
      positionMs: 0,
      durationMs: null,
    });
    await test.close();
  });

  it('keep each call its own queue', async () => {
    const test = await begin();
    await test.emit({ type: 'graph.loaded', graph: 'graph-2', title: 'B', call: 'room:b' });
    await test.send('add', { call, src: 'a.wav' });
    await test.send('add', { call: 'room:b', src: 'b.wav' });
    expect(await test.send('list', { call: 'room:b' })).toMatchObject({ total: 0, track: { src: 'b.wav' } });
    expect(await test.send('list', { call })).toMatchObject({ total: 0, track: { src: 'a.wav' } });
    await test.close();
  });
});
