import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { Subject } from 'rxjs';
import { RTCDtlsTransport } from 'werift';
import { parseRtcp } from '../../../../src/calls/webrtc/rtcp.js';
import { createRtpHeaderView, isMedia, isRtcp, parseRtpHeader } from '../../../../src/calls/webrtc/rtp.js';
import type { Timers } from '../../../../src/calls/webrtc/timers.js';
import type { NetworkHook } from '../../../../src/calls/webrtc/udp-port.js';
import type { Sfu, SfuPlace } from '../world/world.js';
import { answerJson, PAYLOAD } from './answer.js';
import { readJoin } from './join-request.js';
import { SfuClient } from './sfu-client.js';
import { answerBinding, readBinding } from './stun.js';
import { VideoForward } from './video-forward.js';
import type { VideoPacket } from './video-source.js';

/**
 * What the real server is believed to do with clients that are silent. None of it was measured against it:
 * users who cannot reach it, or only listen, are reported to vanish after 20 to 50 s (issues of pytgcalls, MarshalX/tgcalls and tgcallsjs),
 * and clients wait 10 s (tweb, ntgcalls) or 20 s (tgcalls GroupNetworkManager.cpp) to be connected.
 */
export interface SfuBeliefs {
  /** Who has not connected after this is removed, in milliseconds. */
  readonly unconnectedMs: number;
  /** Of whom nothing at all is heard, not even consent (RFC 7675), in milliseconds. */
  readonly vanishedMs: number;
  /**
   * Who sends no media is removed after this, in milliseconds; undefined: never. A guess on the safe side: as a listener ntgcalls 3.0.5 sends none at
   * all (seen), and such listeners are in calls.
   */
  readonly silentMs: number | undefined;
}

export const BELIEFS: SfuBeliefs = { unconnectedMs: 20_000, vanishedMs: 20_000, silentMs: 50_000 };

/** How an SFU is set up. */
export interface LocalSfuOptions extends Partial<SfuBeliefs> {
  readonly timers: Timers;
  /** The way to and from each user, for faults: `outbound` is towards him. */
  readonly network?: (place: SfuPlace) => NetworkHook | undefined;
}

/** A client that the SFU removed by itself. */
export interface Dropped {
  readonly place: SfuPlace;
  readonly reason: 'never-connected' | 'vanished' | 'silent' | 'closed';
}

const HOUSE_MS = 1000;
const FEEDBACK_MS = 100;

/**
 * A forwarding server for group calls on loopback, in the form that public clients expect of Telegram's: ICE-lite on one UDP port for all,
 * one bundle per client, DTLS begun by the server, streams told apart by SSRC alone, a data channel. It proves the client, not Telegram.
 */
export class LocalSfu implements Sfu {
  readonly dropped$ = new Subject<Dropped>();
  /** What no correct client does. */
  readonly violations: string[] = [];
  /** `no-ice`: as behind a firewall that blocks UDP; `no-dtls`: checks pass, nothing else comes. */
  mode: 'open' | 'no-ice' | 'no-dtls' = 'open';
  readonly #options: LocalSfuOptions;
  readonly #beliefs: SfuBeliefs;
  readonly #socket: Socket;
  readonly #clients = new Map<string, SfuClient>();
  readonly #addresses = new Map<string, SfuClient>();
  readonly #header = createRtpHeaderView();
  readonly #serverSources = [randomInt(1, 2 ** 31)];
  #cancel: () => void = () => {};
  #cancelFeedback: () => void = () => {};
  #closed = false;

