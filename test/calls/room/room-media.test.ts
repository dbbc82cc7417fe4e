import { ReplaySubject, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RoomMedia, type RoomPeer } from '../../../src/calls/room/index.js';
import type { CallEvent } from '../../../src/calls/call-media.js';
import type {
  IncomingChange,
  IncomingVideoChange,
  PeerOptions,
  PeerState,
  PeerVideoDemand,
} from '../../../src/calls/webrtc/index.js';
import { JitterBuffer } from '../../../src/calls/webrtc/index.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import type { ParticipantChange } from '../../../src/media/gateway.js';
import type { VideoPurpose } from '../../../src/media/gateway-video.js';
import type { Packet } from '../../../src/media/packet.js';
import { createVirtualScheduler } from '../../../src/time/index.js';

/** A peer that does what the test says. */
class FakePeer implements RoomPeer {
  readonly state$ = new ReplaySubject<PeerState>(1);
  readonly incoming$ = new Subject<IncomingChange>();
  readonly incomingVideo$ = new Subject<IncomingVideoChange>();
  readonly videoDemands$ = new Subject<PeerVideoDemand>();
  readonly sent: number[] = [];
  readonly shown: { readonly packet: Packet; readonly purpose: VideoPurpose }[] = [];
  codecs: ('vp8' | 'h264')[] = ['vp8', 'h264'];
  closed = false;

  constructor(readonly options: PeerOptions) {
    this.state$.next({ type: 'connecting' });
  }

  async answer(sdp: string): Promise<string> {
    if (sdp === 'bad') throw new Error('bad offer');
    return `answer to ${sdp}`;
  }

  connect(): void {
    this.state$.next({ type: 'connected', joinMs: 5 });
  }

  starts(ssrc: number): JitterBuffer {
    const audio = new JitterBuffer({ participantId: this.options.participantId!, nowUs: () => 0 });
    this.incoming$.next({ type: 'started', ssrc, audio });
    return audio;
  }

  ends(ssrc: number, reason: 'bye' | 'replaced' | 'closed' = 'bye'): void {
    this.incoming$.next({ type: 'ended', ssrc, reason });
  }

  sendAudio(packet: Packet): void {
    this.sent.push(packet.ptsUs);
  }

  sendVideo(packet: Packet, purpose: VideoPurpose): void {
    this.shown.push({ packet, purpose });
  }

  videoCodecs(): readonly ('vp8' | 'h264')[] {
    return this.codecs;
  }

  stats(): ReturnType<RoomPeer['stats']> {
    return { state: 'connected', unsent: 0, incoming: [] };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.state$.next({ type: 'closed', reason: 'closed' });
    this.state$.complete();
  }
}

function room(maxPeers = 8, banAddresses = false) {
  const peers: FakePeer[] = [];
  const scheduler = createVirtualScheduler();
  const media = new RoomMedia({ room: 'lobby', maxPeers, banAddresses }, scheduler, async (options) => {
    const peer = new FakePeer(options);
    peers.push(peer);
    return peer;
  });
  const events: CallEvent[] = [];
  media.events$.subscribe((event) => events.push(event));
  const changes: ParticipantChange[] = [];
  media.gateway.participants$.subscribe((change) => changes.push(change));
  const personal: string[][] = [];
  media.gateway.personalMixes$.subscribe((ids) => personal.push([...ids]));
  const join = async (role: 'speak' | 'listen', participantId?: string, sdp = 'offer', address?: string) => {
    const from = { ...(participantId && { participantId }), ...(address && { address }) };
    const reply = (await media.request({ type: 'peer.offer', role, sdp, ...from })) as {
      peerId: string;
      participantId: string;
      sdp: string;
    };
    return { ...reply, peer: peers.at(-1)! };
  };
  return { media, scheduler, peers, events, changes, personal, join, types: () => events.map((event) => event.type) };
}

const packet = (ptsUs: number): Packet => ({
  kind: 'packet',
  codec: 'opus',
  ptsUs,
  durationUs: 20_000,
  key: true,
  data: new Uint8Array(3),
});

