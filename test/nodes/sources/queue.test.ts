import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/errors.js';
import { checkGraphText } from '../../../src/graph/load.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { queue } from '../../../src/nodes/sources/queue.js';
import { renderNode, type RenderedNode, type RenderNodeSettings } from '../../../src/testing/index.js';
import { sendFile, serve } from '../../support/media-server.js';
import { temporaryFolder, writeWav } from '../support/media.js';
import { constant, largestDifference, largestStep, noise, peakOf, sine } from '../support/signals.js';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const SECOND = 48_000;
/** One tone of 100.3 Hz, cut within a frame and at no zero crossing. */
const CUT = 30_011;
const tone = sine(2 * SECOND, 100.3, 0.5);
const a = noise(SECOND, 0.3, 1);
const b = noise(SECOND, 0.3, 2);
const c = noise(SECOND, 0.3, 3);

beforeAll(async () => {
  await writeWav(file('first.wav'), [tone.subarray(0, CUT)]);
  await writeWav(file('second.wav'), [tone.subarray(CUT)]);
  await writeWav(file('a.wav'), [a]);
  await writeWav(file('b.wav'), [b]);
  await writeWav(file('c.wav'), [c]);
  await writeWav(file('tone.wav'), [tone]);
  await writeWav(file('one.wav'), [constant(SECOND, 0.5)]);
  await writeWav(file('short.wav'), [constant(SECOND / 4, 0.5)]);
  await writeWav(file('silent.wav'), [constant(SECOND / 2, 0)]);
  await writeWav(file('stereo.wav'), [b, c]);
  const padded = new Float32Array(2.2 * SECOND);
  padded.fill(0.5, SECOND / 2, 1.5 * SECOND);
  await writeWav(file('padded.wav'), [padded]);
  writeFileSync(file('broken.wav'), 'this is no sound');
  const whole = readFileSync(await writeWav(file('cut.wav'), [a]));
  writeFileSync(file('cut.wav'), whole.subarray(0, whole.length - 24_000 * 4));
});

const play = (options: object, more: Partial<RenderNodeSettings> = {}) =>
  renderNode(queue, { options: { channels: 1, ...options }, ...more });
const plane = (rendered: RenderedNode) => rendered.outputs.audio!.planes[0]!;
const of = ({ events }: RenderedNode, type: string) =>
  events.filter(({ event }) => event.type === type).map(({ event }) => event);
const told = ({ events }: RenderedNode) =>
  events
    .map(({ event }) => event)
    .filter(({ type }) => !['queue.changed', 'stream.position', 'tracks.added'].includes(type))
    .map(({ type, id, reason }) => [type, id, reason].filter((x) => x !== undefined).join(' '));
const at = (atMs: number, type: string, more: object = {}) => ({ atMs, command: { type, ...more } });
const abc = { tracks: [file('a.wav'), file('b.wav'), file('c.wav')] };

