import type { Subscription } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseTelegramAddress } from '../../../../src/calls/telegram/address.js';
import { linkCall, type LinkedCall } from '../../../../src/calls/telegram/media-link.js';
import { TelegramMedia } from '../../../../src/calls/telegram/media/telegram-media.js';
import type { TelegramPort } from '../../../../src/calls/telegram/port.js';
import { TelegramSignalling } from '../../../../src/calls/telegram/signalling.js';
import type { CallRequest } from '../../../../src/calls/call-media.js';
import type { Transport, TransportEvent } from '../../../../src/machines/transport.js';
import { makeFilmPart, makePart, makeUnifiedPart, second } from '../../../harness/telegram/broadcast/make-part.js';
import { type DataCentre, startDataCentre } from '../../../harness/telegram/data-centre.js';
import { toneDb } from '../../../integration/support/listen.js';
import type { Scheduler } from '../../../../src/time/scheduler.js';
import { PacketDecoder } from '../../../../src/media/av/video/packet-decoder.js';
import { pictureMeans } from '../../../support/films.js';
import { connectAs, expectClean, realtime } from '../support/centre.js';
import { LIBRARIES } from '../support/libraries.js';
import { Ear, longestGapMs, Party } from '../support/party.js';
import { createAudioFrame } from '../../../../src/media/frame.js';
import type { IncomingAudio } from '../../../../src/media/gateway.js';

const FOREVER = new AbortController().signal;
const PEAK_DB = 20 * Math.log10(0.25);
const T0 = 1_700_000_000_000;

