import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatProblem, VoxError, type Problem } from '../../../src/errors.js';
import { playlist } from '../../../src/nodes/sources/playlist.js';
import { renderNode, type RenderedNode, type RenderNodeSettings } from '../../../src/testing/index.js';
import { temporaryFolder, writeWav } from '../support/media.js';
import { constant, largestDifference } from '../support/signals.js';

const folder = temporaryFolder();
const file = (...names: string[]) => join(folder, ...names);
/** 2,000 samples of one level each: which file is heard shows in every sample. */
const LENGTH = 2000;

beforeAll(async () => {
  mkdirSync(file('music', 'deep'), { recursive: true });
  mkdirSync(file('music', '.hidden'));
  const levels: Readonly<Record<string, number>> = {
    'music/track 10.wav': 0.3,
    'music/track 2.wav': 0.1,
    'music/Track 3.WAV': 0.2,
    'music/deep/a.wav': 0.05,
    'music/.secret.wav': 0.9,
    'music/.hidden/x.wav': 0.9,
    'ä b.wav': 0.4,
  };
  for (const [name, level] of Object.entries(levels)) await writeWav(file(name), [constant(LENGTH, level)]);
  writeFileSync(file('music', 'notes.txt'), 'no sound');
  // A circle of folders, a second way into one, and a link to nothing.
  symlinkSync(file('music'), file('music', 'deep', 'loop'));
  symlinkSync(file('music', 'deep'), file('music', 'other'));
  symlinkSync(file('nowhere'), file('music', 'dangling.wav'));
});

const play = (options: object, more: Partial<RenderNodeSettings> = {}) =>
  renderNode(playlist, { options: { channels: 1, onEmpty: 'end', ...options }, ...more });
const of = ({ events }: RenderedNode, type: string) =>
  events.filter(({ event }) => event.type === type).map(({ event }) => event);
/** The levels heard, each once for a whole track. */
const levels = (rendered: RenderedNode) => {
  const plane = rendered.outputs.audio!.planes[0]!;
  const found: number[] = [];
  for (let at = 0; at + LENGTH <= plane.length; at += LENGTH) {
    const part = plane.slice(at, at + LENGTH);
    expect(largestDifference(part, constant(LENGTH, part[0]!))).toBe(0);
    found.push(Number(part[0]!.toFixed(4)));
  }
  return found;
};
const started = (rendered: RenderedNode) => of(rendered, 'track.started').map(({ src }) => String(src).slice(folder.length + 1));

