import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Guest } from '../harness/telegram/guest.js';
import type { TlObject } from '../harness/telegram/tl/codec.js';
import { readBack } from '../graphs/render-graph.js';
import { usualToneDb } from '../integration/support/listen.js';
import { meanColours } from '../support/films.js';
import { describeWith, peerPath } from './support/foreign.js';
import { Ntgcalls, type NtgcallsMedia, writeColour, writeTone } from './support/ntgcalls.js';
import { longestSoundSec } from './support/steady.js';
import { next, played, TelegramStack } from './support/telegram-stack.js';

/** Green and violet, in BT.601. */
const GREEN = { hex: '#20a040', yuv: [111, 105, 79] } as const;
const VIOLET = [95, 175, 151] as const;

/** The native engine of pytgcalls in the same call: its own join parameters, its own ICE, DTLS, SRTP, codecs and jitter buffer (libwebrtc). */
describeWith('ntgcalls', 'with ntgcalls in the call', () => {
  let stack: TelegramStack;
  let guest: Guest;
  let native: Ntgcalls;

  beforeAll(async () => void (stack = await TelegramStack.start()));
  beforeEach(async () => {
    await stack.open();
    guest = new Guest(stack.centre, stack.bert, stack.place.call);
    native = new Ntgcalls(peerPath('ntgcalls'));
  });
  afterEach(async () => {
    await guest.leave().catch(() => {});
    await native.close();
    await stack.clear();
  });
  afterAll(() => stack.close());

  /** Joins as Bert, with what ntgcalls wants to say to the server; gives its source. */
  async function joinNative(media: NtgcallsMedia): Promise<number> {
    const params = await native.join(media);
    const result = await guest.joinWith(params, { videoStopped: media.picture === undefined });
    const updates = result['updates'] as TlObject[];
    const connection = updates.find(({ _ }) => _ === 'UpdateGroupCallConnection')!;
    await native.connect((connection['params'] as TlObject)['data'] as string);
    return (JSON.parse(params) as { ssrc: number }).ssrc >>> 0;
  }

  const tone = (frequencyHz: number) => ({
    tone: { type: 'source.tone', options: { frequencyHz, levelDb: -12 } },
    opus: { type: 'encode.opus', in: { audio: 'tone' } },
  });

  it('both hear each other, each by his own tone, without a gap', async () => {
    const engine = await stack.engineFor(stack.anna, 'Anna');
    const path = join(stack.folder, 'heard.flac');
    const session = await stack.run(engine, {
      ...tone(523),
      room: { type: 'source.participants' },
      file: { type: 'sink.file', in: { audio: 'room' }, options: { path, channels: 1 } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    });
    const speaking = next(engine, 'participant.speaking', ({ speaking }) => speaking === true);
    const source = await joinNative({ sound: writeTone(join(stack.folder, 'tone.raw'), 880, 0.25, 60), look: false });
    await speaking;
    expect(engine.state.calls[stack.place.address]).toMatchObject({
      participants: [String(stack.bert)],
      people: { [String(stack.bert)]: { name: 'Bert' } },
    });
    const anna = (await stack.centre.callState(stack.place.call)).participants.find(({ userId }) => userId === stack.anna)!;
    await played(session, 4);
    const steady = async () => longestSoundSec((await native.heard()).get(anna.source >>> 0) ?? new Float32Array());
    await expect.poll(steady, { timeout: 60_000, interval: 1000 }).toBeGreaterThanOrEqual(2);
    const heard = await native.heard();
    const { nominates, controlled } = stack.sfu.client({
      call: String(stack.place.call),
      user: String(stack.bert),
      presentation: false,
    })!;
    await session.stop();
    await session.ended;

    // What ntgcalls heard of us, by our source.
    expect([...heard.keys()]).toContain(anna.source >>> 0);
    const ours = heard.get(anna.source >>> 0)!;
    const end = ours.length / 48_000;
    expect(usualToneDb(ours, 523, end - 2, end)).toBeCloseTo(-12, 0);

    // What we heard of it.
    const [plane] = (await readBack(path)).planes;
    const until = plane!.length / 48_000;
    expect(usualToneDb(plane!, 880, until - 2.5, until - 0.5)).toBeCloseTo(-12, 0);
    expect(longestSoundSec(plane!)).toBeGreaterThanOrEqual(2);
    expect(source).toBeLessThan(2 ** 31);
    // What the SFU believes of native clients: they are controlled, and no path is ever nominated.
    expect({ nominates, controlled }).toEqual({ nominates: false, controlled: true });
  });

  it('both see each other, each in his own colour', async () => {
    const engine = await stack.engineFor(stack.anna, 'Anna');
    const path = join(stack.folder, 'seen.webm');
    const session = await stack.run(engine, {
      ...tone(523),
      color: { type: 'source.color', options: { color: GREEN.hex, width: 320, height: 240 } },
      vp8: { type: 'encode.vp8', in: { video: 'color' }, options: { frameRate: 10 } },
      room: { type: 'source.participants' },
      cameras: { type: 'mix.grid', in: { video: 'room.video' }, options: { width: 320, height: 180, gapPx: 0 } },
      file: { type: 'sink.file', in: { video: 'cameras' }, options: { path, frameRate: 10 } },
      call: { type: 'sink.call', in: { audio: 'opus', video: 'vp8' } },
    });
    const opened = next(engine, 'node.told', ({ node, what }) => node === 'room' && what === 'video.opened');
    const picture = writeColour(join(stack.folder, 'picture.raw'), VIOLET, {
      width: 640,
      height: 360,
      frameRate: 10,
      seconds: 40,
    });
    await joinNative({ picture });
    // Its picture is asked for as native clients know of one: by what the signalling says of us.
    const shown = async () => {
      const all = await guest.participants();
      return all.find(({ peer }) => (peer as TlObject)['userId'] === stack.anna)!['video'] as TlObject | undefined;
    };
    await expect.poll(shown).toBeDefined();
    const { endpoint, sourceGroups } = (await shown())!;
    await native.look(endpoint as string, sourceGroups as { semantics: string; sources: number[] }[]);
    await expect.poll(async () => (await native.seen())['camera']?.count ?? 0, { timeout: 60_000 }).toBeGreaterThan(10);
    const { camera } = await native.seen();
    expect(await opened).toMatchObject({ data: { participantId: String(stack.bert), purpose: 'camera' } });
    await played(session, 4);
    await session.stop();
    await session.ended;

    expect(camera).toMatchObject({ width: 320, height: 240 });
    camera!.yuv.forEach((mean, i) => expect(Math.abs(mean - GREEN.yuv[i]!)).toBeLessThan(6));
    const last = (await meanColours(path)).at(-1)!;
    last.forEach((mean, i) => expect(Math.abs(mean - VIOLET[i]!)).toBeLessThan(6));
  });
});
