import { createActor, waitFor } from 'xstate';
import { checkRoomName } from '../calls/room/room-requests.js';
import { voxError } from '../errors.js';
import type { MediaHost } from '../host/media-host.js';
import { callActors } from '../machines/call-actors.js';
import { createCallMachine, type CallActor } from '../machines/call.js';
import { wallTimeMs } from '../time/clock.js';
import type { Scheduler } from '../time/scheduler.js';
import { xstateClock } from '../time/xstate-clock.js';
import { roomSignalling, roomTransport } from './room-call.js';
import type { EngineEvent } from './state.js';

/** A call that is open in this engine. */
export interface OpenCall {
  /** Its address, which is its id. */
  readonly id: string;
  /** Such as `room`. */
  readonly backend: string;
  /** Its machine. */
  readonly actor: CallActor;
  /** How many graphs are bound to it; the last one that leaves closes it. */
  users: number;
}

/** What the calls of an engine need. */
export interface CallsOptions {
  readonly host: MediaHost;
  readonly scheduler: Scheduler;
  /** IP addresses that peers of rooms may reach us at. */
  readonly addresses: readonly string[];
  /** Most connections to one room. */
  readonly maxPeers: number | undefined;
  /** Told every fact. */
  readonly tell: (event: EngineEvent) => void;
}

/** The calls of one engine: opened by the first graph that wants them, closed when the last one has left. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #open = new Map<string, OpenCall>();
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

  /**
   * Opens the call at an address, or joins its users. Resolves when it is live.
   * @throws VoxError `BAD_CALL_ADDRESS`, and what the backend has to say.
   */
  open(address: string, cwd: string): Promise<OpenCall> {
    const [backend = '', ...rest] = address.split(':');
    const place = rest.join(':');
    const open = this.#open.get(address);
    if (open) {
      open.users++;
      return Promise.resolve(open);
    }
    if (backend === 'file' && place) return this.openFile(address, place, cwd);
    if (backend !== 'room') throw voxError('BAD_CALL_ADDRESS', { address });
    const { addresses, maxPeers } = this.#options;
    return this.#join(address, backend, { room: checkRoomName(place), addresses, ...(maxPeers !== undefined && { maxPeers }) });
  }

  /**
   * Opens a file in a call's place.
   *
   * @param path where its packets go; undefined: nowhere.
   */
  openFile(address: string, path: string | undefined, cwd: string): Promise<OpenCall> {
    return this.#join(address, 'file', { cwd, ...(path !== undefined && { path }) });
  }

  /** One user less; the last one closes the call. Rejects when its media side could not be completed. */
  async release(call: OpenCall): Promise<void> {
    if (--call.users > 0 || this.#open.get(call.id) !== call) return;
    this.#open.delete(call.id);
    await this.#leave(call);
    if (!this.#closed) await this.#options.host.request({ type: 'call.close', call: call.id });
    this.#options.tell({ type: 'call.closed', call: call.id });
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
    const { host, scheduler, tell } = this.#options;
    await host.request({ type: 'call.open', call: address, backend, config });
    const machine = createCallMachine({
      actors: callActors(roomSignalling(), roomTransport),
      nowMs: wallTimeMs,
      random: Math.random,
    });
    const actor = createActor(machine, { input: { address }, clock: xstateClock(scheduler) });
    const call: OpenCall = { id: address, backend, actor, users: 1 };
    this.#open.set(address, call);
    tell({ type: 'call.opened', call: address, address });
    actor.subscribe((snapshot) => tell({ type: 'call.moved', call: address, status: statusOf(snapshot.value) }));
    actor.start();
    await waitFor(actor, (snapshot) => snapshot.matches({ attempt: 'live' }) || snapshot.status !== 'active', {
      timeout: Infinity,
    });
    return call;
  }
}

/** The state a person would name: `live`, `joining` … inside an attempt, else the outermost. */
function statusOf(value: string | object): string {
  if (typeof value === 'string') return value;
  const [outer = '', inner] = Object.entries(value)[0] ?? [];
  return outer === 'attempt' && inner !== undefined ? statusOf(inner as string | object) : outer;
}
