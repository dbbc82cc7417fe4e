import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Guest } from '../harness/telegram/guest.js';
import { readBack } from '../graphs/render-graph.js';
import { toneDb } from '../integration/support/listen.js';
import { longestGapMs } from '../calls/telegram/support/party.js';
import { next, type Nodes, played, TelegramStack } from './support/telegram-stack.js';

/** Everything real but Telegram itself: gramjs, MTProto, ICE, DTLS, SRTP; two engines in one call, one plays and one records. */
describe('a Telegram call through the whole stack', () => {
  let stack: TelegramStack;

  beforeAll(async () => void (stack = await TelegramStack.start()));
  beforeEach(() => stack.open());
  afterEach(() => stack.clear());
  afterAll(() => stack.close());

  const tone = (frequencyHz: number): Nodes => ({
    tone: { type: 'source.tone', options: { frequencyHz, levelDb: -12 } },
    opus: { type: 'encode.opus', in: { audio: 'tone' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  });

  const recorder = (path: string): Nodes => ({
    room: { type: 'source.participants' },
    file: { type: 'sink.file', in: { audio: 'room' }, options: { path, channels: 1 } },
    opus: { type: 'encode.opus', in: { audio: 'room' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  });

  it('what one plays the other hears, with his name and without a gap', async () => {
    const [radio, ear] = [await stack.engineFor(stack.anna, 'Anna'), await stack.engineFor(stack.bert, 'Bert')];
    const path = join(stack.folder, 'heard.flac');
    const listening = await stack.run(ear, recorder(path));
    const heard = next(ear, 'participant.speaking', ({ speaking }) => speaking === true);
    const playing = await stack.run(radio, tone(523));
    await heard;
    expect(ear.state.calls[stack.place.address]).toMatchObject({
      participants: [String(stack.anna)],
      people: { [String(stack.anna)]: { name: 'Anna' } },
    });
    await played(listening, 3);
    await playing.stop();
    await listening.stop();
    await listening.ended;
    const [plane] = (await readBack(path)).planes;
    const end = plane!.length / 48_000;
    expect(toneDb(plane!, 523, end - 2.5, end - 0.5)).toBeCloseTo(-12, 0);
    expect(longestGapMs(plane!.subarray((end - 2.5) * 48_000, (end - 0.5) * 48_000))).toBe(0);
  });

  it('goes quiet while an admin mutes it, and is heard again when he allows it', async () => {
    const radio = await stack.engineFor(stack.anna, 'Anna');
    await stack.run(radio, tone(700));
    const admin = new Guest(stack.centre, stack.bert, stack.place.call);
    await admin.join(77);
    const muted = () =>
      stack.sfu.client({ call: String(stack.place.call), user: String(stack.anna), presentation: false })?.mayAudio;
    await admin.edit({ muted: true }, stack.anna);
    await expect.poll(muted).toBe(false);
    await admin.edit({ muted: false }, stack.anna);
    await expect.poll(muted).toBe(true);
    await admin.leave();
  });

  it('comes back with new sources when the server has forgotten it', async () => {
    const radio = await stack.engineFor(stack.anna, 'Anna');
    await stack.run(radio, tone(700));
    const [before] = (await stack.centre.callState(stack.place.call)).participants;
    const back = next(radio, 'call.rejoined');
    await new Guest(stack.centre, stack.anna, stack.place.call).leave();
    await back;
    const [after] = (await stack.centre.callState(stack.place.call)).participants;
    expect(after!.source).not.toBe(before!.source);
  });

  it('shows pictures and a screen, which the other one sees, and takes them away', async () => {
    const [radio, eye] = [await stack.engineFor(stack.anna, 'Anna'), await stack.engineFor(stack.bert, 'Bert')];
    await stack.run(eye, {
      room: { type: 'source.participants' },
      cameras: { type: 'mix.grid', in: { video: 'room.video' }, options: { width: 320, height: 240 } },
      vp8: { type: 'encode.vp8', in: { video: 'cameras' }, options: { followReceivers: false } },
      call: { type: 'sink.call', in: { video: 'vp8' } },
    });
    const pattern = (purpose: string) => ({ type: 'encode.vp8', in: { video: 'pattern' }, options: { purpose, frameRate: 10 } });
    const showing = await stack.run(radio, {
      pattern: { type: 'source.test-pattern', options: { width: 320, height: 240 } },
      camera: pattern('camera'),
      screen: pattern('screen'),
      call: { type: 'sink.call', in: { video: 'camera', screen: 'screen' } },
    });
    const at = { call: String(stack.place.call), user: String(stack.anna) };
    const layerOf = (presentation: boolean) => {
      const sender = stack.sfu.client({ ...at, presentation });
      return sender && stack.sfu.client({ ...at, user: String(stack.bert), presentation: false })?.forwards.get(sender)?.layer;
    };
    const own = async () =>
      (await stack.centre.callState(stack.place.call)).participants.find(({ userId }) => userId === stack.anna)!;
    await expect.poll(() => [layerOf(false), layerOf(true)], { timeout: 60_000 }).toEqual([0, 0]);
    expect(await own()).toMatchObject({ presents: true });
    await showing.stop();
    await showing.ended;
    await expect.poll(() => stack.sfu.client({ ...at, presentation: true })).toBeUndefined();
  });

  it('says that UDP seems blocked', async () => {
    stack.sfu.mode = 'no-ice';
    try {
      const radio = await stack.engineFor(stack.anna, 'Anna');
      const waiting = next(radio, 'call.waiting');
      stack.run(radio, tone(700)).catch(() => {});
      expect(await waiting).toMatchObject({ problem: { code: 'ICE_TIMEOUT' } });
    } finally {
      stack.sfu.mode = 'open';
    }
  });
});
