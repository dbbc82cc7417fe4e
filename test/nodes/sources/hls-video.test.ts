import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAudioFileWriter } from '../../../src/media/av/index.js';
import { livePictures } from '../../../src/media/av/video/picture.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import { url } from '../../../src/nodes/sources/url.js';
import { renderNode, type RenderedNode } from '../../../src/testing/index.js';
import { FLASH_AND_BEEP, writeFilm } from '../../support/films.js';
import { makeTempDir } from '../../support/media-fixtures.js';
import { serve } from '../../support/media-server.js';

const SECONDS = 4;
const temp = makeTempDir();
const files: Record<string, Buffer> = {};
beforeAll(async () => {
  const both = readFileSync(await writeFilm(temp.path('both.ts'), { ...FLASH_AND_BEEP, seconds: SECONDS }));
  const { pictures, late, sound, soundTicks } = split(both);
  Object.assign(files, { 'pictures.ts': pictures, 'late.ts': late, 'sound.ts': sound });
  const writer = await openAudioFileWriter(temp.path('sound.aac'), { codec: 'aac', channels: 1 });
  const frame = createAudioFrame(1);
  frame.silent = false;
  for (let tick = 0; tick < SECONDS * 50; tick++) {
    frame.planes[0]!.forEach((_, i) => (frame.planes[0]![i] = FLASH_AND_BEEP.sound!(tick * 960 + i)));
    writer.write(frame);
  }
  await writer.finish();
  files['sound.aac'] = readFileSync(temp.path('sound.aac'));
  // Packed audio says its time in a tag before it (RFC 8216 3.4).
  files['timed.aac'] = Buffer.concat([timestampTag(soundTicks), files['sound.aac']]);
});
afterAll(() => {
  temp.remove();
  expect(livePictures()).toBe(0);
});

/** The packets of MPEG-TS that carry pictures, those from the second key frame on, and those that carry sound, with its first time. */
function split(stream: Buffer): { pictures: Buffer; late: Buffer; sound: Buffer; soundTicks: number } {
  const packets = Array.from({ length: stream.length / 188 }, (_, i) => stream.subarray(i * 188, (i + 1) * 188));
  const kinds = new Map<number, 'pictures' | 'sound'>();
  let soundTicks: number | undefined;
  let keys = 0;
  const parts = { pictures: [] as Buffer[], late: [] as Buffer[], sound: [] as Buffer[] };
  for (const packet of packets) {
    const pid = packet.readUInt16BE(1) & 0x1fff;
    const adapted = (packet[3]! & 0x20) !== 0;
    const payload = packet.subarray(adapted ? 5 + packet[4]! : 4);
    if ((packet[1]! & 0x40) !== 0 && payload.length > 14 && payload.readUIntBE(0, 3) === 1) {
      kinds.set(pid, payload[3]! >= 0xe0 ? 'pictures' : 'sound');
      const ticks = ((payload[9]! & 0x0e) << 29) + (payload.readUInt16BE(10) >> 1) * 32_768 + (payload.readUInt16BE(12) >> 1);
      if (kinds.get(pid) === 'sound') soundTicks ??= ticks;
      if (kinds.get(pid) === 'pictures' && adapted && packet[4]! > 0 && (packet[5]! & 0x40) !== 0) keys++;
    }
    const kind = kinds.get(pid);
    if (kind !== 'sound') parts.pictures.push(packet);
    if (kind === undefined || (kind === 'pictures' && keys > 1)) parts.late.push(packet);
    if (kind !== 'pictures') parts.sound.push(packet);
  }
  const [pictures, late, sound] = [parts.pictures, parts.late, parts.sound].map((part) => Buffer.concat(part));
  return { pictures: pictures!, late: late!, sound: sound!, soundTicks: soundTicks! };
}

function timestampTag(ticks: number): Buffer {
  const owner = Buffer.from('com.apple.streaming.transportStreamTimestamp\0');
  const body = Buffer.alloc(8);
  body.writeBigUInt64BE(BigInt(ticks));
  const frame = Buffer.concat([Buffer.from('PRIV'), Buffer.from([0, 0, 0, owner.length + 8, 0, 0]), owner, body]);
  return Buffer.concat([Buffer.from('ID3'), Buffer.from([4, 0, 0, 0, 0, 0, frame.length]), frame]);
}

