import {
  Candidate,
  candidateFoundation,
  candidatePriority,
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
  StunProtocol,
  type CandidatePair,
  type Connection,
} from 'werift';
import { problem, reasonOf } from '../../errors.js';
import { untilBeatMs } from '../../time/phase.js';
import { DataChannel } from './data-channel.js';
import { DtlsOnly } from './dtls-only.js';
import { isMedia } from './rtp.js';
import { isAuthenticRequest, isStun, isStunRequest } from './stun.js';
import { usableCandidates, type IceCandidateParams, type TransportParams } from './transport-params.js';
import type { ConnectionInside } from './werift-inside.js';
import type { SecureTransportEvents, SecureTransportOptions, TransportEnd } from './transport-types.js';
import { UdpPort } from './udp-port.js';

const ICE_TIMEOUT_MS = 10_000;
const DTLS_TIMEOUT_MS = 5_000;
const SILENCE_TIMEOUT_MS = 6_000;
const WATCH_MS = 1_000;
const PROBE_AFTER_MS = 2_500;
const MAX_REMOTE_CANDIDATES = 16;
const MAX_KNOWN_ADDRESSES = 32;
/** Whoever proved to know an ICE password, and the port where he did. */
interface KnownAddress {
  readonly port: UdpPort;
  readonly host: string;
  readonly remotePort: number;
}

/**
 * ICE and DTLS of one peer on werift's object classes, up to SRTP keys and encrypted media datagrams. We are always the DTLS
 * server. What werift leaves out is done here: own sockets, authentication of binding requests, the source of every
 * datagram, the client's CertificateVerify, time limits, a watchdog, and close_notify.
 */
export class SecureTransport {
  /** When the peer was last heard, microseconds of the timers' clock. */
  lastHeardUs: number;
  /** The data channel, from connected on, if one was wanted. */
  channel: DataChannel | undefined;
  readonly #options: SecureTransportOptions;
  readonly #events: SecureTransportEvents;
  readonly #ice: RTCIceTransport;
  readonly #dtls: DtlsOnly;
  readonly #connection: Connection;
  readonly #ports = new Map<string, UdpPort>();
  /** "address port" of whoever proved to know an ICE password. */
  readonly #known = new Map<string, KnownAddress>();
  /** Where media came from last: most comes from one address, and to look it up costs as much as to decrypt. */
  #mediaFrom: KnownAddress | undefined;
  readonly #cancels = new Set<() => void>();
  #started = false;
  #pathFound = false;
  #connected = false;
  #ended = false;

  private constructor(options: SecureTransportOptions, events: SecureTransportEvents) {
    this.#options = options;
    this.#events = events;
    this.lastHeardUs = options.timers.nowUs();
    const gatherer = new RTCIceGatherer({ useIpv4: false, useIpv6: false, useTcp: false });
    this.#connection = gatherer.connection as Connection;
    // werift falls back to a public STUN server; nobody is asked here.
    this.#connection.stunServer = undefined;
    this.#connection.iceControlling = options.iceRole === 'controlling';
    this.#ice = new RTCIceTransport(gatherer);
    this.#dtls = new DtlsOnly(this.#ice);
    // DTLS may flow as soon as the peer is known, which is before werift's consent machinery starts.
    this.#connection.send = async (data) => void this.send(data);
  }

  /**
   * Opens the sockets; nothing is sent before `connect`.
   *
   * @throws VoxError ADDRESS_UNAVAILABLE, PORT_TAKEN.
   */
  static async open(options: SecureTransportOptions, events: SecureTransportEvents): Promise<SecureTransport> {
    await RTCDtlsTransport.SetupCertificate();
    const transport = new SecureTransport(options, events);
    try {
      for (const address of options.addresses) await transport.#openPort(address);
    } catch (error) {
      await transport.#release();
      throw error;
    }
    transport.#inside.localCandidatesStart = true;
    transport.#connection.localCandidatesEnd = true;
    return transport;
  }