  private constructor(socket: Socket, options: LocalSfuOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#beliefs = { ...BELIEFS, ...options };
    socket.on('message', (data, { address, port }) => this.#datagram(data, address, port));
    this.#keepHouse();
    this.#tellArrivals();
  }

  /** Opens one on loopback. */
  static async start(options: LocalSfuOptions): Promise<LocalSfu> {
    await RTCDtlsTransport.SetupCertificate();
    const socket = createSocket('udp4');
    await new Promise<void>((done, failed) => {
      socket.once('error', failed);
      socket.bind(0, '127.0.0.1', done);
    });
    socket.on('error', () => {});
    return new LocalSfu(socket, options);
  }

  async join(place: SfuPlace, params: string): Promise<string> {
    const request = readJoin(params, (why) => this.violations.push(why));
    // A second screen takes the first one's place, as a second join does (there is no error for it in public clients).
    if (place.presentation) this.leave(place);
    const others = this.#inCall(place.call);
    if (others.some(({ request: { source } }) => source === request.source)) throw new Error('GROUPCALL_SSRC_DUPLICATE_MUCH');
    const { timers, network } = this.#options;
    const hook = network?.(place);
    const send = (datagram: Buffer, host: string, port: number): void => {
      if (!hook) return this.#send(datagram, port, host);
      hook.outbound(datagram, (passed) => this.#send(passed, port, host));
    };
    const client = new SfuClient({ ...place, source: request.source }, request, timers.nowUs(), send, {
      ready: () => {},
      ended: () => this.#drop(client, 'closed'),
      constraints: () => this.#tellWanted(place.call),
      violation: (what) => this.violations.push(what),
    });
    this.#clients.set(client.ufrag, client);
    const { port, address } = this.#socket.address();
    const fingerprint = RTCDtlsTransport.localCertificate!.getFingerprints()[0]!.value;
    const { ufrag, pwd, endpoint } = client;
    const at = { ufrag, pwd, fingerprint, ip: address, port, serverSources: this.#serverSources, endpoint };
    return answerJson(at, place.presentation);
  }

  leave(place: SfuPlace): void {
    const client = this.client(place);
    if (client) this.#forget(client);
    // Who leaves takes his screen along.
    if (!place.presentation) this.leave({ ...place, presentation: true });
  }

  allow(place: SfuPlace, { audio }: { audio: boolean }): void {
    const client = this.client(place);
    if (client) client.mayAudio = audio;
  }

  /** The connection of a user. */
  client({ call, user, presentation }: Pick<SfuPlace, 'call' | 'user' | 'presentation'>): SfuClient | undefined {
    return this.#inCall(call).find(({ place }) => place.user === user && place.presentation === presentation);
  }

  /** How many connections there are, of all calls. */
  get size(): number {
    return this.#clients.size;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancel();
    this.#cancelFeedback();
    for (const client of [...this.#clients.values()]) this.#forget(client);
    this.dropped$.complete();
    await new Promise<void>((done) => this.#socket.close(() => done()));
  }

  #inCall(call: string): SfuClient[] {
    return [...this.#clients.values()].filter(({ place }) => place.call === call);
  }

  #send(datagram: Buffer, port: number, host: string): void {
    if (!this.#closed) this.#socket.send(datagram, port, host);
  }

  #datagram(data: Buffer, host: string, port: number): void {
    const binding = readBinding(data);
    const client = binding ? this.#clients.get(binding.ufrag) : this.#addresses.get(`${host}:${port}`);
    if (!client) return;
    const take = (passed: Buffer): void => {
      if (!client.gone) this.#take(client, passed, host, port);
    };
    const hook = this.#options.network?.(client.place);
    if (hook) hook.inbound(data, take);
    else take(data);
  }

  #take(client: SfuClient, data: Buffer, host: string, port: number): void {
    const binding = readBinding(data);
    if (binding) {
      if (this.mode === 'no-ice' || !binding.authentic(client.pwd)) return;
      client.heardUs = this.#options.timers.nowUs();
      client.controlled ||= binding.controlled;
      client.nominates ||= binding.nominates;
      this.#addresses.set(`${host}:${port}`, client);
      if (!client.remote || binding.nominates) client.remote = { host, port };
      this.#send(answerBinding(binding.transaction, client.pwd, host, port), port, host);
      // Native clients say that they are controlled and never nominate a path (ntgcalls 3.0.5, as seen; tgcalls GroupNetworkManager.cpp): a
      // server that waits for it never begins with them. Which path they chose shows in what comes over it.
      if (this.mode === 'open') client.leg.start();
      return;
    }
    if (data.length === 0 || this.mode !== 'open') return;
    client.heardUs = this.#options.timers.nowUs();
    if (!client.nominates) client.remote = { host, port };
    if (data[0]! >= 20 && data[0]! <= 63) client.leg.receive(data);
    else if (isMedia(data)) this.#media(client, data);
  }

  #media(client: SfuClient, data: Buffer): void {
    const { srtp } = client;
    if (!srtp) return;
    if (isRtcp(data)) {
      const plain = srtp.in.rtcp(data);
      if (plain) this.#control(client, plain);
      return;
    }
    const header = this.#header;
    if (!parseRtpHeader(data, header)) return;
    const payload = srtp.in.rtp(data, header);
    if (!payload) return;
    const nowUs = this.#options.timers.nowUs();
    client.mediaUs = nowUs;
    const { ssrc, payloadOffset, payloadType, sequence, timestamp } = header;
    client.arrived(data, header, nowUs);
    const picture = client.video.receive(data, header, payload, nowUs);
    if (picture === 'useless') return;
    if (picture) return this.#picture(client, picture, nowUs);
    if (ssrc !== client.request.source || payloadType !== PAYLOAD.opus) {
      this.violations.push(`a packet of source ${ssrc} with payload type ${payloadType}`);
      return;
    }
    client.heard(data, header, nowUs);
    client.count(ssrc, 48_000, sequence, timestamp, payload.length, nowUs);
    if (!client.mayAudio) return;
    const plain = Buffer.concat([data.subarray(0, payloadOffset), payload]);
    plain[0]! &= ~0x20;
    for (const other of this.#listeners(client)) {
      other.number(plain);
      other.rtp(plain, payloadOffset);
    }
  }

  #picture(client: SfuClient, packet: VideoPacket, nowUs: number): void {
    for (const other of this.#listeners(client)) {
      let forward = other.forwards.get(client);
      if (!forward) other.forwards.set(client, (forward = new VideoForward(client.video, other)));
      forward.take(packet, other.wantedLines(client.endpoint), nowUs);
    }
  }

  /** Tells everybody how large a picture of his is wanted at most. */
  #tellWanted(call: string): void {
    for (const client of this.#inCall(call)) {
      if (client.video.layers.length === 0 || !client.channelOpen) continue;
      const lines = Math.max(0, ...this.#listeners(client).map((other) => other.wantedLines(client.endpoint)));
      if (lines === client.toldLines) continue;
      client.toldLines = lines;
      client.channel?.send({ colibriClass: 'SenderVideoConstraints', videoConstraints: { idealHeight: lines } });
    }
  }

  /** Everybody else's main connection; a presentation only sends. */
  #listeners(client: SfuClient): SfuClient[] {
    const { call, user } = client.place;
    return this.#inCall(call).filter(({ place }) => place.user !== user && !place.presentation);
  }

  #control(client: SfuClient, plain: Buffer): void {
    const nowUs = this.#options.timers.nowUs();
    const forwardOf = (ssrc: number) => [...client.forwards].find(([sender]) => sender.video.layers[0] === ssrc)?.[1];
    for (const item of parseRtcp(plain)) {
      if (item.type === 'nack') forwardOf(item.mediaSsrc)?.nacked(item.sequences);
      else if (item.type === 'pli') forwardOf(item.mediaSsrc)?.wantKey(nowUs);
      else if (item.type === 'sr') {
        client.received.get(item.sender.ssrc)?.senderReport(item.sender, nowUs);
        if (item.sender.ssrc === client.request.source && client.mayAudio)
          for (const other of this.#listeners(client)) other.senderReport(item.sender, client.place.user);
        for (const other of this.#listeners(client)) other.forwards.get(client)?.senderReport(item.sender, client.place.user);
      }
    }
  }

  #tellArrivals(): void {
    this.#cancelFeedback = this.#options.timers.after(FEEDBACK_MS, () => {
      for (const client of this.#clients.values()) client.feedback();
      this.#tellArrivals();
    });
  }