describe('source.queue', () => {
  it('joins tracks to the sample', async () => {
    const rendered = await play({ tracks: [file('first.wav'), file('second.wav')], onEmpty: 'end' });
    expect(largestDifference(plane(rendered), tone)).toBe(0);
    expect(rendered.outputs.audio!.frames).toHaveLength(100);
    expect(told(rendered)).toEqual([
      'track.started t1',
      'track.ended t1 finished',
      'track.started t2',
      'track.ended t2 finished',
      'queue.ended finished',
    ]);
    expect(rendered.counters).toEqual({});
  });

  it('plays stereo and mono files, and sample rates of every kind, as one stream', async () => {
    const rendered = await renderNode(queue, {
      options: { tracks: [file('a.wav'), file('stereo.wav')], onEmpty: 'end' },
    });
    const [left, right] = rendered.outputs.audio!.planes;
    expect(largestDifference(left!.slice(0, SECOND), a)).toBe(0);
    expect(largestDifference(right!.slice(0, SECOND), a)).toBe(0);
    expect(largestDifference(left!.slice(SECOND, 2 * SECOND), b)).toBe(0);
    expect(largestDifference(right!.slice(SECOND, 2 * SECOND), c)).toBe(0);
  });

  it('crossfades with equal power, both tracks to the sample', async () => {
    const rendered = await play({ ...abc, crossfadeMs: 300, onEmpty: 'end' });
    const fade = 14_400;
    const out = plane(rendered);
    expect(rendered.outputs.audio!.frames).toHaveLength(120);
    for (const [at, from, to] of [
      [SECOND - fade, a, b],
      [2 * (SECOND - fade), b, c],
    ] as const) {
      const wanted = Float32Array.from({ length: fade }, (_, i) => {
        const angle = ((Math.PI / 2) * (i + 1)) / fade;
        return from[SECOND - fade + i]! * Math.cos(angle) + to[i]! * Math.sin(angle);
      });
      expect(largestDifference(out.slice(at, at + fade), wanted)).toBeLessThan(1e-6);
    }
    expect(largestDifference(out.slice(0, SECOND - fade), a.slice(0, SECOND - fade))).toBe(0);
    expect(largestDifference(out.slice(SECOND, 2 * (SECOND - fade)), b.slice(fade, SECOND - fade))).toBe(0);
    expect(rendered.counters).toEqual({});
  });

  it('crossfades alike tracks without a trace when linear', async () => {
    const one = file('one.wav');
    const options = { tracks: [one, one], crossfadeMs: 300, curve: 'linear', onEmpty: 'end' };
    const out = plane(await play(options));
    expect(largestDifference(out.subarray(0, 81_600), constant(81_600, 0.5))).toBeLessThan(1e-6);
  });

  it('fades no more than half of a short track', async () => {
    const rendered = await play({
      tracks: [file('one.wav'), file('short.wav'), file('one.wav')],
      crossfadeMs: 2000,
      curve: 'linear',
      onEmpty: 'end',
    });
    const out = plane(rendered);
    // The short track of 0.25 s is faded in for half of itself, then out for the rest.
    expect(largestStep(out.subarray(0, -960))).toBeLessThan(0.001);
    expect(rendered.outputs.audio!.frames).toHaveLength(100);
    expect(told(rendered).filter((line) => line.includes('ended'))).toHaveLength(4);
  });

  it('cuts silence off where it crossfades', async () => {
    const rendered = await play({
      tracks: [file('padded.wav'), file('padded.wav')],
      crossfadeMs: 200,
      curve: 'linear',
      onEmpty: 'end',
    });
    const out = plane(rendered);
    // 0.5 s of silence, 1 s of sound, 0.7 s of silence: the first silence stays, then 0.2 s of the two sounds overlap.
    expect(peakOf(out.subarray(0, 24_000))).toBe(0);
    expect(largestDifference(out.slice(24_000, 24_000 + 2 * SECOND - 9600), constant(2 * SECOND - 9600, 0.5))).toBeLessThan(1e-6);
    expect(rendered.outputs.audio!.frames.length).toBe(115);
  });

  it('cuts silence off everywhere, as far as the limit', async () => {
    const options = { tracks: [file('padded.wav'), file('padded.wav')], trimSilence: 'always', onEmpty: 'end' };
    const all = plane(await play(options));
    expect(largestDifference(all, constant(2 * SECOND, 0.5))).toBe(0);
    const some = plane(await play({ ...options, trimLimitSec: 0.25 }));
    // 0.25 s are left before, 0.45 s behind.
    expect(largestDifference(some.slice(0, 12_000), constant(12_000, 0))).toBe(0);
    expect(largestDifference(some.slice(12_000, 60_000), constant(SECOND, 0.5))).toBe(0);
    expect(peakOf(some.subarray(60_000, 93_600))).toBe(0);
    expect(some[93_600]).toBe(0.5);
    const none = plane(await play({ ...options, trimSilence: 'off' }));
    expect(none.length).toBe(211_200);
  });

  it('keeps a silent track, and silence that is asked for by its times', async () => {
    const options = { trimSilence: 'always', onEmpty: 'end' };
    expect((await play({ ...options, tracks: [file('silent.wav')] })).outputs.audio!.frames).toHaveLength(25);
    const asked = await play({ ...options, tracks: [{ src: file('padded.wav'), startSec: 0.25, endSec: 2 }] });
    expect(asked.outputs.audio!.frames.length).toBe(Math.ceil(1.75 * 50));
  });

  it('plays a part of a track', async () => {
    const rendered = await play({
      tracks: [
        { src: file('a.wav'), startSec: 0.25, endSec: 0.5 },
        { src: file('b.wav'), endSec: 0.1 },
      ],
      onEmpty: 'end',
    });
    expect(largestDifference(plane(rendered).slice(0, 12_000), a.slice(12_000, 24_000))).toBe(0);
    expect(largestDifference(plane(rendered).slice(12_000, 16_800), b.slice(0, 4800))).toBe(0);
    expect(told(rendered)).toHaveLength(5);
  });

  it('goes to other tracks by a fade of 20 ms', async () => {
    const tracks = [file('tone.wav'), file('tone.wav'), file('tone.wav')];
    const commands = [at(200, 'next'), at(400, 'jump', { index: 2 }), at(600, 'previous'), at(800, 'jump', { id: 't1' })];
    const rendered = await play({ tracks, onEmpty: 'end' }, { commands, durationMs: 1000 });
    // A tone of 100 Hz and 0.5 steps by 0.0066 at most; a fade adds 1/960 of what it goes across.
    expect(largestStep(plane(rendered))).toBeLessThan(0.009);
    expect(told(rendered)).toEqual([
      'track.started t1',
      'track.ended t1 skipped',
      'track.started t2',
      'track.ended t2 skipped',
      'track.started t3',
      'track.ended t3 skipped',
      'track.started t2',
      'track.ended t2 skipped',
      'track.started t1',
      'track.ended t1 stopped',
    ]);
    // At once: the fade ends with the frame of the command, or of the one after when the track had to be opened.
    const starts = rendered.events.filter(({ event }) => event.type === 'track.started').map(({ atUs }) => atUs / 1000);
    expect(starts).toEqual([0, 200, 400, 620, 820]);
    const second = tone.slice(960, 9600);
    expect(largestDifference(plane(rendered).slice(10_560, 19_200), second)).toBeLessThan(1e-6);
  });

  it('pauses and goes on without losing a sample or clicking', async () => {
    const rendered = await play(
      { tracks: [file('tone.wav')] },
      { commands: [at(500, 'pause'), at(800, 'play')], durationMs: 1200 },
    );
    const out = plane(rendered);
    expect(largestStep(out)).toBeLessThan(0.009);
    expect(peakOf(out.subarray(24_960, 38_400))).toBe(0);
    expect(rendered.outputs.audio!.frames[30]!.silent).toBe(true);
    expect(largestDifference(out.slice(39_360, 57_600), tone.slice(24_960, 43_200))).toBe(0);
    const states = of(rendered, 'queue.changed').map(({ playing, positionMs }) => [playing, positionMs]);
    expect(states).toContainEqual([false, 500]);
  });

  it('seeks, replays and stops by a fade', async () => {
    const commands = [at(200, 'seek', { positionMs: 1003 }), at(400, 'replay'), at(600, 'stop'), at(700, 'play')];
    const rendered = await play({ tracks: [file('tone.wav')] }, { commands, durationMs: 900 });
    const out = plane(rendered);
    expect(largestStep(out)).toBeLessThan(0.009);
    expect(largestDifference(out.slice(10_560, 19_200), tone.slice(48_144 + 960, 48_144 + 9600))).toBe(0);
    expect(largestDifference(out.slice(20_160, 28_800), tone.slice(960, 9600))).toBe(0);
    expect(peakOf(out.subarray(29_760, 33_600))).toBe(0);
    expect(largestDifference(out.slice(34_560, 43_200), tone.slice(960, 9600))).toBe(0);
    expect(told(rendered)).toEqual([
      'track.started t1',
      'track.seeked t1',
      'track.seeked t1',
      'track.ended t1 stopped',
      'track.started t1',
      'track.ended t1 stopped',
    ]);
    expect(rendered.counters).toEqual({});
  });

  it('waits for play when it is not to play at once', async () => {
    const rendered = await play({ ...abc, autoplay: false }, { commands: [at(100, 'play')], durationMs: 300 });
    expect(peakOf(plane(rendered).subarray(0, 4800))).toBe(0);
    expect(largestDifference(plane(rendered).slice(5760), a.slice(960, 9600))).toBe(0);
    expect(told(rendered)[0]).toBe('track.started t1');
    expect(rendered.events.find(({ event }) => event.type === 'track.started')!.atUs).toBe(100_000);
  });

  it('repeats a track, or the queue', async () => {
    const again = plane(await play({ tracks: [file('first.wav')], repeat: 'track' }, { durationMs: 1800 }));
    const wanted = Float32Array.from({ length: 86_400 }, (_, i) => tone[i % CUT]!);
    expect(largestDifference(again, wanted)).toBe(0);
    const round = await play({ tracks: [file('first.wav'), file('second.wav')], repeat: 'queue' }, { durationMs: 5000 });
    const tones = Float32Array.from({ length: 240_000 }, (_, i) => tone[i % tone.length]!);
    expect(largestDifference(plane(round), tones)).toBe(0);
    const ended = of(round, 'track.ended').map(({ id, reason }) => `${id} ${reason}`);
    expect(ended).toEqual(['t1 finished', 't2 finished', 't1 finished', 't2 finished', 't1 finished', 't2 stopped']);
  });

  it('passes over what cannot be played, and says why', async () => {
    const tracks = [
      file('broken.wav'),
      file('missing.wav'),
      file('a.wav'),
      file('broken.wav'),
      'gopher://example.org/a.mp3',
      file('b.wav'),
    ];
    const rendered = await play({ tracks, onEmpty: 'end' });
    const failures = of(rendered, 'track.failed').map(({ id, problem }) => [id, (problem as { code: string }).code]);
    expect(failures).toEqual([
      ['t1', 'MEDIA_UNREADABLE'],
      ['t2', 'MEDIA_NOT_FOUND'],
      ['t4', 'MEDIA_UNREADABLE'],
      ['t5', 'URL_INVALID'],
    ]);
    const heard = plane(rendered).subarray(plane(rendered).findIndex((x) => x !== 0));
    expect(largestDifference(heard.slice(0, SECOND), a)).toBe(0);
    expect(largestDifference(heard.slice(SECOND, 2 * SECOND), b)).toBe(0);
    expect(told(rendered).at(-1)).toBe('queue.ended finished');
  });

  it('says that a track failed when it was damaged on the way, and goes on', async () => {
    const rendered = await play({ tracks: [file('cut.wav'), file('b.wav')], onEmpty: 'end' });
    expect(of(rendered, 'track.ended')).toMatchObject([
      { id: 't1', reason: 'failed', problem: { code: 'MEDIA_TRUNCATED' } },
      { id: 't2', reason: 'finished' },
    ]);
    expect(largestDifference(plane(rendered).slice(24_000, 24_000 + SECOND), b)).toBe(0);
  });

  it('gives up on a queue of nothing but broken files, until somebody asks again', async () => {
    const tracks = [file('broken.wav'), file('missing.wav')];
    const rendered = await play(
      { tracks, repeat: 'queue' },
      { commands: [at(400, 'add', { track: file('a.wav') })], durationMs: 800 },
    );
    const lines = told(rendered);
    expect(lines.slice(0, 3)).toEqual(['track.failed t1', 'track.failed t2', 'queue.ended failures']);
    expect(lines).toContain('track.started t3');
    expect(of(rendered, 'track.failed').length).toBeLessThan(8);
    const ended = await play({ tracks, repeat: 'queue', onEmpty: 'end' });
    expect(ended.outputs.audio!.end!.tick).toBeLessThan(10);
  });

  it('stops after so many failures in a row', async () => {
    const tracks = [...Array.from({ length: 6 }, () => file('broken.wav')), file('a.wav')];
    expect(told(await play({ tracks, failureLimit: 3 }, { durationMs: 500 }))).toEqual([
      'track.failed t1',
      'track.failed t2',
      'track.failed t3',
      'queue.ended failures',
    ]);
    expect(told(await play({ tracks, failureLimit: 7 }, { durationMs: 500 }))).toContain('track.started t7');
  });

  it('gives silence when it is empty, and plays what is added', async () => {
    const rendered = await play(
      {},
      {
        commands: [at(100, 'add', { tracks: [{ src: file('a.wav'), title: 'A', requester: 'anna', data: { n: 1 } }] })],
        durationMs: 1300,
      },
    );
    expect(rendered.outputs.audio!.frames[2]!.silent).toBe(true);
    expect(of(rendered, 'tracks.added')).toMatchObject([{ tracks: [{ id: 't1', index: 0, requester: 'anna' }] }]);
    expect(of(rendered, 'track.started')).toMatchObject([
      { id: 't1', title: 'A', requester: 'anna', data: { n: 1 }, index: 0, info: { codec: 'pcm_f32le' } },
    ]);
    const heard = plane(rendered).subarray(plane(rendered).findIndex((x) => x !== 0));
    expect(largestDifference(heard.slice(0, SECOND), a)).toBe(0);
    expect(told(rendered).at(-1)).toBe('queue.ended finished');
    expect(rendered.counters).toEqual({});
  });

  it('ends at once when it is empty and is to end', async () => {
    const rendered = await play({ onEmpty: 'end' });
    expect(rendered.outputs.audio!.end).toEqual({ tick: 0 });
    expect(told(rendered)).toEqual([]);
  });

  it('goes on with a saved queue where it was', async () => {
    const before = await play({ ...abc, repeat: 'queue' }, { commands: [at(100, 'next'), at(500, 'report')], durationMs: 520 });
    const saved = JSON.parse(JSON.stringify(of(before, 'queue.changed').at(-1))) as { positionMs: number };
    expect(saved.positionMs).toBeGreaterThan(350);
    const rendered = await play({ tracks: [file('tone.wav')], saved }, { durationMs: 400 });
    const from = saved.positionMs * 48;
    expect(largestDifference(plane(rendered).slice(0, 9600), b.slice(from, from + 9600))).toBe(0);
    expect(of(rendered, 'queue.changed').at(-1)).toMatchObject({
      current: 't2',
      index: 1,
      repeat: 'queue',
      nextId: 4,
      order: ['t1', 't2', 't3'],
    });
  });

  it('takes new tracks as an option: the same go on, others replace them', async () => {
    const optionChanges = [
      { atMs: 200, options: { tracks: [file('c.wav'), file('a.wav')] } },
      { atMs: 400, options: { repeat: 'queue' } },
      { atMs: 600, options: { tracks: [file('b.wav')] } },
    ];
    const rendered = await play(abc, { optionChanges, durationMs: 900 });
    expect(largestDifference(plane(rendered).slice(0, 28_800), a.slice(0, 28_800))).toBe(0);
    expect(told(rendered)).toEqual(['track.started t1', 'track.ended t1 replaced', 'track.started t4', 'track.ended t4 stopped']);
    expect(of(rendered, 'queue.changed').at(-1)).toMatchObject({ order: ['t4'], repeat: 'queue' });
  });

  it('refuses commands that cannot be done, and says why', async () => {
    const commands = [
      at(0, 'rewind'),
      at(0, 'add'),
      at(0, 'jump', { index: 9 }),
      at(0, 'remove', { id: 'x' }),
      at(0, 'move', { id: 't1' }),
      at(0, 'repeat', { mode: 'none' }),
      at(0, 'seek', { positionMs: 'soon' }),
      at(0, 'add', { track: { src: 'a', endSec: 1, startSec: 2 } }),
      at(0, 'add', { track: { source: 'a' } }),
      at(0, 'jump'),
    ];
    const rendered = await play(abc, { commands, durationMs: 100 });
    const refused = of(rendered, 'command.refused').map(({ command, reason }) => `${String(command)}: ${String(reason)}`);
    expect(refused).toHaveLength(commands.length);
    expect(refused).toMatchInlineSnapshot(`
      [
        "rewind: there are add, next, previous, jump, move, remove, clear, shuffle, repeat, pause, play, stop, seek, replay, report",
        "add: give a "track" or "tracks"",
        "jump: there is no track at 9",
        "remove: no track has the id "x"",
        "move: "to": it must be given",
        "repeat: "mode": must be "off", "track" or "queue", not "none"",
        "seek: "positionMs": must be a number, not "soon"",
        "add: "track": endSec must be after startSec",
        "add: "track.src": it must be given",
        "jump: give the "id" or the "index" of a track",
      ]
    `);
  });

  it('tells where it is once a second while watched', async () => {
    const options = { tracks: [file('tone.wav')], onEmpty: 'end' };
    expect(
      of(await play(options), 'stream.position').map(({ id, positionMs, durationMs }) => [id, positionMs, durationMs]),
    ).toEqual([['t1', 1000, 2000]]);
    expect(of(await play(options, { watch: [] }), 'stream.position')).toEqual([]);
  });

  it('joins a track from the network to the sample', async () => {
    const second = readFileSync(file('second.wav'));
    const server = await serve((request, response) => sendFile(request, response, second));
    const rendered = await play({ tracks: [file('first.wav'), `${server.url}/second.wav`], onEmpty: 'end' });
    expect(largestDifference(plane(rendered), tone)).toBe(0);
    expect(told(rendered).slice(1, 4)).toEqual(['track.ended t1 finished', 'track.started t2', 'track.ended t2 finished']);
  });

  it('passes over an address that cannot be reached', async () => {
    const server = await serve((_, response) => void response.writeHead(404).end());
    const rendered = await play({ tracks: [`${server.url}/gone.wav`, file('a.wav')], onEmpty: 'end' });
    expect(of(rendered, 'track.failed')).toMatchObject([{ id: 't1', problem: { code: 'URL_STATUS' } }]);
    expect(told(rendered)).toContain('track.ended t2 finished');
  });

  it('reaches only public addresses for a track that is marked so', async () => {
    const sound = readFileSync(file('a.wav'));
    const server = await serve((request, response) => sendFile(request, response, sound));
    const src = `${server.url}/a.wav`;
    const rendered = await play({ tracks: [{ src, publicOnly: true }, { src }], onEmpty: 'end' });
    expect(of(rendered, 'track.failed')).toMatchObject([{ id: 't1', problem: { code: 'URL_NOT_PUBLIC' } }]);
    expect(told(rendered)).toContain('track.ended t2 finished');
  });

  it('is checked with its files before it runs', () => {
    const text = `{ "version": 1, "nodes": {
  "q": { "type": "source.queue", "options": { "tracks": [
    "here.wav",
    "gone.wav",
    { "src": "lost.wav", "title": "Lost" },
    "https://example.org/a.mp3", { "src": "rtsp://example.org/camera" },
    "gopher://example.org/a",
    { "src": "here.wav", "startSec": 3, "endSec": 2 },
    { "source": "here.wav" } ] } },
  "p": { "type": "source.playlist", "options": { "src": "missing.m3u" } },
  "a": { "type": "sink.null", "in": { "audio": "q" } },
  "b": { "type": "sink.null", "in": { "audio": "p" } } } }`;
    const { problems } = checkGraphText(text, 'q.json', {
      registry: createRegistry(builtinNodes),
      exists: (path) => path.endsWith('here.wav'),
    });
    expect(problems.map((one) => formatProblem(one))).toMatchInlineSnapshot(`
      [
        "q.json:4:5 node "q" (source.queue): the file gone.wav does not exist.",
        "q.json:5:14 node "q" (source.queue): the file lost.wav does not exist.",
        "q.json:7:5 node "q" (source.queue): option "tracks[5]": it names a file, and "gopher://example.org/a" is an address; play it with source.url.",
        "q.json:8:5 node "q" (source.queue): option "tracks[6]": endSec must be after startSec.",
        "q.json:9:5 node "q" (source.queue): option "tracks[7].src": it must be given.",
        "q.json:9:7 node "q" (source.queue): option "tracks[7].source" does not exist. There is: src, title, requester, startSec, endSec, publicOnly, data.",
        "q.json:10:57 node "p" (source.playlist): the file missing.m3u does not exist.",
      ]
    `);
  });
});
