import { voxError } from '../errors.js';
import type { StampedEvent } from '../events/event.js';
import type { Json, JsonObject } from '../events/json.js';
import type { EngineState } from '../events/state.js';
import type { PluginChain, PluginMediaSupply } from '../graph/plugin-media.js';
import type { PluginFact } from '../machines/plugin.js';
import { MessageBus } from './bus.js';
import { chainOf, type ChainOverride } from './chain.js';
import type { PluginInstance } from './instance.js';
import { NodeUses } from './node-uses.js';
import { completeConfig } from './plugin-config.js';
import { pluginInfo, type PluginInfo } from './plugin-info.js';
import { PluginSet } from './plugin-set.js';
import type { Installation, PluginDefinition } from './plugin-types.js';
import { reduceAll } from './reduce.js';
import type { PluginServices } from './services.js';

/** A graph whose plugins are to be loaded. */
export interface PluginGraph {
  /** Its id. */
  readonly graph: string;
  /** The call it is bound to. */
  readonly call?: string;
  /** What tells it from other graphs over restarts: its call's address, else its file. */
  readonly place: string;
  /** Its plugins. */
  readonly installs: readonly Installation[];
  /** What it says about the engine's, by name. */
  readonly overrides: ReadonlyMap<string, ChainOverride>;
}

