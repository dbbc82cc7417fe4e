import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { PacketDecoder } from '../../src/media/av/video/packet-decoder.js';
import type { Packet } from '../../src/media/packet.js';
import { readBack } from '../graphs/render-graph.js';
import { decode, usualToneDb } from '../integration/support/listen.js';
import { meanColours, pictureMeans } from '../support/films.js';
import { describeWith, peerPath } from './support/foreign.js';
import { PionSfu } from './support/pion-sfu.js';
import { longestSoundSec } from './support/steady.js';
import { next, played, TelegramStack } from './support/telegram-stack.js';

/** The numbers that Pion answers with: others than the local SFU's. */
const PION = { opus: 109, vp8: 96, vp8Rtx: 97, audioLevel: 4, absSendTime: 5, transportCc: 6 } as const;
/** Green, in BT.601. */
const GREEN = { hex: '#20a040', yuv: [111, 105, 79] } as const;

/** Our client in a call whose media server is none of ours. */
describeWith('pion', 'with Pion as the media server', () => {
  let stack: TelegramStack<PionSfu>;

  beforeAll(async () => void (stack = await TelegramStack.with(new PionSfu(peerPath('pion')))));
  beforeEach(() => stack.open());
  afterEach(() => stack.clear());
  afterAll(() => stack.close());

  const place = (user: bigint) => ({ call: String(stack.place.call), user: String(user), presentation: false });
  const sourceOf = async (user: bigint): Promise<number> => {
    const { participants } = await stack.centre.callState(stack.place.call);
    return participants.find(({ userId }) => userId === user)!.source >>> 0;
  };
  const tone = (frequencyHz: number) => ({
    tone: { type: 'source.tone', options: { frequencyHz, levelDb: -12 } },
    opus: { type: 'encode.opus', in: { audio: 'tone' } },
  });

  it('sound goes through it both ways, with its numbers, our loudness and reports', async () => {
    const [radio, ear] = [await stack.engineFor(stack.anna, 'Anna'), await stack.engineFor(stack.bert, 'Bert')];
    const path = join(stack.folder, 'heard.flac');
    const listening = await stack.run(ear, {
      ...tone(880),
      room: { type: 'source.participants' },
      file: { type: 'sink.file', in: { audio: 'room' }, options: { path, channels: 1 } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    });
    const heard = next(ear, 'participant.speaking', ({ speaking }) => speaking === true);
    const playing = await stack.run(radio, { ...tone(523), call: { type: 'sink.call', in: { audio: 'opus' } } });
    await heard;
    await played(listening, 4);
    const source = await sourceOf(stack.anna);
    const seen = await stack.sfu.seen(place(stack.anna));
    await playing.stop();
    await listening.stop();
    await listening.ended;

    expect(seen).toMatchObject({ profile: 'SRTP_AEAD_AES_128_GCM', channel: 'data 0', problem: '' });
    expect(seen.reports.senderReports).toBeGreaterThan(0);
    expect(seen.reports.receiverReports + seen.reports.senderReports).toBeGreaterThan(0);
    expect(seen.reports.cname).not.toBe('');
    expect(JSON.parse(seen.messages![0]!)).toMatchObject({ colibriClass: 'ReceiverVideoConstraints' });
    const stream = seen.streams[source]!;
    expect(stream.payloadTypes).toEqual({ [PION.opus]: stream.packets });
    expect(stream.extensions).toMatchObject({ [PION.audioLevel]: stream.packets });
    // A sine of −12 dB has 15 dB less than full scale as its level (RFC 6464).
    expect(stream.levels['15']! / stream.packets).toBeGreaterThan(0.9);
    const packets = stream.opus!.map((data): Packet => ({
      kind: 'packet',
      codec: 'opus',
      ptsUs: 0,
      durationUs: 20_000,
      key: true,
      data: Buffer.from(data, 'base64'),
    }));
    const pcm = await decode(packets);
    expect(usualToneDb(pcm, 523, 1, 3)).toBeCloseTo(-12, 0);
    expect(longestSoundSec(pcm)).toBeGreaterThanOrEqual(2);

    const [plane] = (await readBack(path)).planes;
    const end = plane!.length / 48_000;
    expect(usualToneDb(plane!, 523, end - 2.5, end - 0.5)).toBeCloseTo(-12, 0);
    expect(longestSoundSec(plane!)).toBeGreaterThanOrEqual(2);
  });

  it('pictures go through it, are repaired when it asks again, and cease when it says that nobody looks', async () => {
    const [radio, eye] = [await stack.engineFor(stack.anna, 'Anna'), await stack.engineFor(stack.bert, 'Bert')];
    const path = join(stack.folder, 'seen.webm');
    const showing = await stack.run(radio, {
      ...tone(523),
      color: { type: 'source.color', options: { color: GREEN.hex, width: 320, height: 240 } },
      vp8: { type: 'encode.vp8', in: { video: 'color' }, options: { frameRate: 20 } },
      call: { type: 'sink.call', in: { audio: 'opus', video: 'vp8' } },
    });
    const anna = place(stack.anna);
    await expect.poll(async () => (await stack.sfu.seen(anna).catch(() => undefined))?.channel).toBe('data 0');
    const watching = await stack.run(eye, {
      ...tone(880),
      room: { type: 'source.participants' },
      cameras: { type: 'mix.grid', in: { video: 'room.video' }, options: { width: 320, height: 240, gapPx: 0 } },
      file: { type: 'sink.file', in: { video: 'cameras' }, options: { path, frameRate: 10 } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    });
    await next(eye, 'node.told', ({ node, what }) => node === 'room' && what === 'video.opened');
    const source = await sourceOf(stack.anna);
    const own = async () => (await stack.sfu.seen(anna)).streams;
    await stack.sfu.lose(anna, 10);
    await expect.poll(async () => (await own())[source + 2]?.again ?? 0, { timeout: 60_000 }).toBeGreaterThan(2);
    await stack.sfu.lose(anna, 0);
    await played(watching, 3);
    const { [source + 1]: stream, [source + 2]: again } = await own();
    const looked = await stack.sfu.seen(place(stack.bert));

    await stack.sfu.say(anna, { colibriClass: 'SenderVideoConstraints', videoConstraints: { idealHeight: 0 } });
    const frames = async () => (await own())[source + 1]!.packets;
    let before = -1;
    await expect
      .poll(
        async () => {
          const now = await frames();
          const still = now === before;
          before = now;
          return still;
        },
        { interval: 500 },
      )
      .toBe(true);
    await stack.sfu.say(anna, { colibriClass: 'SenderVideoConstraints', videoConstraints: { idealHeight: 720 } });
    await expect.poll(frames).toBeGreaterThan(before);
    await showing.stop();
    await watching.stop();
    await watching.ended;

    expect(Object.keys(stream!.payloadTypes)).toEqual([String(PION.vp8)]);
    expect(again!.payloadTypes).toEqual({ [PION.vp8Rtx]: again!.packets });
    for (const id of [PION.absSendTime, PION.transportCc]) expect(stream!.extensions[id]).toBe(stream!.packets - stream!.lost);
    expect(looked.messages!.some((text) => text.includes(`"video-${source}":{"minHeight":180,"maxHeight":720}`))).toBe(true);
    // Sound and pictures have one numbering on their way to us, and all of it is told.
    expect(looked.reports.toldCame).toBeGreaterThan(0);
    expect(looked.reports.toldLost / looked.reports.toldCame).toBeLessThan(0.05);
    const decoder = await PacketDecoder.open('vp8');
    const first = (await decoder.decode(Buffer.from(stream!.frames![0]!, 'base64')))!;
    expect([first.width, first.height]).toEqual([320, 240]);
    pictureMeans(first).forEach((mean, i) => expect(Math.abs(mean - GREEN.yuv[i]!)).toBeLessThan(6));
    first.release();
    decoder.close();
    (await meanColours(path)).at(-1)!.forEach((mean, i) => expect(Math.abs(mean - GREEN.yuv[i]!)).toBeLessThan(6));
  });
});