  /** What the peer must be told. */
  localParams(): TransportParams {
    return {
      ufrag: this.#connection.localUsername,
      pwd: this.#connection.localPassword,
      fingerprints: this.#dtls.localParameters.fingerprints.map((f) => ({ hash: f.algorithm, fingerprint: f.value })),
      candidates: this.#connection.localCandidates.map((c) => ({
        foundation: c.foundation,
        component: c.component,
        protocol: c.transport,
        priority: c.priority,
        ip: c.host,
        port: c.port,
        type: c.type,
      })),
    };
  }

  /** Starts ICE and DTLS together, so that the peer's first ClientHello is answered. Once. */
  connect(remote: TransportParams): void {
    if (this.#started || this.#ended) return;
    this.#started = true;
    if (remote.iceLite) this.#connection.iceControlling = true;
    this.#ice.setRemoteParams(
      new RTCIceParameters({ usernameFragment: remote.ufrag, password: remote.pwd, iceLite: remote.iceLite ?? false }),
    );
    for (const candidate of usableCandidates(remote.candidates)) this.addRemoteCandidate(candidate);
    this.#dtls.setRemoteParams(
      new RTCDtlsParameters(
        remote.fingerprints.map((f) => new RTCDtlsFingerprint(f.hash, f.fingerprint)),
        'client',
      ),
    );
    const iceSeconds = (this.#options.iceTimeoutMs ?? ICE_TIMEOUT_MS) / 1000;
    const iceLimit = this.#after(iceSeconds * 1000, () => {
      // A pair is chosen, though werift, which looks every 20 ms of real time, has not said so.
      if (this.#connection.nominated) return this.#afterPath();
      this.#end({ reason: 'ice-timeout', problem: problem('ICE_TIMEOUT', { seconds: iceSeconds }) });
    });
    this.#ice.start().then(
      () => {
        iceLimit();
        this.#afterPath();
      },
      // It never settles by itself without a candidate that answers; the limit decides.
      () => {},
    );
    this.#dtls.onStateChange.subscribe((state) => {
      if (state === 'closed') this.#end({ reason: 'peer-closed' });
    });
    this.#dtls.start().then(
      () => this.#handshakeDone(),
      (error: unknown) => this.#end({ reason: 'dtls-failed', problem: problem('DTLS_FAILED', { reason: reasonOf(error) }) }),
    );
  }

  /** Adds a candidate the peer told later (trickle). Unusable ones are ignored. */
  addRemoteCandidate(candidate: IceCandidateParams): void {
    if (this.#connection.remoteCandidates.length >= MAX_REMOTE_CANDIDATES || usableCandidates([candidate]).length === 0) return;
    const { component, foundation, ip, port, priority, type } = candidate;
    // Without a generation: with one, werift would take the peer's later checks for those of another session.
    void this.#ice.addRemoteCandidate(new IceCandidate(component, foundation, ip, port, priority, 'udp', type));
  }

  /** Sends a datagram to the peer; false while there is no path. */
  send(datagram: Buffer): boolean {
    const pair = this.#connection.nominated;
    if (pair) {
      const port = this.#ports.get((pair.protocol as StunProtocol).localIp ?? '');
      port?.sendNow(datagram, pair.remoteCandidate.host, pair.remoteCandidate.port);
      return port !== undefined;
    }
    if (this.#ended) return false;
    for (const known of this.#known.values()) {
      known.port.sendNow(datagram, known.host, known.remotePort);
      return true;
    }
    return false;
  }

  /** Round trip time of the last connectivity check, milliseconds, if any was answered. */
  get rttMs(): number | undefined {
    const rtt = this.#connection.nominated?.rtt;
    return rtt === undefined ? undefined : rtt * 1000;
  }

  /** The peer's address and port, once a path is chosen. */
  get remoteAddress(): { readonly ip: string; readonly port: number } | undefined {
    const remote = this.#connection.nominated?.remoteCandidate;
    return remote && { ip: remote.host, port: remote.port };
  }

  /** Tells the peer by a DTLS close_notify, and releases sockets and timers. Idempotent; resolves when all are back. */
  async close(): Promise<void> {
    this.#end({ reason: 'closed' });
    await this.#released;
  }

  #released: Promise<void> = Promise.resolve();

  get #inside(): ConnectionInside {
    return this.#connection as unknown as ConnectionInside;
  }

  async #openPort(address: string): Promise<void> {
    const { portRange, network } = this.#options;
    const port = await UdpPort.open({ address, ...(portRange && { portRange }), ...(network && { network }) });
    this.#ports.set(address, port);
    const protocol = new StunProtocol();
    this.#inside.ensureProtocol(protocol);
    protocol.transport = port as never;
    protocol.localIp = address;
    protocol.localCandidate = new Candidate(
      candidateFoundation('host', 'udp', address),
      1,
      'udp',
      candidatePriority('host', { transport: 'udp' }) - this.#inside.protocols.length,
      address,
      port.address.port,
      'host',
      undefined,
      undefined,
      undefined,
      this.#connection.generation,
      this.#connection.localUsername,
    );
    this.#inside.protocols.push(protocol);
    this.#inside.appendLocalCandidate(protocol.localCandidate);
    const receive = (
      protocol as unknown as { datagramReceived(data: Buffer, from: readonly [string, number]): void }
    ).datagramReceived.bind(protocol);
    port.onData = (data, from) => this.#incoming(data, from, port, receive);
  }

  #incoming(
    data: Buffer,
    from: readonly [string, number],
    port: UdpPort,
    toWerift: (data: Buffer, from: readonly [string, number]) => void,
  ): void {
    if (this.#ended || data.length === 0) return;
    if (isMedia(data)) return this.#media(data, from, port);
    const key = `${from[0]} ${from[1]}`;
    if (isStun(data)) {
      if (isStunRequest(data)) {
        if (!isAuthenticRequest(data, this.#connection.localUsername, this.#connection.localPassword)) return;
        if (!this.#remember(key, from, port)) return;
      } else if (!this.#isKnown(key, from, port)) {
        // The answer to our first check of this address: werift verifies it, and the next datagram finds the pair.
        return toWerift(data, from);
      }
      this.#heard();
      return toWerift(data, from);
    }
    if (!this.#isKnown(key, from, port)) return;
    const records = data[0]! >= 20 && data[0]! <= 25 ? this.#dtls.admit(data) : undefined;
    if (!records) return;
    this.#heard();
    toWerift(records, from);
  }

  #media(data: Buffer, from: readonly [string, number], port: UdpPort): void {
    const last = this.#mediaFrom;
    if (last?.remotePort !== from[1] || last.host !== from[0]) {
      const key = `${from[0]} ${from[1]}`;
      if (!this.#isKnown(key, from, port)) return;
      this.#mediaFrom = this.#known.get(key);
    }
    this.#heard();
    if (this.#connected) this.#events.media(data);
  }

  #heard(): void {
    this.lastHeardUs = this.#options.timers.nowUs();
  }

  #remember(key: string, from: readonly [string, number], port: UdpPort): boolean {
    if (this.#known.has(key)) return true;
    if (this.#known.size >= MAX_KNOWN_ADDRESSES) return false;
    this.#known.set(key, { port, host: from[0], remotePort: from[1] });
    return true;
  }

  /** Known is who sent an authentic request, or answered one of ours. */
  #isKnown(key: string, from: readonly [string, number], port: UdpPort): boolean {
    if (this.#known.has(key)) return true;
    const answered = (pair: CandidatePair): boolean =>
      pair.responsesReceived > 0 && pair.remoteCandidate.host === from[0] && pair.remoteCandidate.port === from[1];
    return this.#connection.checkList.some(answered) && this.#remember(key, from, port);
  }

  #afterPath(): void {
    if (this.#ended || this.#connected || this.#pathFound) return;
    this.#pathFound = true;
    if (this.#dtls.state === 'connected') return this.#handshakeDone();
    const seconds = (this.#options.dtlsTimeoutMs ?? DTLS_TIMEOUT_MS) / 1000;
    this.#after(seconds * 1000, () => {
      if (!this.#connected) this.#end({ reason: 'dtls-timeout', problem: problem('DTLS_TIMEOUT', { seconds }) });
    });
  }

  #handshakeDone(): void {
    if (this.#ended || this.#connected) return;
    if (!this.#dtls.peerIsProven) {
      this.#end({
        reason: 'dtls-failed',
        problem: problem('DTLS_FAILED', { reason: 'the peer did not prove that the certificate is its own' }),
      });
      return;
    }
    // Whoever has a chosen pair need not wait until werift looks again.
    if (this.#pathFound || this.#connection.nominated) this.#ready();
  }

  #ready(): void {
    const keys = this.#dtls.exportKeys();
    if (!keys) {
      this.#end({ reason: 'dtls-failed', problem: problem('DTLS_FAILED', { reason: 'no common SRTP profile' }) });
      return;
    }
    this.#connected = true;
    this.#heard();
    this.#watch();
    const { dataChannel: wanted } = this.#options;
    if (wanted) this.channel = new DataChannel(this.#dtls, wanted);
    this.#events.connected(keys);
  }

  /** Looks every second whether the peer still lives, and asks when it has been silent for a while. */
  #watch(): void {
    this.#after(untilBeatMs(this.#options.timers.nowUs(), WATCH_MS), () => {
      const silentMs = (this.#options.timers.nowUs() - this.lastHeardUs) / 1000;
      const limitMs = this.#options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS;
      if (silentMs >= limitMs)
        return this.#end({ reason: 'silent', problem: problem('PEER_SILENT', { seconds: Math.round(limitMs / 1000) }) });
      if (silentMs >= PROBE_AFTER_MS) this.#probe();
      // werift remembers the transaction id of every request for ever, to count retransmissions.
      for (const pair of this.#connection.checkList)
        (pair as unknown as { requestTransactionIds: Set<string> }).requestTransactionIds.clear();
      this.#watch();
    });
  }

  /** werift itself asks only every 4 to 6 s (RFC 7675), so one lost datagram would look like a dead peer. */
  #probe(): void {
    const { nominated, remotePassword, localUsername, remoteUsername, iceControlling } = this.#connection;
    if (!nominated) return;
    const request = this.#inside.buildRequest({
      nominate: false,
      localUsername,
      remoteUsername,
      iceControlling,
      localCandidate: nominated.localCandidate,
    });
    nominated.protocol
      .request(request, nominated.remoteAddr, Buffer.from(remotePassword, 'utf8'), {
        retransmissions: 0,
        responseTimeout: WATCH_MS,
      })
      .catch(() => {});
  }

  #after(delayMs: number, run: () => void): () => void {
    const cancel = this.#options.timers.after(delayMs, () => {
      this.#cancels.delete(cancel);
      if (!this.#ended) run();
    });
    this.#cancels.add(cancel);
    return () => {
      this.#cancels.delete(cancel);
      cancel();
    };
  }

  #end(end: TransportEnd): void {
    if (this.#ended) return;
    this.channel?.close();
    if (end.reason !== 'peer-closed') this.#dtls.sendCloseNotify();
    this.#ended = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    this.#released = this.#release();
    this.#events.ended(end);
  }

  async #release(): Promise<void> {
    this.#dtls.abandonHandshake();
    await this.#dtls.stop().catch(() => {});
    for (const port of this.#ports.values()) await port.close();
    this.#known.clear();
  }
}