/** Loads plugins in order, lets them work, and takes them back. Nothing that a plugin does reaches past it. */
export class PluginHost {
  /** Where a media host finds the plugins' operators. */
  readonly supply: PluginMediaSupply;
  readonly #services: PluginServices;
  readonly #set: PluginSet;
  readonly #bus: MessageBus;
  /** By key, as the events so far have it. */
  readonly #reducing = new Map<string, PluginInstance>();
  /** By key: those that the next `plugin.loaded` or `plugin.reloaded` is about. */
  readonly #coming = new Map<string, PluginInstance>();
  /** What running graphs say about the engine's plugins. */
  readonly #graphs = new Map<string, ReadonlyMap<string, ChainOverride>>();
  /** Graphs whose operators have changed, until their hosts are told. */
  readonly #changed = new Set<string>();
  /** Loads and unloads happen one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** @param services the engine. */
  constructor(services: PluginServices) {
    const nodes = new NodeUses(services.registry);
    this.#services = services;
    this.#set = new PluginSet(services, {
      lived: (instance, fact) => this.#lived(instance, fact),
      workChanged: (instance) => this.#workChanged(instance),
      addNodes: (definition) => nodes.add(definition.nodes),
      send: (from, to, message, payload, chain) => this.#bus.send(from, to, message, payload, chain),
      find: (name, from) => this.#bus.find(name, from),
      replaced: (fresh, state) => this.#replaced(fresh, state),
    });
    this.#bus = new MessageBus(services, () => this.#set.list());
    this.supply = { find: (module) => this.#set.module(module) };
  }

  /** The state after an event, with what plugins make of it. */
  reduce(state: EngineState, event: StampedEvent): EngineState {
    if (event.type === 'plugin.loaded' || event.type === 'plugin.reloaded') {
      this.#reducing.set(event.plugin, this.#coming.get(event.plugin)!);
      this.#coming.delete(event.plugin);
    } else if (event.type === 'plugin.unloaded') this.#reducing.delete(event.plugin);
    const next = reduceAll(
      state,
      event,
      (key) => this.#reducing.get(key)?.definition,
      ({ plugin, where, error }) => this.#reducing.get(plugin)!.faults.add(where, error),
    );
    if (next.plugins === state.plugins) return next;
    for (const [key, instance] of this.#reducing) {
      const after = next.plugins[key]?.state;
      if (after !== undefined && after !== state.plugins[key]?.state) instance.keeper.changed(after);
    }
    return next;
  }

  /** Loads plugins of the engine, in order; all or none. @throws VoxError with everything that is wrong. */
  install(installs: readonly Installation[]): Promise<readonly PluginInstance[]> {
    return this.#inTurn(() => this.#set.load(installs, {}, ''));
  }

  /** Loads a graph's own plugins; all or none. Resolves with the operators of the graph. @throws VoxError as {@link install}. */
  loadGraph({ graph, call, place, installs, overrides }: PluginGraph): Promise<PluginChain> {
    return this.#inTurn(async () => {
      await this.#set.load(installs, { graph, ...(call !== undefined && { call }) }, place);
      this.#graphs.set(graph, overrides);
      return this.chain(graph);
    });
  }

  /**
   * Loads what another version of a running graph has more.
   *
   * @returns brings the rest in line once the graph has changed; `false` takes back what was loaded.
   * @throws VoxError as {@link install}; then nothing has changed.
   */
  changeGraph({ graph, call, place, installs, overrides }: PluginGraph): Promise<(happened: boolean) => Promise<void>> {
    return this.#inTurn(async () => {
      const present = new Map(this.#set.list(graph).map((instance) => [instance.name, instance]));
      for (const { definition, config = {} } of installs) completeConfig(definition.name, definition.config, config);
      const scope = { graph, ...(call !== undefined && { call }) };
      const fresh = installs.filter(({ definition }) => !present.has(definition.name));
      const added = await this.#set.load(fresh, scope, place);
      const wanted = new Set(installs.map(({ definition }) => definition.name));
      const unload = async (instances: readonly PluginInstance[]): Promise<void> => {
        for (const instance of instances.toReversed()) await this.#set.unload(instance);
      };
      const settle = async (happened: boolean): Promise<void> => {
        if (!happened) return unload(added);
        this.#graphs.set(graph, overrides);
        await unload([...present.values()].filter(({ name }) => !wanted.has(name)));
        for (const install of installs) await this.#bringInLine(present.get(install.definition.name), install);
        this.#chainChanged(graph);
      };
      return (happened) => this.#inTurn(() => settle(happened));
    });
  }

  /** Unloads a graph's own plugins. */
  unloadGraph(graph: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#graphs.delete(graph);
      for (const instance of this.#set.list(graph).toReversed()) await this.#set.unload(instance);
    });
  }

  /**
   * Unloads a plugin.
   *
   * @param options `withDependants` takes those that need it too, before it.
   * @throws VoxError `UNKNOWN_PLUGIN`, `PLUGIN_NEEDED`.
   */
  unload(plugin: string, { withDependants = false }: { readonly withDependants?: boolean } = {}): Promise<void> {
    return this.#inTurn(async () => {
      const instance = this.#bus.find(plugin);
      const users = this.#set.usersOf(instance);
      if (users.length > 0 && !withDependants) throw needed(instance, users);
      for (const user of [...users, instance]) await this.#set.unload(user);
    });
  }

  /** Lets a plugin work again. @throws VoxError `UNKNOWN_PLUGIN`, `PLUGIN_NEEDS_DISABLED`. */
  enable(plugin: string): void {
    const instance = this.#bus.find(plugin);
    for (const needs of Object.keys(instance.definition.dependencies)) {
      if (this.#bus.find(needs, instance).working) continue;
      throw voxError('PLUGIN_NEEDS_DISABLED', { plugin: instance.name, needs, chain: `${instance.name} → ${needs}` });
    }
    instance.actor.send({ type: 'plugin.enable' });
  }

  /** Stops a plugin; it stays loaded and keeps its state. @throws VoxError `UNKNOWN_PLUGIN`, `PLUGIN_NEEDED`. */
  disable(plugin: string): void {
    const instance = this.#bus.find(plugin);
    const users = this.#set.usersOf(instance).filter(({ working }) => working);
    if (users.length > 0) throw needed(instance, users);
    instance.actor.send({ type: 'plugin.disable' });
  }

  /** Gives a plugin another config. @throws VoxError `UNKNOWN_PLUGIN`, and what is wrong with the config. */
  configure(plugin: string, written: Readonly<Record<string, unknown>>): void {
    const instance = this.#bus.find(plugin);
    const config = completeConfig(instance.name, instance.definition.config, written);
    instance.written = structuredClone(written) as JsonObject;
    void this.#services.tell({ type: 'plugin.configured', plugin: instance.key, config });
    instance.config$.next(config);
    this.#workChanged(instance);
  }

  /**
   * Puts other code in a plugin's place, with its state, while everything runs. It is loaded beside the old code first.
   * @throws VoxError with why not; then the old code goes on.
   */
  reload(plugin: string, definition: PluginDefinition, from?: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#set.swap(this.#bus.find(plugin), definition, from);
    });
  }

  /** Sends a message from outside. @throws VoxError, see `PluginContext.send`. */
  send(plugin: string, message: string, payload: unknown = null): Promise<unknown> {
    return this.#bus.send(undefined, plugin, message, payload, []);
  }

  /** The plugin of a key or name. @throws VoxError `UNKNOWN_PLUGIN`. */
  find(plugin: string): PluginInstance {
    return this.#bus.find(plugin);
  }

  /** The present plugins, as they were loaded. */
  list(): PluginInfo[] {
    const state = this.#services.state();
    return this.#set.list().map((instance) => pluginInfo(instance, state));
  }

  /** The operators of a graph, in order. */
  chain(graph: string): PluginChain {
    return chainOf(graph, this.#set.list(), this.#graphs.get(graph) ?? new Map());
  }

  /** Unloads everything, in the reverse order. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#inTurn(async () => {
      for (const instance of this.#set.list().toReversed()) await this.#set.unload(instance);
    });
    return this.#closing;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(voxError('HOST_CLOSED'));
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #bringInLine(instance: PluginInstance | undefined, install: Installation): Promise<void> {
    if (!instance) return;
    const { definition, from, config = {}, enabled = true, priority = 0 } = install;
    instance.priority = priority;
    const changed = JSON.stringify(config) !== JSON.stringify(instance.installed);
    if (instance.definition !== definition) {
      await this.#set.swap(instance, definition, from);
    }
    const present = this.#bus.find(instance.key);
    if (changed) this.configure(present.key, config);
    present.installed = config as JsonObject;
    present.actor.send({ type: enabled ? 'plugin.enable' : 'plugin.disable' });
  }

  #lived(instance: PluginInstance, fact: PluginFact): void {
    const { key: plugin, name } = instance;
    // What takes another's place, or gave it away, is told as one reload.
    if (instance.silent) return;
    if (fact.type === 'plugin.failed') void this.#services.tell({ type: fact.type, plugin, name, problem: fact.problem });
    else if (fact.type !== 'plugin.loaded') void this.#services.tell({ type: fact.type, plugin });
    else {
      const { scope, definition, config, begins, options } = instance;
      this.#coming.set(plugin, instance);
      void this.#services.tell({
        type: fact.type,
        plugin,
        name,
        version: definition.version,
        ...scope,
        ...(options.from !== undefined && { from: options.from }),
        config,
        ...(begins !== undefined && { state: begins }),
      });
    }
  }

  #replaced(fresh: PluginInstance, state: Json | undefined): void {
    const { key: plugin, definition, config } = fresh;
    this.#coming.set(plugin, fresh);
    const { version } = definition;
    void this.#services.tell({ type: 'plugin.reloaded', plugin, version, config, ...(state !== undefined && { state }) });
    if (state !== undefined) fresh.keeper.changed(state);
  }

  #workChanged({ scope, definition }: PluginInstance): void {
    if (!definition.audio && !definition.video) return;
    for (const graph of scope.graph === undefined ? this.#graphs.keys() : [scope.graph]) this.#chainChanged(graph);
  }

  /** Told a moment later: what changes together, such as old code for new, is one change to who hears it. */
  #chainChanged(graph: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#tellChains());
    this.#changed.add(graph);
  }

  #tellChains(): void {
    const graphs = [...this.#changed];
    this.#changed.clear();
    for (const graph of graphs) if (this.#graphs.has(graph)) this.#services.chainChanged(graph, this.chain(graph));
  }
}

function needed(instance: PluginInstance, users: readonly PluginInstance[]) {
  return voxError('PLUGIN_NEEDED', { plugin: instance.name, by: users.map(({ name }) => `"${name}"`).join(', ') });
}
