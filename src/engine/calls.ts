import { filter, map } from 'rxjs';
import { createActor, waitFor } from 'xstate';
import { checkRoomName } from '../calls/room/room-requests.js';
import { VoxError, voxError } from '../errors.js';
import type { CallRequest } from '../calls/call-media.js';
import type { MediaHost } from '../host/media-host.js';
import type { HostEvent } from '../host/messages.js';
import { callActors } from '../machines/call-actors.js';
import { createCallMachine, type CallActor } from '../machines/call.js';
import { localSignalling } from '../machines/local-signalling.js';
import type { MachineLog } from '../machines/machine-log.js';
import type { CallEnd, CallInput, CallWait } from '../machines/call-types.js';
import type { CallFailure } from '../machines/failure.js';
import type { SelfChange, Signalling } from '../machines/signalling.js';
import type { Transport } from '../machines/transport.js';
import type { Scheduler } from '../time/scheduler.js';
import { xstateClock } from '../time/xstate-clock.js';
import { roomTransport } from './room-call.js';
import type { EngineEvent } from '../events/event.js';
import { parseTelegramAddress, TELEGRAM } from '../calls/telegram/address.js';
import { isRtmp, rtmpTarget } from '../media/net/rtmp/target.js';
import { rtmpCall, RtmpNames, telegramRtmpCall } from './rtmp-call.js';
import { tellSpeaking } from './tell-speaking.js';
import { telegramMediaSide } from './telegram-media-side.js';
import { failureProblem, TelegramService, type TelegramSetup } from './telegram-service.js';

/** A call that is open in this engine. */
export interface OpenCall {
  /** Its address, which is its id. */
  readonly id: string;
  /** Such as `room`. */
  readonly backend: string;
  /** Its machine. */
  readonly actor: CallActor;
  /** Resolves when it is live; rejects when it ended before that. */
  readonly live: Promise<void>;
  /** Resolves when it has ended, whoever ended it. */
  readonly over: Promise<CallEnd>;
  /** Does what is not for its media side; undefined: it is. Absent: everything is. */
  readonly steer?: (request: CallRequest) => Promise<unknown> | undefined;
  /** Gives back what belongs to it, once it has ended. */
  readonly release: () => Promise<void>;
}

/** The two halves of a call, as its machine takes them. */
interface CallParts {
  readonly signalling: Signalling;
  readonly createTransport: () => Transport;
  /** As in {@link OpenCall}. */
  readonly steer?: (request: CallRequest) => Promise<unknown> | undefined;
  /** Follows the call's machine. */
  readonly follow?: (actor: CallActor) => void;
  /** Whether nobody hears us at first. Default false. */
  readonly muted?: boolean;
  /** Gives back what belongs to them. */
  readonly release: () => Promise<void>;
}

/** What the calls of an engine need. */
export interface CallsOptions {
  readonly host: MediaHost;
  readonly scheduler: Scheduler;
  /** IP addresses that peers of rooms may reach us at. */
  readonly addresses: readonly string[];
  /** Most connections to one room. */
  readonly maxPeers: number | undefined;
  /** Whether bans in rooms count networks too. */
  readonly banAddresses: boolean;
  /** Telegram's accounts; absent: none. */
  readonly telegram?: TelegramSetup | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Told every fact. */
  readonly tell: (event: EngineEvent) => void;
  /** Follows the calls' machines. */
  readonly machines: MachineLog;
}

