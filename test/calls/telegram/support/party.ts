import { Application, createEncoder, type EncoderOptions } from 'libopus-wasm';
import { firstValueFrom, filter, NEVER, Subject } from 'rxjs';
import { joinJson, readAnswer } from '../../../../src/calls/telegram/join-json.js';
import { TelegramMedia } from '../../../../src/calls/telegram/media/telegram-media.js';
import { linkCall, type DescribingSignalling, type LinkedCall } from '../../../../src/calls/telegram/media-link.js';
import type { CallEvent } from '../../../../src/calls/call-media.js';
import type { CallRef, ParticipantInfo, SignallingUpdate } from '../../../../src/machines/signalling.js';
import type { Transport, TransportEvent, TransportParams } from '../../../../src/machines/transport.js';
import { createAudioFrame } from '../../../../src/media/frame.js';
import type { IncomingQuality } from '../../../../src/media/gateway.js';
import type { Packet } from '../../../../src/media/packet.js';
import { createVirtualScheduler, type VirtualScheduler } from '../../../../src/time/virtual.js';
import { lossyNetwork, type NetworkFaults } from '../../webrtc/support/network.js';
import { giveUpInFlight, inFlight } from './in-flight.js';
import { LocalSfu, type LocalSfuOptions } from '../../../harness/telegram/sfu/local-sfu.js';

const CALL = 'party';
const FOREVER = new AbortController().signal;
const STEP_MS = 5;
/** What has arrived may need a few turns of the event loop for what promises do. */
const TURNS = 4;
/** After so many a datagram that has not arrived was dropped by the system. */
const MOST_TURNS = 4000;

/**
 * A call on a local SFU, whose signalling is played by the test: who joins is made known to the others. Sockets, ICE, DTLS and SRTP are real;
 * media time is the test's: it moves in small steps, and between them everything that is under way arrives, so that no result depends on how
 * fast the machine is.
 */
export class Party {
  readonly scheduler: VirtualScheduler = createVirtualScheduler();
  readonly callers = new Map<string, Caller>();
  sfu!: LocalSfu;
  /** Whether joins are announced; otherwise who it is must be asked. */
  announces = true;
  /** Sources that were asked for. */
  readonly asked: number[][] = [];
  readonly #cleanups: (() => unknown)[] = [];

  static async start(options: Partial<LocalSfuOptions> = {}): Promise<Party> {
    const party = new Party();
    party.sfu = await LocalSfu.start({ timers: party.scheduler, ...options });
    return party;
  }

  /** As {@link Party.start}. @param faults on the way of each user to the server and back; to be changed on the way. */
  static async startWithFaults(faults: Readonly<Record<string, NetworkFaults>>): Promise<Party> {
    const hooks = new Map<string, ReturnType<typeof lossyNetwork>>();
    const party: Party = await Party.start({
      network: ({ user }) => {
        const given = faults[user];
        if (!given) return undefined;
        const known = hooks.get(user) ?? lossyNetwork(given, (delayMs, run) => party.scheduler.after(delayMs, run));
        hooks.set(user, known);
        return known;
      },
    });
    return party;
  }

  /** Somebody with a media side of his own; joined and connected. */
  async join(user: string, config: Readonly<Record<string, unknown>> = {}): Promise<Caller> {
    const caller = this.caller(user, config);
    await caller.join();
    await caller.connected();
    return caller;
  }

  /** The same, not joined yet. */
  caller(user: string, config: Readonly<Record<string, unknown>> = {}): Caller {
    const caller = new Caller(this, user, config);
    this.callers.set(user, caller);
    return caller;
  }

  onEnd(clean: () => unknown): void {
    this.#cleanups.push(clean);
  }

  /** Lets time pass. */
  async play(ms: number): Promise<void> {
    const endUs = this.scheduler.nowUs() + ms * 1000;
    while (this.scheduler.nowUs() < endUs) await this.#step();
  }

