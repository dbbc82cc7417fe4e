import { EventStream } from '../engine/event-stream.js';
import { problem, VoxError, reasonOf, voxError } from '../errors.js';
import type { CheckedCommand } from '../events/command.js';
import type { EngineEvent, StampedEvent } from '../events/event.js';
import type { EngineState } from '../events/state.js';
import { createRegistry } from '../graph/registry.js';
import { builtinNodes } from '../nodes/index.js';
import { PluginHost } from '../plugins/host.js';
import { DEFAULT_PLUGIN_LIMITS, type PluginLimits } from '../plugins/services.js';
import type { StorageBackend } from '../plugins/storage.js';
import { createVirtualScheduler, type VirtualScheduler } from '../time/virtual.js';

/** So many turns of the event loop what is under way may take before time moves. */
const PATIENCE_TURNS = 20;
/** The longest a thing may take in virtual time. */
const LONGEST_MS = 120_000;

/** What {@link TestEngine} is made of. */
export interface TestEngineOptions {
  /** Outlives it. */
  readonly storage: StorageBackend;
  /** When its time begins, in milliseconds since 1970. */
  readonly startMs: number;
  /** Hears each event. */
  readonly heard: (event: StampedEvent) => void;
  /** Hears each command, and may refuse it by throwing. */
  readonly commanded: (command: CheckedCommand, by: string) => void | Promise<void>;
  /** Others than the usual limits. */
  readonly limits: Partial<PluginLimits>;
}

/** The control plane of one life of a process, without calls, graphs and media: what plugins need of it, in virtual time. */
export class TestEngine {
  readonly scheduler: VirtualScheduler = createVirtualScheduler();
  readonly host: PluginHost;
  readonly #options: TestEngineOptions;
  readonly #stream: EventStream;
  #dead = false;

  constructor(options: TestEngineOptions) {
    const { storage, limits, heard } = options;
    this.#options = options;
    this.#stream = new EventStream(
      (state, event) => this.host.reduce(state, event),
      () => this.nowMs,
    );
    this.#stream.events$.subscribe(heard);
    this.host = new PluginHost({
      scheduler: this.scheduler,
      nowMs: () => this.nowMs,
      storage: mortal(storage, () => this.#dead),
      registry: createRegistry(builtinNodes),
      limits: { ...DEFAULT_PLUGIN_LIMITS, ...limits },
      events$: this.#stream.events$,
      state$: this.#stream.state$,
      state: () => this.state,
      tell: (event) => this.tell(event),
      execute: (command, by) => this.#execute(command, by),
      chainChanged: () => {},
    });
  }

  get state(): EngineState {
    return this.#stream.state$.value;
  }

  get nowMs(): number {
    return this.#options.startMs + this.scheduler.nowUs() / 1000;
  }

  /** Something happened. What it leads to at once has happened too when this resolves. */
  tell(event: EngineEvent): Promise<void> {
    return this.#dead ? Promise.resolve() : this.#stream.told(event);
  }

  /** Waits for something, and moves time as far as it needs. Rejects when it never settles. */
  async await<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const settled = work.finally(() => (over = true));
    settled.catch(() => {});
    for (let turn = 0; turn < PATIENCE_TURNS && !over; turn++) await this.scheduler.settle();
    for (let ms = 0; !over; ms += 100) {
      if (ms > LONGEST_MS) throw new Error(`it did not settle within ${LONGEST_MS / 1000} s of virtual time`);
      await this.scheduler.play(100);
    }
    return settled;
  }

  /** As kill -9: nothing of it has an effect any more. */
  kill(): void {
    this.#dead = true;
    this.scheduler.close();
  }

  async #execute(command: CheckedCommand, by: string): Promise<void> {
    if (this.#dead) return new Promise(() => {});
    try {
      await this.#options.commanded(command, by);
      if (command.type === 'plugin.enable') this.host.enable(command.plugin);
      if (command.type === 'plugin.disable') this.host.disable(command.plugin);
      if (command.type === 'plugin.configure') this.host.configure(command.plugin, command.config);
    } catch (error) {
      const refused =
        error instanceof VoxError ? error : voxError('COMMAND_REFUSED', { command: command.type, reason: reasonOf(error) });
      void this.tell({
        type: 'command.refused',
        command,
        by,
        problem: refused.problems[0] ?? problem('INTERNAL', { reason: '' }),
      });
      throw refused;
    }
    void this.tell({ type: 'command.done', command, by });
  }
}

/** A storage that does nothing more for a process that was killed, and outlives one that ended. */
function mortal(storage: StorageBackend, dead: () => boolean): StorageBackend {
  const never = <T>(): Promise<T> => new Promise(() => {});
  return {
    get: (...args) => (dead() ? never() : storage.get(...args)),
    set: (...args) => (dead() ? never() : storage.set(...args)),
    delete: (...args) => (dead() ? never() : storage.delete(...args)),
    list: (...args) => (dead() ? never() : storage.list(...args)),
    swap: (...args) => (dead() ? never() : storage.swap(...args)),
    close: async () => {},
  };
}