  #keepHouse(): void {
    this.#cancel = this.#options.timers.after(HOUSE_MS, () => {
      const nowUs = this.#options.timers.nowUs();
      const { unconnectedMs, vanishedMs, silentMs } = this.#beliefs;
      for (const client of [...this.#clients.values()]) {
        const since = (us: number): number => (nowUs - us) / 1000;
        if (!client.ready && since(client.joinedUs) >= unconnectedMs) this.#drop(client, 'never-connected');
        else if (since(client.heardUs) >= vanishedMs) this.#drop(client, 'vanished');
        else if (silentMs !== undefined && client.ready && since(client.mediaUs) >= silentMs) this.#drop(client, 'silent');
        else client.report(nowUs);
      }
      for (const call of new Set([...this.#clients.values()].map(({ place }) => place.call))) this.#tellWanted(call);
      this.#keepHouse();
    });
  }

  #drop(client: SfuClient, reason: Dropped['reason']): void {
    if (client.gone) return;
    this.#forget(client);
    this.dropped$.next({ place: client.place, reason });
  }

  #forget(client: SfuClient): void {
    client.close();
    for (const other of this.#clients.values()) other.forwards.delete(client);
    this.#clients.delete(client.ufrag);
    for (const [address, one] of this.#addresses) if (one === client) this.#addresses.delete(address);
  }
}