describe('source.playlist', () => {
  it('plays a folder in natural order, gapless, each file once', async () => {
    const rendered = await play({ src: file('music') });
    expect(started(rendered)).toEqual(['music/deep/a.wav', 'music/track 2.wav', 'music/Track 3.WAV', 'music/track 10.wav']);
    expect(levels(rendered)).toEqual([0.05, 0.1, 0.2, 0.3]);
    expect(of(rendered, 'playlist.loaded')).toEqual([{ type: 'playlist.loaded', src: file('music'), tracks: 4, skipped: 0 }]);
    expect(rendered.counters).toEqual({});
  });

  it('leaves the folders in it out when told to', async () => {
    expect(levels(await play({ src: file('music'), recursive: false }))).toEqual([0.1, 0.2, 0.3]);
  });

  it('plays what a playlist file names, beside it, and tells what is missing with its line', async () => {
    const src = file('list.m3u');
    const text =
      '\ufeff#EXTM3U\r\n#PLAYLIST:Mine\r\n#EXTINF:1,The third\r\nmusic/Track 3.WAV\r\nmissing.wav\r\nmusic\\track 2.wav\r\n' +
      '%C3%A4%20b.wav\r\ngopher://example.org/x\r\nlist.m3u\r\nmusic\r\n';
    writeFileSync(src, text);
    const rendered = await play({ src });
    expect(levels(rendered)).toEqual([0.2, 0.1, 0.4]);
    expect(of(rendered, 'track.started')[0]).toMatchObject({ title: 'The third' });
    expect(of(rendered, 'playlist.loaded')).toMatchObject([{ title: 'Mine', tracks: 3, skipped: 4 }]);
    const problems = of(rendered, 'entry.skipped').map(({ problem }) => formatProblem(problem as Problem).replaceAll(folder, ''));
    expect(problems).toEqual([
      '/list.m3u:5:1 node "node": the media file missing.wav does not exist.',
      '/list.m3u:8:1 node "node": gopher://example.org/x cannot be played: a playlist may not lead to gopher addresses.',
      '/list.m3u:9:1 node "node": the media file list.m3u cannot be read: it is a playlist, not a media file.',
      '/list.m3u:10:1 node "node": the media file music does not exist.',
    ]);
  });

  it('reads Latin-1, pls and xspf', async () => {
    writeFileSync(file('old.m3u'), Buffer.from('ä b.wav\n', 'latin1'));
    writeFileSync(file('list.pls'), '[playlist]\nFile1=music/track 2.wav\nTitle1=Two\n');
    writeFileSync(
      file('list.xspf'),
      '<playlist><trackList><track><location>%C3%A4%20b.wav</location></track></trackList></playlist>',
    );
    expect(levels(await play({ src: file('old.m3u') }))).toEqual([0.4]);
    expect(levels(await play({ src: file('list.pls') }))).toEqual([0.1]);
    expect(levels(await play({ src: file('list.xspf') }))).toEqual([0.4]);
  });

  it('reads it again when told to, and plays on what is still there', async () => {
    const src = file('changing.m3u');
    writeFileSync(src, 'music/track 2.wav\nmusic/Track 3.WAV\n');
    const rendering = play({ src, repeat: 'queue' }, { commands: [{ atMs: 400, command: { type: 'reload' } }], durationMs: 800 });
    // Read before the first tick; what is written now is found by the command only.
    await new Promise((resolve) => setImmediate(resolve));
    const rendered = await rendering;
    expect(of(rendered, 'playlist.loaded')).toHaveLength(2);
    expect(of(rendered, 'track.ended').every(({ reason }) => reason === 'finished' || reason === 'stopped')).toBe(true);
    expect(levels(rendered).slice(0, 4)).toEqual([0.1, 0.2, 0.1, 0.2]);
  });

  it('plays another when its option changes, and goes on when that cannot be read', async () => {
    const optionChanges = [
      { atMs: 100, options: { src: file('gone.m3u') } },
      { atMs: 300, options: { src: file('music', 'deep') } },
    ];
    const rendered = await play({ src: file('music'), recursive: false, repeat: 'queue' }, { optionChanges, durationMs: 600 });
    expect(of(rendered, 'playlist.failed')).toMatchObject([{ problem: { code: 'PLAYLIST_UNREADABLE' } }]);
    expect(of(rendered, 'track.ended').filter(({ reason }) => reason === 'replaced')).toHaveLength(1);
    expect(started(rendered).at(-1)).toBe('music/deep/a.wav');
  });

  it('takes the commands of a queue', async () => {
    const command = { type: 'add', track: file('ä b.wav'), at: 'next' };
    const rendered = await play({ src: file('music'), recursive: false }, { commands: [{ atMs: 0, command }] });
    expect(levels(rendered)).toEqual([0.1, 0.4, 0.2, 0.3]);
  });

  it.each([
    ['gone', /gone cannot be read: it does not exist/],
    ['music/notes.txt', /its name ends in none of \.m3u/],
    ['hls.m3u8', /it is an HLS stream/],
    ['zeros.m3u', /zero bytes/],
  ])('fails with what is wrong with %s', async (name, message) => {
    writeFileSync(file('hls.m3u8'), '#EXTM3U\n#EXT-X-TARGETDURATION:3\n');
    writeFileSync(file('zeros.m3u'), Buffer.alloc(10));
    const { error } = (await play({ src: file(name) })).outputs.audio!.end!;
    expect(error).toBeInstanceOf(VoxError);
    expect((error as VoxError).message).toMatch(message);
  });

  it('ends at once when it holds nothing', async () => {
    mkdirSync(file('empty'));
    const rendered = await play({ src: file('empty') });
    expect(rendered.outputs.audio!.end).toEqual({ tick: 0 });
    rmSync(file('empty'), { recursive: true });
  });
});