/** The calls of one engine: each is opened by the one graph that is bound to it, and closed when that graph has ended. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #open = new Map<string, OpenCall>();
  /** Addresses that are taken, from the moment somebody asks for them. */
  readonly #taken = new Set<string>();
  readonly #names = new RtmpNames();
  readonly #telegram: TelegramService | undefined;
  #closed = false;

  /** @param options host, clock and whom to tell. */
  constructor(options: CallsOptions) {
    this.#options = options;
    const { telegram, scheduler, nowMs, tell, machines } = options;
    this.#telegram = telegram && new TelegramService({ telegram, scheduler, nowMs, tell, machines });
  }

  /** Names of the open rooms. */
  rooms(): string[] {
    const rooms = [...this.#open.values()].filter((call) => call.backend === 'room');
    return rooms.map((call) => call.id.slice('room:'.length));
  }

  /** Whether a call can be opened at an address. @throws VoxError `BAD_CALL_ADDRESS`, `CALL_TAKEN`. */
  check(address: string): void {
    const [backend = '', ...rest] = address.split(':');
    const place = rest.join(':');
    if (backend === 'room') checkRoomName(place);
    else if (isRtmp(address)) rtmpTarget(address);
    else if (address.startsWith(TELEGRAM)) parseTelegramAddress(address);
    else if (backend !== 'file' || !place) throw voxError('BAD_CALL_ADDRESS', { address });
    const id = this.idOf(address);
    if (this.#taken.has(id)) throw voxError('CALL_TAKEN', { call: id });
  }

  /** What a call at an address is called in events and state: the address, but for the secret in it. @throws VoxError `RTMP_ADDRESS`. */
  idOf(address: string): string {
    return this.#names.of(address);
  }

  /**
   * Opens the media side of the call at an address and begins to join it; see {@link OpenCall.live}.
   * @throws VoxError `BAD_CALL_ADDRESS`, `CALL_TAKEN`, and what the backend has to say.
   */
  async open(address: string, cwd: string, resume?: CallInput['resume']): Promise<OpenCall> {
    const [backend = '', ...rest] = address.split(':');
    const place = rest.join(':');
    if (backend === 'file' && place) return this.openFile(address, place, cwd, true);
    if (isRtmp(address)) {
      const id = this.idOf(address);
      return this.#join(id, 'rtmp', {}, { ...rtmpCall(address, this.#linkTo(id)), release: async () => {} });
    }
    if (address.startsWith(TELEGRAM)) return this.#openTelegram(address, resume);
    if (backend !== 'room') throw voxError('BAD_CALL_ADDRESS', { address });
    const { addresses, maxPeers, banAddresses } = this.#options;
    const room = checkRoomName(place);
    return this.#join(address, backend, { room, addresses, banAddresses, ...(maxPeers !== undefined && { maxPeers }) });
  }

  /**
   * Opens a file in a call's place.
   *
   * @param path where its packets go; undefined: nowhere.
   * @param live whether it is recorded in real time. Default: rendered.
   */
  openFile(address: string, path: string | undefined, cwd: string, live = false): Promise<OpenCall> {
    return this.#join(address, 'file', { cwd, live, ...(path !== undefined && { path }) });
  }

  /** Asks something of a call: what concerns its server of that, the rest of its media side. @throws VoxError with why not. */
  async request(id: string, request: CallRequest): Promise<unknown> {
    const call = this.#open.get(id);
    if (TELEGRAM_ONLY.has(request.type)) {
      if (call?.backend !== 'telegram' && !(call?.steer && request.type !== 'call.raiseHand'))
        throw voxError('COMMAND_REFUSED', { command: request.type, reason: 'it is for calls of Telegram' });
      if (request.type === 'call.raiseHand') return edit(call.actor, { handRaised: request['raised'] === true });
    }
    if (request.type === 'call.mute' && call?.backend === 'telegram') {
      const muted = request['muted'] === true;
      await edit(call.actor, { muted });
      this.#options.tell({ type: 'call.muted', call: id, muted });
      if (!muted && call.actor.getSnapshot().context.silenced) throw voxError('TELEGRAM_SILENCED', { call: id });
      return null;
    }
    return call?.steer?.(request) ?? this.#options.host.request({ type: 'call.request', call: id, request });
  }

  /** Closes a call. Rejects when its media side could not be completed, such as a file on a full disk. */
  async release(call: OpenCall): Promise<void> {
    if (this.#open.get(call.id) !== call) return;
    this.#open.delete(call.id);
    try {
      await this.#leave(call);
      await call.release();
      if (!this.#closed) await this.#options.host.request({ type: 'call.close', call: call.id });
    } finally {
      this.#taken.delete(call.id);
      this.#options.tell({ type: 'call.closed', call: call.id });
    }
  }

  /** Leaves every call; their media sides end with the host. */
  async close(): Promise<void> {
    this.#closed = true;
    const calls = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(calls.map((call) => this.#leave(call)));
    await Promise.all(calls.map((call) => call.release()));
    await this.#telegram?.close();
    for (const call of calls) this.#options.tell({ type: 'call.closed', call: call.id });
  }

  async #leave({ actor }: OpenCall): Promise<void> {
    if (actor.getSnapshot().status === 'active') actor.send({ type: 'call.leave' });
    await waitFor(actor, (snapshot) => snapshot.status !== 'active', { timeout: Infinity });
  }

  /** The way to the media side of a call. */
  #linkTo(call: string) {
    const { host } = this.#options;
    return {
      request: (request: CallRequest) => host.request({ type: 'call.request', call, request }),
      events$: host.events$.pipe(
        filter((message) => message.type === 'call' && message.call === call),
        map((message) => (message as Extract<HostEvent, { type: 'call' }>).event),
      ),
    };
  }

  async #openTelegram(address: string, resume?: CallInput['resume']): Promise<OpenCall> {
    const { telegram, scheduler } = this.#options;
    if (!this.#telegram) throw voxError('TELEGRAM_NO_ACCOUNT');
    const open = await this.#telegram.open(address);
    const link = this.#linkTo(address);
    const parsed = parseTelegramAddress(address);
    if (parsed.rtmp) {
      const parts = { ...telegramRtmpCall(open.signalling, link), steer: open.steer, release: () => open.release() };
      return this.#join(address, 'rtmp', {}, parts).catch(async (error: unknown) => {
        await open.release();
        throw error;
      });
    }
    const media = telegram?.media ?? telegramMediaSide;
    const tied = media.link(open.signalling, link);
    const release = async (): Promise<void> => {
      tied.close();
      await open.release();
    };
    const follow = (actor: CallActor) => tellSpeaking(actor, scheduler, (signal) => open.signalling.sayThatWeSpeak(signal));
    try {
      const parts = { ...tied, release, steer: open.steer, follow, muted: parsed.muted };
      return await this.#join(address, 'telegram', parsed.stereo ? { stereo: true } : {}, parts, resume);
    } catch (error) {
      await release();
      throw error;
    }
  }

  async #join(
    address: string,
    backend: string,
    config: Readonly<Record<string, unknown>>,
    { signalling, createTransport, release, steer, follow, muted = false }: CallParts = ROOM,
    resume?: CallInput['resume'],
  ): Promise<OpenCall> {
    const { host, scheduler, nowMs, tell, machines } = this.#options;
    if (this.#closed) throw voxError('HOST_CLOSED');
    // Two graphs would both send, and each would take half of what every participant says.
    if (this.#taken.has(address)) throw voxError('CALL_TAKEN', { call: address });
    this.#taken.add(address);
    try {
      await host.request({ type: 'call.open', call: address, backend, config });
    } catch (error) {
      this.#taken.delete(address);
      throw error;
    }
    const machine = createCallMachine({
      actors: callActors(signalling, createTransport),
      nowMs,
      random: Math.random,
    });
    const inspect = machines.follow(machine, { call: address });
    const actor = createActor(machine, {
      input: { address, ...(muted && { self: { muted } }), ...(resume && { resume }) },
      clock: xstateClock(scheduler),
      inspect,
    });
    tell({ type: 'call.opened', call: address, address });
    if (resume ? resume.self.muted : muted) tell({ type: 'call.muted', call: address, muted: true });
    let started = false;
    actor.on('call.started', () => {
      started = true;
      tell({ type: 'call.started', call: address, address });
    });
    actor.on('call.rejoined', () => tell({ type: 'call.rejoined', call: address }));
    actor.on('call.muted', () => tell({ type: 'call.muted', call: address, muted: true }));
    actor.on('call.waiting', ({ wait }) => tell(waiting(address, wait)));
    actor.on('call.ended', ({ reason }) => {
      const problem = reason.type === 'failed' ? { problem: failureProblem(reason.failure) } : {};
      if (started) tell({ type: 'call.ended', call: address, reason: reason.type, ...problem });
    });
    let [silenced, raised] = [false, false];
    actor.subscribe(({ value, context }) => {
      tell({ type: 'call.moved', call: address, status: statusOf(value) });
      const asks = context.self.handRaised === true;
      const is = context.silenced === true;
      if (is !== silenced) tell({ type: 'call.silenced', call: address, silenced: (silenced = is) });
      if (asks !== raised) tell({ type: 'call.handRaised', call: address, raised: (raised = asks) });
    });
    follow?.(actor);
    actor.start();
    const over = waitFor(actor, (snapshot) => snapshot.status !== 'active', { timeout: Infinity }).then(
      ({ context }) => context.end!,
    );
    const call: OpenCall = { id: address, backend, actor, live: untilLive(actor), over, release, ...(steer && { steer }) };
    // Who waits for it hears of a failure; a graph that failed first does not.
    call.live.catch(() => {});
    this.#open.set(address, call);
    return call;
  }
}

/** What only Telegram's calls can. */
const TELEGRAM_ONLY = new Set(['call.raiseHand', 'call.title', 'call.record', 'call.invite', 'call.start', 'call.end']);

/** Changes how we appear; resolves when the server has agreed. @throws VoxError with why it has not. */
async function edit(actor: CallActor, change: SelfChange): Promise<null> {
  let failure: CallFailure | undefined;
  const watch = actor.on('call.editFailed', (fact) => (failure = fact.failure));
  actor.send({ type: 'call.edit', change });
  const editing = { attempt: { live: { self: 'editing' } } } as const;
  await waitFor(actor, (snapshot) => snapshot.status !== 'active' || !snapshot.matches(editing), { timeout: Infinity });
  watch.unsubscribe();
  if (failure) throw new VoxError(failureProblem(failure));
  return null;
}

/** The parts of a call that is in this process. */
const ROOM: CallParts = { signalling: localSignalling(), createTransport: roomTransport, release: async () => {} };

/** How a call was over before it was live. */
const ENDS: Readonly<Record<Exclude<CallEnd['type'], 'failed'>, string>> = {
  left: 'it was left',
  kicked: 'the account was removed',
  'joined-elsewhere': 'the account joined it from elsewhere',
  'ended-by-admin': 'an admin ended it',
};

function waiting(call: string, { kind, untilMs, failure }: CallWait): EngineEvent {
  return { type: 'call.waiting', call, kind, untilMs, ...(failure && { problem: failureProblem(failure) }) };
}

async function untilLive(actor: CallActor): Promise<void> {
  const done = await waitFor(actor, (snapshot) => snapshot.matches({ attempt: 'live' }) || snapshot.status !== 'active', {
    timeout: Infinity,
  });
  const end = done.context.end;
  if (done.status === 'active') return;
  if (end?.type === 'failed') throw new VoxError(failureProblem(end.failure));
  throw voxError('CALL_CONNECTION_LOST', { reason: end ? ENDS[end.type] : 'it ended' });
}

/** The state a person would name: `live`, `joining` … inside an attempt, else the outermost. */
function statusOf(value: string | object): string {
  if (typeof value === 'string') return value;
  const [outer = '', inner] = Object.entries(value)[0] ?? [];
  return outer === 'attempt' && inner !== undefined ? statusOf(inner as string | object) : outer;
}