  /** Lets time pass until something holds. @throws when it does not within so many milliseconds of media time. */
  async until(holds: () => boolean, limitMs = 30_000): Promise<void> {
    const endUs = this.scheduler.nowUs() + limitMs * 1000;
    while (!holds()) {
      if (this.scheduler.nowUs() >= endUs) throw new Error(`not within ${limitMs} ms: ${holds.toString()}`);
      await this.#step();
    }
  }

  /** Waits until something that needs no media time holds. */
  async arrival(holds: () => boolean): Promise<void> {
    while (!holds()) await turn();
    await settle();
  }

  async #step(): Promise<void> {
    this.scheduler.advanceBy(STEP_MS);
    await settle();
  }

  /** Ticks until the party ends. */
  every(periodUs: number, onTick: () => void): () => void {
    const ticker = this.scheduler.every({ periodUs, onTick });
    this.onEnd(() => ticker.stop());
    return () => ticker.stop();
  }

  /** Ends everything that ticks. */
  async stopTalking(): Promise<void> {
    for (const clean of this.#cleanups.splice(0).reverse()) await clean();
  }

  place(user: string) {
    return { call: CALL, user, source: 0, presentation: false };
  }

  async end(): Promise<void> {
    await this.stopTalking();
    for (const caller of this.callers.values()) await caller.media.close();
    await this.sfu.close();
    this.scheduler.close();
  }
}

/** One participant: the real media side and link, and a played signalling. */
export class Caller {
  readonly media: TelegramMedia;
  readonly told: CallEvent[] = [];
  readonly transportEvents: TransportEvent[] = [];
  readonly updates$ = new Subject<SignallingUpdate>();
  readonly linked: LinkedCall;
  info: ParticipantInfo | undefined;
  /** Whether his picture is announced. */
  shows = true;
  transport: Transport | undefined;
  readonly #party: Party;
  readonly #events$ = new Subject<TransportEvent>();

