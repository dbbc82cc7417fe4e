import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { PacketDecoder } from '../../../../src/media/av/video/packet-decoder.js';
import { readBack } from '../../../graphs/render-graph.js';
import { toneDb } from '../../../integration/support/listen.js';
import { Stage } from '../../../integration/support/stage.js';
import { makeTempDir } from '../../../support/media-fixtures.js';
import { longestGapMs, Party } from '../support/party.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

let party: Party;
beforeEach(async () => void (party = await Party.start()));
afterEach(() => party.end());

it('a graph plays into a call of five, who all hear it without a gap', async () => {
  const radio = await party.join('radio');
  const ears = await Promise.all(['one', 'two', 'three', 'four', 'five'].map(async (name) => (await party.join(name)).listen()));
  const nodes = {
    tone: { type: 'source.tone', options: { frequencyHz: 523, levelDb: -12 } },
    opus: { type: 'encode.opus', in: { audio: 'tone' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  };
  const stage = new Stage(party.scheduler, { nodes, gateway: radio.media.gateway });
  await stage.run.start();
  for (const ear of ears) await ear.sounds('radio', 25);
  const from = ears.map((ear) => ear.frames('radio'));
  await party.play(5000);
  for (const [n, ear] of ears.entries()) {
    const pcm = ear.pcm('radio', from[n]!);
    expect(pcm.length / 48_000).toBeCloseTo(5, 1);
    expect(toneDb(pcm, 523, 0, 4.9)).toBeCloseTo(-12, 0);
    expect(longestGapMs(pcm)).toBe(0);
  }
  expect(radio.media.stats()).toMatchObject({ unsentPackets: 0 });
  await stage.run.stop();
  await stage.run.ended;
}, 60_000);

it('a graph records three talkers apart, each with his own tone', async () => {
  const recorder = await party.join('recorder');
  const tones = { anna: 600, bert: 900, cleo: 1300 };
  const path = (name: string) => temp.path(`${name}.flac`);
  const nodes = {
    room: { type: 'source.participants' },
    each: {
      type: 'flow.split',
      in: { audio: 'room' },
      options: {
        nodes: { file: { type: 'sink.file', in: { audio: 'voice' }, options: { path: path('{participant}'), channels: 1 } } },
        out: 'voice',
      },
    },
    opus: { type: 'encode.opus', in: { audio: 'each' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  };
  const stage = new Stage(party.scheduler, { nodes, gateway: recorder.media.gateway });
  await stage.run.start();
  for (const [name, hz] of Object.entries(tones)) await (await party.join(name)).say(hz);
  await party.play(4000);
  await stage.run.stop();
  await stage.run.ended;
  for (const [name, hz] of Object.entries(tones)) {
    expect(existsSync(path(name)), name).toBe(true);
    const { planes } = await readBack(path(name));
    const [plane] = planes;
    expect(plane!.length / 48_000).toBeGreaterThan(3);
    for (const other of Object.values(tones))
      if (other === hz) expect(toneDb(plane!, other, 1, 3)).toBeCloseTo(20 * Math.log10(0.25), 0);
      else expect(toneDb(plane!, other, 1, 3)).toBeLessThan(-50);
    expect(longestGapMs(plane!.subarray(48_000, 3 * 48_000))).toBe(0);
  }
}, 60_000);

it('a graph shows pictures in three sizes, and who looks at one decodes the whole one', async () => {
  const [anna, bert] = [await party.join('anna'), await party.join('bert')];
  for (const name of ['anna', 'bert']) await party.arrival(() => party.sfu.client(party.place(name))!.constraints !== undefined);
  const encoder = (size: string) => ({ type: 'encode.vp8', in: { video: 'pattern' }, options: { size, frameRate: 10 } });
  const nodes = {
    pattern: { type: 'source.test-pattern', options: { width: 320, height: 240 } },
    full: encoder('full'),
    half: encoder('half'),
    quarter: encoder('quarter'),
    call: { type: 'sink.call', in: { video: 'full', videoHalf: 'half', videoQuarter: 'quarter' } },
  };
  const stage = new Stage(party.scheduler, { nodes, gateway: anna.media.gateway });
  await stage.run.start();
  const frames: Buffer[] = [];
  const subscription = bert.media.gateway.video!.videos$.subscribe((change) => {
    if (change.type === 'joined') change.video.packets$.subscribe(({ data }) => frames.push(Buffer.from(data)));
  });
  const layer = () => party.sfu.client(party.place('bert'))!.forwards.get(party.sfu.client(party.place('anna'))!)?.layer;
  await party.until(() => layer() === 2, 120_000);
  const whole = frames.length;
  await party.until(() => frames.length >= whole + 10, 120_000);
  subscription.unsubscribe();
  const decoder = await PacketDecoder.open('vp8');
  const sizes: string[] = [];
  for (const frame of frames) {
    const picture = await decoder.decode(frame);
    if (picture) sizes.push(`${picture.width}x${picture.height}`);
    picture?.release();
  }
  expect(sizes).toHaveLength(frames.length);
  expect(sizes.slice(-10)).toEqual(Array.from({ length: 10 }, () => '320x240'));
  const { sent } = anna.media.stats().connection!.video!;
  expect(sent.filter(({ frames }) => frames > 0)).toHaveLength(3);
  await stage.run.stop();
  await stage.run.ended;
  decoder.close();
}, 60_000);
