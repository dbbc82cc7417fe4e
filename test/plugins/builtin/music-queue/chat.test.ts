import { describe, expect, it } from 'vitest';
import { readChat } from '../../../../src/plugins/builtin/music-queue/chat.js';
import { MusicRig } from './rig.js';

const track = (value: number) => ({ samples: new Float32Array(960 * 200).fill(value) });
const tracks = { 'a.wav': track(0.1), 'b.wav': track(0.2), 'c.wav': track(0.3) };
const started = async (config: object = {}) => {
  const music = new MusicRig(tracks, config);
  await music.run(3);
  return music;
};

describe('music-queue: the chat', () => {
  it.each([
    ['/play a.wav', { type: 'add', tracks: [{ src: 'a.wav' }], at: 'end' }],
    ['  /PLAY   two words.mp3 ', { type: 'add', tracks: [{ src: 'two words.mp3' }], at: 'end' }],
    ['/play@music_bot https://x.example/a?b=c', { type: 'add', tracks: [{ src: 'https://x.example/a?b=c' }], at: 'end' }],
    ['/skip', { type: 'next' }],
    ['/remove 3', { type: 'remove', place: 3 }],
    ['/move 3 1', { type: 'move', place: 3, to: 1 }],
    ['/seek 1:02:03', { type: 'seek', positionMs: 3_723_000 }],
    ['/seek 90', { type: 'seek', positionMs: 90_000 }],
    ['/shuffle', { type: 'shuffle' }],
    ['/shuffle dynamic', { type: 'shuffle', mode: 'dynamic' }],
    ['/loop queue', { type: 'repeat', mode: 'queue' }],
  ])('understands %j', (text, wish) => {
    expect(readChat(text, '/')).toMatchObject({ kind: 'wish', wish });
  });

  it.each(['play a.wav', '/', '/dance', '/ play x', '//play', 'see /play', '!play x'])('leaves %j to others', (text) => {
    expect(readChat(text, '/')).toBeUndefined();
  });

  it.each(['/play', '/remove', '/remove 0', '/remove x', '/move 1', '/seek soon', '/repeat', '/skip now', '/queue -1'])(
    'says how to write %j',
    (text) => {
      expect(readChat(text, '/')).toMatchObject({ kind: 'wrong', text: expect.stringMatching(/^Write \/\w+.*\.$/) as string });
    },
  );

  it('plays, lists and answers', async () => {
    const music = await started();
    music.chat('/play a.wav');
    music.chat('/play b.wav', 'bob');
    await music.run(20);
    music.chat('/queue', 'bob');
    music.chat('/now');
    music.chat('/skip');
    await music.run(10);
    music.chat('/history', 'bob');
    expect(music.said).toEqual([
      'Now: a.',
      'Added b, place 1.',
      'a, asked for by ann: 0:00 of 0:04\n1. b, asked for by bob',
      'a, asked for by ann: 0:00 of 0:04',
      'Now: b.',
      'a, asked for by ann (skipped)',
    ]);
  });

  it('lists in pages', async () => {
    const music = await started({ chat: { pageSize: 2 } });
    for (let i = 0; i < 6; i++) music.chat('/play a.wav');
    music.chat('/queue 2');
    expect(music.said.at(-1)).toContain('3. a, asked for by ann\n4. a, asked for by ann\nPage 2 of 3.');
    music.chat('/queue 99');
    expect(music.said.at(-1)).toContain('Page 3 of 3.');
  });

  it('lets requesters and admins skip, and nobody else', async () => {
    const music = await started({ admins: ['root'] });
    for (const id of ['ann', 'ann', 'ann', 'bob']) music.chat('/play a.wav', id);
    await music.run(10);
    music.chat('/skip', 'bob');
    music.chat('/clear', 'ann');
    music.chat('/remove 3', 'ann');
    expect(music.said.slice(-3)).toEqual([
      'bob: You may not do that here.',
      'ann: You may not do that here.',
      'ann: You may not do that here.',
    ]);
    expect(music.waiting).toHaveLength(3);
    music.chat('/remove 3', 'bob');
    music.chat('/skip', 'ann');
    music.chat('/skip', 'root');
    music.chat('/stop', 'chief', { admin: true });
    expect(music.said.slice(-4)).toEqual(['Removed a.', 'Now: a.', 'Now: a.', 'Stopped.']);
  });

  it('takes prefix and permissions from the config', async () => {
    const music = await started({ chat: { prefix: '!', permissions: { play: 'admin', stop: 'everyone', queue: 'nobody' } } });
    music.chat('/play a.wav');
    music.chat('!play a.wav');
    music.chat('!play a.wav', 'boss', { admin: true });
    music.chat('!now', 'boss', { admin: true });
    await music.run(5);
    music.chat('!stop');
    expect(music.said).toEqual(['ann: You may not do that here.', 'Now: a.', 'boss: You may not do that here.', 'Stopped.']);
  });

  it('answers privately where it is told to', async () => {
    const music = await started({ chat: { privately: true, permissions: { stop: 'nobody' } } });
    music.chat('/play a.wav');
    music.chat('/now');
    music.chat('/stop', '7', { name: 'Bob' });
    expect(music.said).toEqual(['Now: a.', 'ann: a, asked for by ann: 0:00', '7: You may not do that here.']);
    const open = await started({ chat: { permissions: { stop: 'nobody' } } });
    open.chat('/stop', '7', { name: 'Bob' });
    expect(open.orders.at(-1)).toEqual({ type: 'call.tell', call: 'room:lobby', text: 'Bob: You may not do that here.' });
  });

  it('is silent where it is switched off, and in other calls', async () => {
    const music = await started({ chat: { enabled: false } });
    music.chat('/play a.wav');
    expect(music.said).toEqual([]);
    const other = await started();
    other.tell({ type: 'message.received', call: 'room:other', from: { id: 'ann' }, text: '/play a.wav' });
    expect([other.said, other.current]).toEqual([[], undefined]);
  });

  it('announces tracks where it is asked to', async () => {
    const music = await started({ chat: { announce: true } });
    music.send('add', { tracks: [{ src: 'a.wav' }, { src: 'b.wav', title: 'Bee' }] });
    await music.run(230);
    expect(music.said).toEqual(['Now: a.', 'Now: Bee.']);
  });

  it('helps', async () => {
    const music = await started();
    music.chat('/help');
    expect(music.said[0]).toContain('/play NAME or ADDRESS – add a track');
    expect(music.said[0]!.length).toBeLessThan(4096);
  });
});