  constructor(
    party: Party,
    readonly user: string,
    config: Readonly<Record<string, unknown>>,
  ) {
    this.#party = party;
    this.media = new TelegramMedia({ addresses: ['127.0.0.1'], ...config }, party.scheduler);
    this.media.events$.subscribe((event) => this.told.push(event));
    const link = { request: (request: never) => this.media.request(plain(request)), events$: this.media.events$ };
    this.linked = linkCall(this.#signalling(), link);
    // As the machine does while it is in the call.
    this.linked.signalling.updates({} as CallRef).subscribe();
  }

  /** Joins, or joins anew; does not wait for the connection. @param change what is offered otherwise than it should be. */
  async join(change: Partial<TransportParams> = {}): Promise<TransportParams> {
    this.transport?.close();
    const transport = (this.transport = this.linked.createTransport());
    transport.events$.subscribe((event) => {
      this.transportEvents.push(event);
      this.#events$.next(event);
    });
    const params = { ...(await transport.open()), ...change };
    const { answer } = await this.linked.signalling.join({} as CallRef, params, {}, FOREVER);
    await transport.apply(answer);
    return params;
  }

  /** Resolves when the transport is connected. Media time stands still meanwhile, so that nothing is late because the machine is slow. */
  async connected(from = 0): Promise<void> {
    const is = ({ type }: TransportEvent) => type === 'transport.connected';
    if (!this.transportEvents.slice(from).some(is)) await firstValueFrom(this.#events$.pipe(filter(is)));
  }

  /** Lets time pass until the transport tells something. */
  async event(type: TransportEvent['type']): Promise<TransportEvent> {
    const find = () => this.transportEvents.find((event) => event.type === type);
    await this.#party.until(() => find() !== undefined);
    return find()!;
  }

  leave(): void {
    const { callers, sfu } = this.#party;
    sfu.leave(this.#party.place(this.user));
    for (const other of callers.values())
      if (other !== this) other.updates$.next({ type: 'participant.left', participantId: this.user });
    this.transport?.close();
    this.info = undefined;
  }

  /** Says something about himself to the others. */
  show(change: Partial<ParticipantInfo>): void {
    this.info = { ...this.info!, ...change };
    for (const other of this.#party.callers.values())
      if (other !== this) other.updates$.next({ type: 'participant.changed', participant: this.info });
  }

  /** Sends a tone, in packets of so many milliseconds; in stereo with another tone on the right. Resolves when it flows; gives what stops it. */
  async say(
    hz: number,
    {
      packetMs = 20,
      peak = 0.25,
      rightHz,
      ...options
    }: { packetMs?: number; peak?: number; rightHz?: number } & EncoderOptions = {},
  ) {
    const channels = rightHz === undefined ? 1 : 2;
    // libopus makes packets of up to 60 ms; native clients send 120 ms, which are put together from several.
    const parts = packetMs > 60 ? packetMs / 20 : 1;
    const frameSize = (packetMs * 48) / parts;
    const oneMode = parts > 1 ? { application: Application.RestrictedLowDelay } : {};
    const encoder = await createEncoder({ channels, bitrate: 48_000 * channels, frameSize, ...oneMode, ...options });
    const pcm = new Float32Array(frameSize * channels);
    let at = 0;
    const encode = (): Uint8Array => {
      const tone = (of: number, i: number) => peak * Math.sin((2 * Math.PI * of * (at + i)) / 48_000);
      for (let i = 0; i < frameSize; i++) {
        pcm[i * channels] = tone(hz, i);
        if (rightHz !== undefined) pcm[i * channels + 1] = tone(rightHz, i);
      }
      at += frameSize;
      return encoder.encodeFloat(pcm).slice();
    };
    const stop = this.#party.every(packetMs * 1000, () => {
      const ptsUs = (at * 1000) / 48;
      const packet: Packet = {
        kind: 'packet',
        codec: 'opus',
        ptsUs,
        durationUs: packetMs * 1000,
        key: true,
        data: joinOpus(Array.from({ length: parts }, encode)),
        levelDbov: 20 * Math.log10(peak) - 3,
      };
      this.media.gateway.sendAudio(packet);
    });
    this.#party.onEnd(() => encoder.free());
    return stop;
  }

  /** Listens to everybody as a graph does. */
  listen(channels: 1 | 2 = 1): Ear {
    const ear = new Ear(this.#party);
    const frame = createAudioFrame(channels);
    const voices = new Map<string, { pull(out: typeof frame): IncomingQuality }>();
    this.#party.onEnd(
      (
        (subscription) => () =>
          subscription.unsubscribe()
      )(
        this.media.gateway.participants$.subscribe((change) => {
          ear.changes.push(`${change.type} ${change.participantId}`);
          if (change.type === 'joined') voices.set(change.participantId, change.audio);
          else voices.delete(change.participantId);
        }),
      ),
    );
    this.#party.every(20_000, () => {
      for (const [id, voice] of voices) {
        const quality = voice.pull(frame);
        ear.take(id, frame.planes[0]!, quality);
        if (frame.planes[1]) ear.take(`${id} right`, frame.planes[1], quality);
      }
    });
    return ear;
  }

