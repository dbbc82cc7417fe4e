import { createActor, waitFor } from 'xstate';
import { checkRoomName } from '../calls/room/room-requests.js';
import { voxError } from '../errors.js';
import type { MediaHost } from '../host/media-host.js';
import { callActors } from '../machines/call-actors.js';
import { createCallMachine, type CallActor } from '../machines/call.js';
import { wallTimeMs } from '../time/clock.js';
import type { MachineLog } from '../machines/machine-log.js';
import type { Scheduler } from '../time/scheduler.js';
import { xstateClock } from '../time/xstate-clock.js';
import { roomSignalling, roomTransport } from './room-call.js';
import type { EngineEvent } from '../events/event.js';

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
  #closed = false;

  /** @param options host, clock and whom to tell. */
  constructor(options: CallsOptions) {
    this.#options = options;
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
    else if (backend !== 'file' || !place) throw voxError('BAD_CALL_ADDRESS', { address });
    if (this.#taken.has(address)) throw voxError('CALL_TAKEN', { call: address });
  }

  /**
   * Opens the media side of the call at an address and begins to join it; see {@link OpenCall.live}.
   * @throws VoxError `BAD_CALL_ADDRESS`, `CALL_TAKEN`, and what the backend has to say.
   */
  async open(address: string, cwd: string): Promise<OpenCall> {
    const [backend = '', ...rest] = address.split(':');
    const place = rest.join(':');
    if (backend === 'file' && place) return this.openFile(address, place, cwd);
    if (backend !== 'room') throw voxError('BAD_CALL_ADDRESS', { address });
    const { addresses, maxPeers, banAddresses } = this.#options;
    const room = checkRoomName(place);
    return this.#join(address, backend, { room, addresses, banAddresses, ...(maxPeers !== undefined && { maxPeers }) });
  }

  /**
   * Opens a file in a call's place.
   *
   * @param path where its packets go; undefined: nowhere.
   */
  openFile(address: string, path: string | undefined, cwd: string): Promise<OpenCall> {
    return this.#join(address, 'file', { cwd, ...(path !== undefined && { path }) });
  }

  /** Closes a call. Rejects when its media side could not be completed, such as a file on a full disk. */
  async release(call: OpenCall): Promise<void> {
    if (this.#open.get(call.id) !== call) return;
    this.#open.delete(call.id);
    try {
      await this.#leave(call);
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
    for (const call of calls) this.#options.tell({ type: 'call.closed', call: call.id });
  }

  async #leave({ actor }: OpenCall): Promise<void> {
    actor.send({ type: 'call.leave' });
    await waitFor(actor, (snapshot) => snapshot.status !== 'active', { timeout: Infinity });
  }

  async #join(address: string, backend: string, config: Readonly<Record<string, unknown>>): Promise<OpenCall> {
    const { host, scheduler, tell, machines } = this.#options;
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
      actors: callActors(roomSignalling(), roomTransport),
      nowMs: wallTimeMs,
      random: Math.random,
    });
    const inspect = machines.follow(machine, { call: address });
    const actor = createActor(machine, { input: { address }, clock: xstateClock(scheduler), inspect });
    tell({ type: 'call.opened', call: address, address });
    let started = false;
    actor.on('call.started', () => {
      started = true;
      tell({ type: 'call.started', call: address, address });
    });
    actor.on('call.ended', ({ reason }) => {
      if (started) tell({ type: 'call.ended', call: address, reason: reason.type });
    });
    actor.subscribe((snapshot) => tell({ type: 'call.moved', call: address, status: statusOf(snapshot.value) }));
    actor.start();
    const call: OpenCall = { id: address, backend, actor, live: untilLive(actor) };
    // Who waits for it hears of a failure; a graph that failed first does not.
    call.live.catch(() => {});
    this.#open.set(address, call);
    return call;
  }
}

async function untilLive(actor: CallActor): Promise<void> {
  const done = await waitFor(actor, (snapshot) => snapshot.matches({ attempt: 'live' }) || snapshot.status !== 'active', {
    timeout: Infinity,
  });
  const end = done.context.end;
  if (done.status !== 'active')
    throw voxError('CALL_CONNECTION_LOST', { reason: end?.type === 'failed' ? end.failure.message : 'it ended' });
}

/** The state a person would name: `live`, `joining` … inside an attempt, else the outermost. */
function statusOf(value: string | object): string {
  if (typeof value === 'string') return value;
  const [outer = '', inner] = Object.entries(value)[0] ?? [];
  return outer === 'attempt' && inner !== undefined ? statusOf(inner as string | object) : outer;
}