describe('a room', () => {
  it('answers, follows a peer from connected to closed, and gives it packets only while connected', async () => {
    const { media, join, events } = room();
    const { peer, sdp, peerId } = await join('listen', 'anna');
    expect(sdp).toBe('answer to offer');
    media.gateway.sendAudio(packet(0));
    peer.connect();
    media.gateway.sendAudio(packet(20_000));
    await media.request({ type: 'peer.close', peerId });
    media.gateway.sendAudio(packet(40_000));
    expect(peer.sent).toEqual([20_000]);
    expect(media.stats()).toMatchObject({ unheardPackets: 2, peers: [] });
    expect(events).toMatchObject([
      { type: 'peer.connected', role: 'listen', participantId: 'anna' },
      { type: 'peer.closed', reason: 'closed' },
    ]);
  });

  it('lets a listener send nothing and a speaker hear nothing', async () => {
    const { join } = room();
    expect((await join('listen')).peer.options).toMatchObject({ send: true, receive: false });
    expect((await join('speak')).peer.options).toMatchObject({ send: false, receive: true, incomingChannels: 1 });
  });

  it('takes stereo from whoever announces it', async () => {
    const { join } = room();
    const { peer } = await join('speak', 'obs', 'v=0\r\na=fmtp:111 minptime=10;stereo=1;sprop-stereo=1;useinbandfec=1\r\n');
    expect(peer.options.incomingChannels).toBe(2);
  });

  it('makes up ids that nobody guesses', async () => {
    const { join } = room();
    const ids = [await join('listen'), await join('listen')].map(({ participantId }) => participantId);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[\w-]{12}$/);
  });

  it('tells who is talking, as loud as he is heard; muted, he is not', async () => {
    const { media, scheduler, join, changes, events } = room();
    const { peer } = await join('speak', 'anna');
    peer.connect();
    const source = peer.starts(1);
    let level = 0;
    source.pull = (out) => {
      out.planes[0]!.fill(level);
      out.silent = level === 0;
      return 'audio';
    };
    const { audio } = changes[0] as Extract<ParticipantChange, { type: 'joined' }>;
    const frame = createAudioFrame(1);
    const pull = async (ms: number, loud: number) => {
      level = loud;
      for (let at = 0; at < ms; at += 20) {
        audio.pull(frame);
        await scheduler.play(20);
      }
    };
    await pull(200, 0.1);
    await pull(1000, 0);
    await pull(200, 0.1);
    await media.request({ type: 'participant.mute', participantId: 'anna', muted: true });
    await pull(1000, 0.1);
    await media.request({ type: 'participant.mute', participantId: 'anna', muted: false });
    await pull(200, 0.1);
    peer.ends(1);
    const told = events.filter(({ type }) => type.startsWith('participant.'));
    expect(told.map(({ type, speaking, muted }) => `${type} ${String(speaking ?? muted ?? '')}`.trim())).toEqual([
      'participant.joined',
      'participant.speaking true',
      'participant.speaking false',
      'participant.speaking true',
      'participant.muted true',
      'participant.speaking false',
      'participant.muted false',
      'participant.speaking true',
      'participant.speaking false',
      'participant.left',
    ]);
  });

  it('goes by the level that packets carry while no graph listens', async () => {
    const { scheduler, join, events } = room();
    const { peer } = await join('speak', 'anna');
    peer.connect();
    peer.starts(1);
    for (let i = 0; i < 5; i++) {
      peer.options.onLevel!(-20, 1);
      await scheduler.play(20);
    }
    await scheduler.play(2000);
    expect(events.filter(({ type }) => type === 'participant.speaking').map(({ speaking }) => speaking)).toEqual([true, false]);
  });

  it('tells who speaks, also to whoever asks later', async () => {
    const { media, join, changes, types } = room();
    const { peer } = await join('speak', 'anna');
    peer.connect();
    const audio = peer.starts(1);
    expect(changes).toMatchObject([{ type: 'joined', participantId: 'anna', audio: { source: audio } }]);
    const later: ParticipantChange[] = [];
    media.gateway.participants$.subscribe((change) => later.push(change));
    expect(later).toEqual(changes);
    peer.ends(1);
    expect(changes.at(-1)).toEqual({ type: 'left', participantId: 'anna' });
    expect(types()).toEqual(['peer.connected', 'participant.joined', 'participant.left']);
  });

  it('follows a speaker whose SSRC changes, without a leaving, and keeps his personal mix', async () => {
    const { join, changes, personal, types } = room();
    const speaker = await join('speak', 'anna');
    const hearing = await join('listen', 'anna');
    hearing.peer.connect();
    speaker.peer.connect();
    speaker.peer.starts(1);
    const second = speaker.peer.starts(2);
    speaker.peer.ends(1, 'replaced');
    expect(changes.map((change) => change.type)).toEqual(['joined', 'left', 'joined']);
    expect(changes.at(-1)).toMatchObject({ audio: { source: second } });
    expect(types().filter((type) => type.startsWith('participant'))).toEqual(['participant.joined']);
    expect(personal).toEqual([[], ['anna']]);
    // The newest ends first: the older one, if it still runs, is heard again.
    const third = speaker.peer.starts(3);
    speaker.peer.ends(3);
    expect(third).not.toBe(second);
    expect(changes.at(-1)).toMatchObject({ type: 'joined', audio: { source: second } });
    speaker.peer.ends(2);
    expect(changes.at(-1)).toEqual({ type: 'left', participantId: 'anna' });
    expect(personal).toEqual([[], ['anna'], []]);
  });

  it('gives a page that comes again its old place', async () => {
    const { media, join, changes } = room(2);
    await join('listen', 'ben');
    const old = await join('speak', 'anna');
    old.peer.connect();
    old.peer.starts(1);
    const anew = await join('speak', 'anna');
    expect(old.peer.closed).toBe(true);
    anew.peer.connect();
    const audio = anew.peer.starts(9);
    // The old one's last words change nothing.
    old.peer.ends(1, 'closed');
    expect(changes.at(-1)).toMatchObject({ type: 'joined', participantId: 'anna', audio: { source: audio } });
    expect(media.stats().peers.map(({ participantId }) => participantId)).toEqual(['ben', 'anna']);
  });

  it('does not give up a connection for an offer that cannot be answered', async () => {
    const { media, join } = room();
    const old = await join('listen', 'anna');
    await expect(join('listen', 'anna', 'bad')).rejects.toThrow();
    expect(old.peer.closed).toBe(false);
    expect(media.stats().peers).toHaveLength(1);
  });

  it('refuses one more than it takes, also when many come at once, and has the place back afterwards', async () => {
    const { media, join } = room(2);
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => join('listen')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await expect(join('speak')).rejects.toMatchObject({ code: 'ROOM_FULL' });
    await media.request({ type: 'peer.close', peerId: media.stats().peers[0]!.peerId });
    await expect(join('listen', undefined, 'bad')).rejects.toThrow('bad offer');
    await expect(join('speak')).resolves.toBeDefined();
  });

  it('keeps the common mix for whoever only listens', async () => {
    const { media, join } = room();
    const [hearing, other, speaker] = [await join('listen', 'anna'), await join('listen', 'ben'), await join('speak', 'anna')];
    for (const { peer } of [hearing, other, speaker]) peer.connect();
    speaker.peer.starts(1);
    media.gateway.sendAudio(packet(0));
    media.gateway.sendAudio(packet(20_000), 'anna');
    media.gateway.sendAudio(packet(20_000));
    expect(hearing.peer.sent).toEqual([0, 20_000]);
    expect(other.peer.sent).toEqual([0, 20_000]);
    expect(speaker.peer.sent).toEqual([]);
  });

  it('closes everybody, and answers nobody afterwards', async () => {
    const { media, join, peers, personal } = room();
    await join('listen');
    await join('speak');
    const late = join('listen');
    await media.close();
    await media.close();
    await expect(late).rejects.toMatchObject({ code: 'UNKNOWN_CALL' });
    await expect(join('listen')).rejects.toMatchObject({ code: 'UNKNOWN_CALL' });
    expect(peers.every((peer) => peer.closed)).toBe(true);
    expect(personal).toEqual([[]]);
  });

  it('removes somebody with all his connections, and tells him why when he comes back too early', async () => {
    const { media, join, events, scheduler, peers } = room();
    const speaker = await join('speak', 'anna');
    const listener = await join('listen', 'anna');
    const other = await join('listen', 'ben');
    for (const { peer } of [speaker, listener, other]) peer.connect();
    speaker.peer.starts(1);
    await media.request({ type: 'participant.kick', participantId: 'anna', reason: 'spam', banMs: 30_000 });
    expect([speaker, listener, other].map(({ peer }) => peer.closed)).toEqual([true, true, false]);
    expect(events.slice(-4)).toMatchObject([
      { type: 'participant.kicked', participantId: 'anna', reason: 'spam', banMs: 30_000 },
      { type: 'participant.left', participantId: 'anna' },
      { type: 'peer.closed', participantId: 'anna' },
      { type: 'peer.closed', participantId: 'anna' },
    ]);
    scheduler.advanceBy(10_000);
    const before = peers.length;
    await expect(join('listen', 'anna')).rejects.toMatchObject({
      code: 'REMOVED_FROM_CALL',
      message: 'you were removed from the room "lobby": spam; you may come back in 20 s.',
    });
    expect(peers).toHaveLength(before);
    scheduler.advanceBy(20_000);
    await join('listen', 'anna');
  });

  it('keeps out his network as well where that is wanted, in calls and in the chat', async () => {
    const { media, join, scheduler, events } = room(8, true);
    const come = (id: string, address: string) => join('listen', id, 'offer', address);
    await come('anna', '192.0.2.7');
    await come('six', '2001:db8:0:1::5');
    await come('proxied', '127.0.0.1');
    for (const participantId of ['anna', 'six', 'proxied'])
      await media.request({ type: 'participant.kick', participantId, reason: 'spam', banMs: 30_000 });
    await expect(come('anna-again', '::ffff:192.0.2.7')).rejects.toMatchObject({ code: 'REMOVED_FROM_CALL' });
    await expect(come('six-again', '2001:db8:0:1:aa::1')).rejects.toMatchObject({ code: 'REMOVED_FROM_CALL' });
    const write = (id: string, address: string) => media.request({ type: 'chat.receive', text: 'x', from: { id }, address });
    await expect(write('anna-again', '192.0.2.7')).rejects.toMatchObject({ code: 'REMOVED_FROM_CALL' });
    // Others, and whoever comes through the same proxy, may.
    await come('neighbour', '192.0.2.8');
    await come('six-neighbour', '2001:db8:0:2::5');
    await come('proxied-too', '127.0.0.1');
    await write('neighbour', '192.0.2.8');
    expect(events.at(-1)).toEqual({ type: 'message.received', text: 'x', from: { id: 'neighbour' } });
    scheduler.advanceBy(30_000);
    await come('anna-again', '192.0.2.7');
  });

  it('keeps out the id alone otherwise', async () => {
    const { media, join } = room();
    await join('listen', 'anna', 'offer', '192.0.2.7');
    await media.request({ type: 'participant.kick', participantId: 'anna', banMs: 30_000 });
    await join('listen', 'anna-again', 'offer', '192.0.2.7');
  });

  it('removes somebody who is just coming in', async () => {
    const { media, join, peers } = room();
    (await join('listen', 'anna')).peer.connect();
    const coming = join('speak', 'anna');
    await media.request({ type: 'participant.kick', participantId: 'anna', banMs: 1000 });
    await expect(coming).rejects.toMatchObject({ code: 'REMOVED_FROM_CALL' });
    expect(peers.every(({ closed }) => closed)).toBe(true);
  });

  it('cannot remove, mute or address who is not there', async () => {
    const { media } = room();
    for (const request of [
      { type: 'participant.kick', participantId: 'nobody', banMs: 0 },
      { type: 'participant.mute', participantId: 'nobody', muted: true },
      { type: 'chat.send', text: 'hello', to: 'nobody' },
    ])
      await expect(media.request(request)).rejects.toMatchObject({ code: 'UNKNOWN_PARTICIPANT' });
    await media.request({ type: 'participant.mute', participantId: 'nobody', muted: false });
  });

  it('makes a voice silent, also when it comes again, until it may be heard', async () => {
    const { media, join, changes, events } = room();
    const { peer } = await join('speak', 'anna');
    peer.connect();
    const speak = (ssrc: number) => {
      peer.starts(ssrc).pull = (out) => {
        out.planes[0]!.fill(0.5);
        out.silent = false;
        return 'audio';
      };
    };
    const pull = () => {
      const out = createAudioFrame(1);
      const change = changes.at(-1);
      if (change?.type === 'joined') change.audio.pull(out);
      return out;
    };
    const heard = () => {
      const out = pull();
      return [out.silent, out.planes[0]![0]];
    };
    speak(1);
    expect(heard()).toEqual([false, 0.5]);
    await media.request({ type: 'participant.mute', participantId: 'anna', muted: true });
    await media.request({ type: 'participant.mute', participantId: 'anna', muted: true });
    // It fades out within 10 ms.
    expect(pull().planes[0]![959]).toBe(0);
    expect(heard()).toEqual([true, 0]);
    speak(2);
    expect(heard()).toEqual([true, 0]);
    await media.request({ type: 'participant.mute', participantId: 'anna', muted: false });
    expect(pull().planes[0]![0]).toBeCloseTo(0.5 / 480);
    expect(heard()).toEqual([false, 0.5]);
    expect(events.filter(({ type }) => type === 'participant.muted')).toMatchObject([{ muted: true }, { muted: false }]);
    // How loud he is changes as smoothly, and stays when his stream is another.
    await media.request({ type: 'participant.volume', participantId: 'anna', percent: 50 });
    expect(pull().planes[0]!.slice(478, 482)).toEqual(Float32Array.of(0.25 + 0.25 / 480, 0.25, 0.25, 0.25));
    speak(3);
    expect(heard()).toEqual([false, 0.25]);
    await media.request({ type: 'participant.volume', participantId: 'anna', percent: 100 });
    await media.request({ type: 'participant.volume', participantId: 'anna', percent: 100 });
    pull();
    expect(heard()).toEqual([false, 0.5]);
    expect(events.filter(({ type }) => type === 'participant.levelled')).toMatchObject([{ percent: 50 }, { percent: 100 }]);
    await expect(media.request({ type: 'participant.volume', participantId: 'nobody', percent: 50 })).rejects.toMatchObject({
      problems: [{ code: 'UNKNOWN_PARTICIPANT' }],
    });
  });

  it('takes up what was set for guests who are not back yet', async () => {
    const { media, events } = room();
    const people = { muted: ['anna'], volumes: { bert: 150 } };
    await media.request({ type: 'participants.settle', ...people });
    // Once more changes nothing.
    await media.request({ type: 'participants.settle', ...people });
    expect(events).toMatchObject([
      { type: 'participant.muted', participantId: 'anna', muted: true },
      { type: 'participant.levelled', participantId: 'bert', percent: 150 },
    ]);
    await expect(media.request({ type: 'participants.settle', muted: [], volumes: { bert: 900 } })).rejects.toThrow();
  });

  it('is silent for everybody while it is muted, in packets of the same length', async () => {
    const { media, join, events } = room();
    const { peer } = await join('listen', 'anna');
    peer.connect();
    const heard: (readonly [number, number])[] = [];
    peer.sendAudio = ({ data, ptsUs }) => void heard.push([ptsUs, data.length]);
    const send = (ptsUs: number, durationUs = 20_000) =>
      media.gateway.sendAudio({ kind: 'packet', codec: 'opus', ptsUs, durationUs, key: true, data: new Uint8Array(100) });
    send(0);
    await media.request({ type: 'call.mute', muted: true });
    await media.request({ type: 'call.mute', muted: true });
    send(20_000);
    send(40_000, 60_000);
    await media.request({ type: 'call.mute', muted: false });
    send(100_000);
    expect(heard).toEqual([
      [0, 100],
      [20_000, 3],
      [40_000, 8],
      [100_000, 100],
    ]);
    expect(events.filter(({ type }) => type === 'call.muted')).toMatchObject([{ muted: true }, { muted: false }]);
  });

  it('refuses what it does not understand', async () => {
    const { media } = room();
    await expect(media.request({ type: 'peer.dance' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await media.request({ type: 'peer.close', peerId: 'nobody' })).toEqual({ closed: false });
  });
});