  #signalling(): DescribingSignalling {
    const { callers, sfu, asked } = this.#party;
    return {
      resolve: async () => ({ address: CALL, id: CALL }),
      join: async (_ref, params) => {
        const before = this.info;
        if (before) sfu.leave(this.#party.place(this.user));
        const answer = readAnswer(await sfu.join(this.#party.place(this.user), joinJson(params)));
        const { source, sourceGroups } = params;
        const video = sourceGroups.length > 0 && this.shows && { endpoint: `video-${source}`, sourceGroups, paused: false };
        this.info = { participantId: this.user, source, muted: false, handRaised: false, ...(video && { video }) };
        if (!this.#party.announces) return { answer };
        for (const other of callers.values()) {
          if (other === this || !other.info) continue;
          other.updates$.next({ type: before ? 'participant.changed' : 'participant.joined', participant: this.info });
          if (!before) this.updates$.next({ type: 'participant.joined', participant: other.info });
        }
        return { answer };
      },
      leave: async () => this.leave(),
      edit: async () => {},
      updates: () => this.updates$,
      joinPresentation: async (params) => {
        const place = { ...this.#party.place(this.user), presentation: true };
        // A second one takes the first one's place.
        sfu.leave(place);
        const answer = readAnswer(await sfu.join(place, joinJson(params)));
        const { source, sourceGroups } = params;
        this.show({ screen: { endpoint: `screen-${source}`, sourceGroups, audioSource: source, paused: false } });
        return answer;
      },
      leavePresentation: async () => {
        sfu.leave({ ...this.#party.place(this.user), presentation: true });
        const { screen: _, ...rest } = this.info!;
        this.info = rest;
        this.show({});
      },
      broadcast: () => NEVER,
      describe: async (sources) => {
        asked.push([...sources]);
        return [...callers.values()].flatMap(({ info }) => (info && sources.includes(info.source) ? [info] : []));
      },
    };
  }
}

/** What was heard of each participant, frame by frame. */
export class Ear {
  readonly changes: string[] = [];
  readonly heard = new Map<string, { frames: Float32Array[]; qualities: IncomingQuality[] }>();
  readonly #party: Party;

  constructor(party: Party) {
    this.#party = party;
  }

  take(id: string, plane: Float32Array, quality: IncomingQuality): void {
    let one = this.heard.get(id);
    if (!one) this.heard.set(id, (one = { frames: [], qualities: [] }));
    one.frames.push(plane.slice());
    one.qualities.push(quality);
  }

  /** How many frames were pulled of somebody. */
  frames(id: string): number {
    return this.heard.get(id)?.frames.length ?? 0;
  }

  /** Resolves after so many more frames of somebody that are not silent. */
  sounds(id: string, count: number): Promise<void> {
    const from = this.frames(id);
    return this.#party.until(() => {
      const { qualities = [] } = this.heard.get(id) ?? {};
      return qualities.slice(from).filter((quality) => quality !== 'silent').length >= count;
    });
  }

  /** What was heard of somebody from one frame to another, as one piece. */
  pcm(id: string, from: number, to?: number): Float32Array {
    const frames = this.heard.get(id)!.frames.slice(from, to);
    const whole = new Float32Array(frames.length * 960);
    frames.forEach((frame, i) => whole.set(frame, i * 960));
    return whole;
  }
}

/** Level of each 20 ms in decibels below full scale. */
export function levels(pcm: Float32Array): number[] {
  return Array.from({ length: Math.floor(pcm.length / 960) }, (_, n) => {
    let power = 0;
    for (let i = n * 960; i < (n + 1) * 960; i++) power += pcm[i]! ** 2;
    return 10 * Math.log10(power / 960 + 1e-12);
  });
}

/** The longest run of 20 ms windows that are much softer than a tone of −15 dB, in milliseconds. */
export function longestGapMs(pcm: Float32Array): number {
  let longest = 0;
  let run = 0;
  for (const level of levels(pcm)) {
    run = level < -30 ? run + 20 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** One packet of several frames (RFC 6716, 3.2.5): variable bit rate, no padding. */
function joinOpus(packets: readonly Uint8Array[]): Uint8Array {
  if (packets.length === 1) return packets[0]!;
  const [first] = packets;
  if (packets.some((packet) => packet[0] !== first![0])) throw new Error('the encoder changed its mode in between');
  const lengths = packets.slice(0, -1).flatMap(({ length }) => {
    const bytes = length - 1;
    return bytes < 252 ? [bytes] : [252 + (bytes & 3), (bytes - 252 - (bytes & 3)) / 4];
  });
  const head = [first![0]! | 3, 0x80 | packets.length, ...lengths];
  return Uint8Array.from([...head, ...packets.flatMap((packet) => [...packet.subarray(1)])]);
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Lets everything that is under way arrive, however long a busy machine takes to carry it. */
async function settle(): Promise<void> {
  for (let n = 0; n < TURNS || inFlight() > 0; n++) {
    await turn();
    if (n === MOST_TURNS) giveUpInFlight();
  }
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