/** Real gramjs, the local data centre, the media side on a clock of the test. */
describe('a call that is broadcast', () => {
  let centre: DataCentre;
  let party: Party;
  let port: TelegramPort;
  let anna: bigint;
  let bert: bigint;
  let media: TelegramMedia;
  let linked: LinkedCall;
  let transport: Transport;
  let call: bigint;
  let events: TransportEvent[];
  let ear: Ear;
  /** How many answers the media side was given. */
  let applied = 0;
  /** How many parts. */
  let taken = 0;
  let updates: Subscription;
  let made = 0;

  beforeAll(async () => {
    party = await Party.start();
    centre = await startDataCentre(party.sfu);
    anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna' });
    bert = await centre.addUser({ phone: '491522222222', firstName: 'Bert' });
    port = await connectAs(await LIBRARIES['telegram']!(), centre, anna);
  });
  afterAll(async () => {
    await port.close();
    await centre.close();
    await party.end();
  });
  beforeEach(() => void ([events, applied, taken] = [[], 0, 0]));
  afterEach(async () => {
    await party.stopTalking();
    updates.unsubscribe();
    transport.close();
    linked.close();
    await media.close();
    await centre.clearFaults();
    expectClean(centre);
    expect(party.sfu.violations).toEqual([]);
  });

  /** Time of the signalling: what has passed since the join, after which the server's clock is reckoned. */
  const clock = { us: 0 };
  const scheduler = { after: (ms: number, run: () => void) => realtime.after(ms, run), nowUs: () => clock.us } as Scheduler;

  /** A call whose listeners are broadcast to, up to now; Anna listens. */
  async function listen(parts: ReadonlyMap<number, Buffer>, rtmp = false, look = () => {}): Promise<void> {
    const username = `air${++made}group`;
    const chat = await centre.addChat({ kind: 'channel', title: 'Air', username, members: [anna, bert], admins: [bert] });
    call = await centre.addCall(chat, { joinMuted: true, rtmp });
    for (const [timeMs, part] of parts) await centre.addPart(call, timeMs, part);
    await centre.set({ clockSec: Math.max(...parts.keys()) / 1000 });
    const address = parseTelegramAddress(`telegram:@${username}`);
    const signalling = new TelegramSignalling({ address, port: async () => port, scheduler, nowMs: Date.now });
    media = new TelegramMedia({ addresses: ['127.0.0.1'] }, party.scheduler);
    const own = media;
    [applied, taken] = [0, 0];
    const request = async (asked: CallRequest): Promise<unknown> => {
      const answer = await own.request(asked);
      // What an earlier test asked may end only now.
      if (own !== media) return answer;
      if (asked.type === 'transport.apply') applied++;
      if (asked.type === 'broadcast.part') taken++;
      return answer;
    };
    look();
    linked = linkCall(signalling, { request, events$: media.events$ });
    const ref = await linked.signalling.resolve(address.address, FOREVER);
    updates = linked.signalling.updates(ref).subscribe();
    transport = linked.createTransport();
    transport.events$.subscribe((event) => events.push(event));
    const params = await transport.open();
    const { answer } = await linked.signalling.join(ref, params, {}, FOREVER);
    expect(answer).toEqual({ kind: 'broadcast', rtmp });
    hear();
    await transport.apply(answer);
  }

  function hear(): void {
    ear = new Ear(party);
    const voices = new Map<string, IncomingAudio>();
    const frame = createAudioFrame(1);
    const subscription = media.gateway.participants$.subscribe((change) => {
      ear.changes.push(`${change.type} ${change.participantId}`);
      if (change.type === 'joined') voices.set(change.participantId, change.audio);
      else voices.delete(change.participantId);
    });
    party.onEnd(() => subscription.unsubscribe());
    party.every(20_000, () => {
      for (const [id, voice] of voices) ear.take(id, frame.planes[0]!, voice.pull(frame));
    });
  }

  const until = (holds: () => boolean): Promise<void> => party.arrival(holds);

  /** Parts with a tone of each source, for so many seconds. */
  async function tones(hz: Readonly<Record<number, number>>, fromMs: number, seconds: number): Promise<Map<number, Buffer>> {
    const parts = new Map<number, Buffer>();
    const sources = Object.keys(hz).map(Number);
    for (let timeMs = fromMs; timeMs < fromMs + seconds * 1000; timeMs += 1000) {
      const planes = sources.map((source) => second(hz[source]!, timeMs));
      parts.set(
        timeMs,
        await makePart(
          planes,
          sources.map((source, channel) => ({ source, channel, fromFrame: 0 })),
        ),
      );
    }
    return parts;
  }

  it('is heard part after part, each who speaks apart, without a gap, and those that are not there yet are waited for', async () => {
    const sources = { 111: 500, 4_000_000_222: 900 };
    const all = await tones(sources, T0, 8);
    await listen(new Map([...all].slice(0, 4)));
    await until(() => events.some(({ type }) => type === 'transport.connected'));
    // Nobody knows these sources: after a while they are heard without names.
    for (const [timeMs, part] of [...all].slice(4)) await centre.addPart(call, timeMs, part);
    // All are read before time goes on: what is measured does not depend on how fast the machine is.
    await until(() => taken === 7);
    await party.until(() => ear.changes.length === 2, 5000);
    expect(ear.changes.toSorted()).toEqual(['joined source 111', 'joined source 4000000222']);
    await party.play(2500);
    for (const [source, hz] of Object.entries(sources)) {
      const id = `source ${source}`;
      const frames = ear.heard.get(id)!;
      const from = frames.qualities.indexOf('audio');
      const pcm = ear.pcm(id, from, from + 100);
      expect(toneDb(pcm, hz, 0, 2)).toBeCloseTo(PEAK_DB, 0);
      expect(toneDb(pcm, 1400 - hz, 0, 2)).toBeLessThan(-50);
      expect(longestGapMs(pcm)).toBe(0);
    }
    // The connection is kept for later, and unused.
    expect(media.stats().connection).toMatchObject({ state: 'connecting' });
  }, 60_000);

  it('is left for the call itself as soon as an admin lets us speak', async () => {
    await listen(await tones({ 111: 500 }, T0, 4));
    await until(() => events.some(({ type }) => type === 'transport.connected'));
    expect(events).toHaveLength(1);
    const own = (await centre.callState(call)).participants.find(({ userId }) => userId === anna)!;
    const named = await centre.inputOf(bert, 'call', call);
    // Bert is in it and lets Anna speak.
    await centre.invokeAs(bert, {
      _: 'phone.JoinGroupCall',
      call: named,
      joinAs: { _: 'InputPeerSelf' },
      params: { _: 'DataJSON', data: JSON.stringify(bertParams) },
    });
    await centre.invokeAs(bert, {
      _: 'phone.EditGroupCallParticipant',
      call: named,
      participant: await centre.inputOf(bert, 'user', anna),
      muted: false,
    });
    await until(() => party.sfu.client({ call: String(call), user: String(anna), presentation: false }) !== undefined);
    await until(() => applied === 2);
    await until(() => events.filter(({ type }) => type === 'transport.connected').length === 2);
    const after = (await centre.callState(call)).participants.find(({ userId }) => userId === anna)!;
    // The same place in the call, so nobody takes it for a join from elsewhere.
    expect(after.source).toBe(own.source);
    expect(media.stats().connection).toMatchObject({ state: 'connected' });
    expect(events.some(({ type }) => type === 'transport.failed')).toBe(false);
  }, 60_000);

  it('goes on with what is newest after errors, and is joined anew when the server has forgotten us', async () => {
    await listen(await tones({ 111: 500 }, T0, 3));
    await until(() => events.some(({ type }) => type === 'transport.connected'));
    // A hole: what is missing is asked for in vain, then what is newest by the server's clock.
    clock.us += 20_000_000;
    for (const [timeMs, part] of await tones({ 111: 500 }, T0 + 20_000, 3)) await centre.addPart(call, timeMs, part);
    await until(() =>
      centre.asked.some(
        ({ request }) =>
          request._ === 'upload.GetFile' && (request['location'] as { timeMs: bigint }).timeMs === BigInt(T0 + 22_000),
      ),
    );
    // There is no list of channels for a call that is not fed by RTMP.
    expect(centre.asked.map(({ request }) => request._)).not.toContain('phone.GetGroupCallStreamChannels');
    await centre.requestFault({ user: anna, method: 'upload.GetFile', error: [400, 'GROUPCALL_JOIN_MISSING'] });
    await until(() => events.some(({ type }) => type === 'transport.failed'));
    expect(events.at(-1)).toMatchObject({
      type: 'transport.failed',
      failure: { code: 'CALL_CONNECTION_LOST', retry: 'backoff' },
    });
  }, 60_000);

  it('is fetched from the data centre that has it', async () => {
    await centre.set({ streamDc: 2 });
    try {
      await listen(await tones({ 111: 500 }, T0, 4));
      // It is asked where the call says, by a connection of its own.
      await centre.next('auth.ImportAuthorization');
      await until(() => taken >= 3);
      // While it lasts it moves back: the refusal names where to.
      await centre.set({ streamDc: 1 });
      const before = taken;
      for (const [timeMs, part] of await tones({ 111: 500 }, T0 + 4000, 2)) await centre.addPart(call, timeMs, part);
      await until(() => taken >= before + 2);
    } finally {
      await centre.set({ streamDc: 1 });
    }
  }, 60_000);

  it('of a call that is fed by RTMP is heard as one stream', async () => {
    const parts = new Map<number, Buffer>();
    for (let n = 0; n < 4; n++) parts.set(T0 + n * 1000, await makeUnifiedPart([second(700, n * 1000), second(700, n * 1000)]));
    await listen(parts, true);
    await until(() => events.some(({ type }) => type === 'transport.connected'));
    await until(() => taken >= 3);
    await party.until(() => (ear.heard.get('stream')?.qualities.filter((one) => one === 'audio').length ?? 0) >= 40, 10_000);
    const from = ear.heard.get('stream')!.qualities.indexOf('audio');
    expect(toneDb(ear.pcm('stream', from + 5, from + 35), 700, 0, 0.6)).toBeCloseTo(PEAK_DB, 0);
  }, 60_000);

  it('of a call that is fed by RTMP is seen by who looks, in step with what is heard', async () => {
    const parts = new Map<number, Buffer>();
    // Each part is brighter than the last.
    for (let n = 0; n < 4; n++) parts.set(T0 + n * 1000, await makeFilmPart(700, `${60 + 30 * n}`));
    const changes: string[] = [];
    const shown: { luma: number; nowUs: number; dueUs: number }[] = [];
    const decoding: Promise<void>[] = [];
    let early = Infinity;
    await listen(parts, true, () => {
      const looking = media.gateway.video!.videos$.subscribe((change) => {
        changes.push(change.type === 'joined' ? `joined ${change.video.participantId}` : `left ${change.participantId}`);
        if (change.type !== 'joined') return;
        const decoder = PacketDecoder.open('h264', change.video.reorders);
        let last = decoder.then(() => {});
        change.video.packets$.subscribe(({ ptsUs, data }) => {
          const bytes = Buffer.from(data);
          const nowUs = party.scheduler.nowUs();
          if (shown.length > 0) early = Math.min(early, ptsUs - nowUs);
          last = last.then(async () => {
            for (const { picture, ptsUs: dueUs } of await (await decoder).decodeAll(bytes, ptsUs)) {
              shown.push({ luma: Math.round(pictureMeans(picture)[0]), nowUs, dueUs });
              picture.release();
            }
          });
          decoding.push(last);
        });
        party.onEnd(async () => (await decoder).close());
      });
      party.onEnd(() => looking.unsubscribe());
    });
    await until(() => taken >= 3);
    await party.until(() => decoding.length >= 75, 10_000);
    await Promise.all(decoding);
    expect(changes).toEqual(['joined stream']);
    // All but the last few, which wait for later ones, in order and 40 ms apart, over the seams of parts too.
    const from = shown[0]!.dueUs;
    expect(shown.length).toBeGreaterThan(68);
    expect(shown.map(({ dueUs }) => dueUs - from)).toEqual(shown.map((_, n) => n * 40_000));
    expect(early).toBeGreaterThan(0);
    for (const [part, brighter] of [0, 30, 60].entries())
      for (const { luma } of shown.slice(part * 25, part * 25 + 20)) expect(luma - shown[0]!.luma).toBeCloseTo(brighter, -1);
    transport.close();
    await until(() => changes.length === 2);
    expect(changes).toEqual(['joined stream', 'left stream']);
  }, 60_000);

  it('in an unknown form ends the call with its reason', async () => {
    const parts = new Map(Array.from({ length: 9 }, (_, n) => [T0 + n * 1000, Buffer.from(`part ${n} of tomorrow`)]));
    await listen(parts);
    for (let n = 9; n < 14; n++) await centre.addPart(call, T0 + n * 1000, Buffer.from('more'));
    await until(() => events.some(({ type }) => type === 'transport.failed'));
    expect(events.at(-1)).toMatchObject({ failure: { code: 'TELEGRAM_BROADCAST_FORMAT', retry: 'never' } });
  }, 60_000);
});

const bertParams = {
  ufrag: 'bert',
  pwd: 'bertbertbertbertbertbert',
  fingerprints: [{ hash: 'sha-256', setup: 'passive', fingerprint: Array.from({ length: 32 }, () => 'BB').join(':') }],
  ssrc: 424_242,
};
