import type { Observable } from 'rxjs';
import { voxError } from '../errors.js';
import type { EngineCommand } from '../events/command.js';
import { jsonFault, type Json, type JsonObject } from '../events/json.js';
import type { PluginContext, PluginLog, PluginScope } from './plugin-types.js';
import type { PluginServices } from './services.js';
import { pluginStorage, type PluginStorage } from './storage.js';

/** What a context needs of the plugin that it is for. */
export interface ContextOwner {
  readonly key: string;
  readonly scope: PluginScope;
  readonly config: JsonObject;
  readonly config$: Observable<JsonObject>;
  readonly state: Json | undefined;
  readonly signal: AbortSignal;
  /** Whether nothing of it may have an effect any more. */
  readonly over: boolean;
  /** Tells a fact of the plugin's, within limits. */
  tell(what: string, data: JsonObject): void;
  /** Does a command of the plugin's. */
  execute(command: EngineCommand): Promise<void>;
  /** Sends a message of the plugin's; `chain` is what it answers to. */
  send(to: string, message: string, payload: Json, chain: readonly string[]): Promise<unknown>;
}

/** What a plugin waits for, so that an error can name it. */
export class OpenCalls {
  readonly #open = new Set<string>();

  /** Notes a call while it is open. */
  async track<T>(what: string, call: Promise<T>): Promise<T> {
    // Of two equal ones the first to settle takes both out; a hint may be that wrong.
    this.#open.add(what);
    try {
      return await call;
    } finally {
      this.#open.delete(what);
    }
  }

  /** The open ones, in words; undefined: none is. */
  describe(): string | undefined {
    return this.#open.size > 0 ? [...this.#open].join(', ') : undefined;
  }
}

/** What one plugin's code is given of the engine. */
export function pluginContext(
  owner: ContextOwner,
  services: PluginServices,
  calls: OpenCalls,
  chain: readonly string[] = [],
): PluginContext<unknown, unknown> {
  const alive = <T>(what: string, call: () => Promise<T>): Promise<T> =>
    owner.over ? Promise.reject(voxError('UNKNOWN_PLUGIN', { plugin: owner.key })) : calls.track(what, call());
  return {
    plugin: owner.key,
    scope: owner.scope,
    get config() {
      return owner.config;
    },
    config$: owner.config$,
    get state() {
      return owner.state;
    },
    get engine() {
      return services.state();
    },
    scheduler: services.scheduler,
    nowMs: services.nowMs,
    storage: aliveStorage(pluginStorage(services.storage, owner.key), alive),
    signal: owner.signal,
    log: logOf(owner),
    tell: (what, data = {}) => owner.tell(what, data),
    execute: (command) => alive(`ctx.execute({ type: '${command?.type}' })`, () => owner.execute(command)),
    send: (plugin, message, payload = null) =>
      alive(`ctx.send('${plugin}', '${message}')`, () => owner.send(plugin, message, payload, chain)),
  };
}

function aliveStorage(storage: PluginStorage, alive: <T>(what: string, call: () => Promise<T>) => Promise<T>): PluginStorage {
  return {
    get: (key, schema) => alive(`ctx.storage.get('${key}')`, () => storage.get(key, schema)),
    set: (key, value) => alive(`ctx.storage.set('${key}')`, () => storage.set(key, value)),
    delete: (key) => alive(`ctx.storage.delete('${key}')`, () => storage.delete(key)),
    list: (prefix) => alive('ctx.storage.list()', () => storage.list(prefix)),
    update: (key, schema, change) => alive(`ctx.storage.update('${key}')`, () => storage.update(key, schema, change)),
  };
}

function logOf(owner: ContextOwner): PluginLog {
  const log =
    (level: string) =>
    (sentence: string, fields: Readonly<Record<string, Json | undefined>> = {}) =>
      owner.tell('logged', { level, sentence, ...(Object.keys(fields).length > 0 && { fields }) });
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

/** A plain-JSON copy of what a plugin tells. @throws TypeError when it is none. */
export function plainData(what: unknown, data: unknown): JsonObject {
  if (typeof what !== 'string') throw new TypeError('what it tells must be called by a text');
  const fault = jsonFault(data);
  if (fault !== undefined) throw new TypeError(`what it tells must be plain JSON, but ${fault}`);
  return structuredClone(data) as JsonObject;
}