/** A server of sound and pictures apart, each a list of files; a segment that is named `missing` is not there. */
const apart = (pictures: readonly string[], sound: readonly string[]) =>
  serve((request, response) => {
    const list = (names: readonly string[]) =>
      `#EXTM3U\n#EXT-X-TARGETDURATION:${SECONDS}\n${names.map((name) => `#EXTINF:${SECONDS}.0,\n${name}\n`).join('#EXT-X-DISCONTINUITY\n')}#EXT-X-ENDLIST\n`;
    const path = (request.url ?? '').slice(1);
    const media = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",DEFAULT=YES,URI="sound.m3u8"';
    if (path === 'main')
      response.end(`#EXTM3U\n${media}\n#EXT-X-STREAM-INF:BANDWIDTH=900,RESOLUTION=160x96,AUDIO="a"\npictures.m3u8\n`);
    else if (path === 'pictures.m3u8' && pictures.length > 0) response.end(list(pictures));
    else if (path === 'sound.m3u8') response.end(list(sound));
    else if (path === 'stuck.ts') return;
    else if (files[path]) response.end(files[path]);
    else response.writeHead(404).end();
  });

const run = async (pictures: readonly string[], sound: readonly string[]) => {
  const server = await apart(pictures, sound);
  return renderNode(url, { frameRate: 30, options: { src: `${server.url}/main` } });
};
const of = ({ events }: RenderedNode, type: string) =>
  events.filter(({ event }) => event.type === type).map(({ event }) => event);

/** By how many milliseconds each beep comes after the flash next to it. */
function flashToBeep({ outputs }: RenderedNode): number[] {
  const bright = (y: ArrayLike<number>) => y[2000]! > 120;
  const flashes = outputs['video']!.pictures.flatMap(({ ptsUs, y }, i, all) =>
    bright(y) && (i === 0 || !bright(all[i - 1]!.y)) ? [ptsUs / 1000] : [],
  );
  const beeps: number[] = [];
  let loud = -48_000;
  outputs.audio!.planes[0]!.forEach((sample, i) => {
    if (Math.abs(sample) < 0.1) return;
    if (i - loud > 9600) beeps.push(i / 48);
    loud = i;
  });
  return beeps.map((beep) =>
    flashes.map((flash) => beep - flash).reduce((a, b) => (Math.abs(a) < Math.abs(b) ? a : b), Infinity),
  );
}

describe('the pictures of HLS whose sound has a list of its own', () => {
  it.each([
    ['MPEG-TS', 'pictures.ts', 'sound.ts', 0],
    ['MPEG-TS, where they begin later', 'late.ts', 'sound.ts', 2],
    ['packed audio with its time', 'late.ts', 'timed.aac', 2],
    ['packed audio without', 'pictures.ts', 'sound.aac', 0],
  ])('are in step with it: %s', async (_what, pictures, sound, withoutFlash) => {
    const rendered = await run([pictures], [sound]);
    const offsets = flashToBeep(rendered);
    expect(offsets).toHaveLength(SECONDS);
    for (const ms of offsets.slice(withoutFlash)) expect(Math.abs(ms)).toBeLessThanOrEqual(40);
    expect(of(rendered, 'video.opened')).toMatchObject([{ codec: 'h264', width: 160, height: 96 }]);
    expect(of(rendered, 'stream.ended')).toMatchObject([{ reason: 'finished' }]);
    expect(rendered.outputs['video']!.end).toBeDefined();
  });

  it('are in step also where time stamps begin anew', async () => {
    const offsets = flashToBeep(await run(['pictures.ts', 'pictures.ts'], ['sound.ts', 'sound.ts']));
    expect(offsets).toHaveLength(2 * SECONDS);
    for (const ms of offsets) expect(Math.abs(ms)).toBeLessThanOrEqual(40);
  });

  it.each([
    ['their list is not there', []],
    ['they are not there', ['missing.ts']],
    ['they do not come', ['stuck.ts']],
    ['they are no pictures', ['sound.aac']],
  ])('are none where %s: the sound plays', async (_what, pictures) => {
    const rendered = await run(pictures, ['sound.aac']);
    expect(of(rendered, 'video.opened')).toEqual([]);
    expect(of(rendered, 'stream.ended')).toMatchObject([{ reason: 'finished' }]);
    expect(flashToBeep(rendered)).toHaveLength(SECONDS);
  });
});
