import { satisfies } from 'semver';
import { VoxError, problem, reasonOf, voxError, type Problem } from '../errors.js';
import type { Json, JsonObject } from '../events/json.js';
import { asOrderable } from './chain.js';
import { PluginInstance, type InstanceHost } from './instance.js';
import { dependantsOf, orderPlugins } from './order.js';
import { completeConfig } from './plugin-config.js';
import type { Installation, PluginDefinition, PluginScope } from './plugin-types.js';
import type { PluginServices } from './services.js';
import { carryState } from './state-keeper.js';

/** What a set of plugins asks of its host. */
export interface SetHost extends InstanceHost {
  /** The plugin of a name, as another one sees it. @throws VoxError `UNKNOWN_PLUGIN`. */
  find(name: string, from?: PluginInstance): PluginInstance;
  /** Code takes another's place: tells it. Nothing else is told of either meanwhile. */
  replaced(fresh: PluginInstance, state: Json | undefined): void;
}

/** The plugins of an engine, in the order of their loading. Whoever calls sees to it that calls do not overlap. */
export class PluginSet {
  readonly #services: PluginServices;
  readonly #host: SetHost;
  readonly #instances = new Map<string, PluginInstance>();
  readonly #modules = new Map<string, PluginDefinition>();
  #moduleCount = 0;

  /** @param host whom it tells. */
  constructor(services: PluginServices, host: SetHost) {
    this.#services = services;
    this.#host = host;
  }

  /** All of them, or those of a graph, as they were loaded. */
  list(graph?: string): PluginInstance[] {
    const all = [...this.#instances.values()];
    return graph === undefined ? all : all.filter(({ scope }) => scope.graph === graph);
  }

  /** The code of a module. */
  module(name: string): PluginDefinition | undefined {
    return this.#modules.get(name);
  }

  /**
   * Checks everything about plugins that can be known before their code runs, then loads them in order. When one fails, those before it
   * are unloaded again.
   *
   * @param place what tells a graph's own from those of other graphs.
   * @throws VoxError with everything that is wrong.
   */
  async load(installs: readonly Installation[], scope: PluginScope, place: string): Promise<readonly PluginInstance[]> {
    const problems: Problem[] = [];
    const wanted = installs.map((install) => {
      const { definition, enabled = true, priority = 0, config: written = {} } = install;
      const { name, version, dependencies } = definition;
      let config: JsonObject = {};
      try {
        config = completeConfig(name, definition.config, written);
      } catch (error) {
        problems.push(...(error as VoxError).problems);
      }
      return { name, version, dependencies, enabled, priority, written: written as JsonObject, config, install };
    });
    const around = this.list().filter((one) => one.scope.graph === undefined || one.scope.graph === scope.graph);
    for (const { name } of wanted)
      if (around.some((one) => one.name === name && one.scope.graph === scope.graph))
        problems.push(problem('PLUGIN_TAKEN', { plugin: name }));
    const ordered = orderPlugins(wanted, around.map(asOrderable));
    throwAll([...problems, ...ordered.problems]);
    const loaded: PluginInstance[] = [];
    for (const { name, enabled, priority, written, config, install } of ordered.order) {
      const instance = this.#make(this.#keyOf(name, scope, place), scope, install, { enabled, priority, written, config });
      this.#instances.set(instance.key, instance);
      const failed = await instance.load();
      if (failed || !instance.loaded) {
        this.#forget(instance);
        for (const before of loaded.toReversed()) await this.unload(before);
        throw failed ? new VoxError(failed) : voxError('PLUGIN_LOAD_FAILED', { plugin: name, reason: 'it was given up' });
      }
      loaded.push(instance);
    }
    return loaded;
  }

  /** Unloads one, whoever needs it. */
  async unload(instance: PluginInstance): Promise<void> {
    await instance.unload();
    this.#forget(instance);
  }

  /** Those that need one, directly or not, in the order in which they must go. */
  usersOf(instance: PluginInstance): PluginInstance[] {
    return dependantsOf(
      instance,
      this.list(),
      (user, needed) => Object.hasOwn(user.definition.dependencies, needed.name) && this.#resolves(user, needed),
    );
  }

  /**
   * Puts other code in one's place.
   * @throws VoxError with why not; then the old code goes on.
   */
  async swap(old: PluginInstance, definition: PluginDefinition, from: string | undefined): Promise<void> {
    const { key, scope, written, priority, name } = old;
    const fail = (reason: string) => voxError('PLUGIN_LOAD_FAILED', { plugin: name, reason });
    if (definition.name !== name) throw fail(`the new code calls itself "${definition.name}"`);
    const config = completeConfig(name, definition.config, written);
    const { enabled } = old.actor.getSnapshot().context;
    this.#checkVersion(old, definition);
    const carried = () => {
      const present = old.state;
      const spec = definition.state;
      if (!spec || present === undefined || !old.definition.state) return undefined;
      try {
        return carryState(spec, present, old.definition.state.version ?? 1);
      } catch (error) {
        throw fail(`the state cannot be carried over: ${reasonOf(error)}`);
      }
    };
    const begins = carried();
    const fresh = this.#make(
      key,
      scope,
      { definition, ...(from !== undefined && { from }) },
      {
        enabled: false,
        priority,
        written,
        config,
        replaces: true,
        ...(begins !== undefined && { carried: begins }),
      },
    );
    fresh.installed = old.installed;
    const failed = await fresh.load();
    if (failed || !fresh.loaded) {
      this.#modules.delete(fresh.options.module);
      throw failed ? new VoxError(failed) : fail('it was given up');
    }
    let leaving: Promise<void>;
    try {
      // Events came while it was loaded.
      const state = carried() ?? fresh.begins;
      old.giveNodes();
      try {
        fresh.takePlace(state);
      } catch (error) {
        old.takeNodes();
        throw fail(reasonOf(error));
      }
      old.silent = true;
      this.#instances.set(key, fresh);
      leaving = old.unload();
      this.#host.replaced(fresh, state);
      if (enabled) fresh.actor.send({ type: 'plugin.enable' });
    } catch (error) {
      fresh.silent = true;
      await fresh.unload();
      this.#modules.delete(fresh.options.module);
      throw error;
    }
    await leaving;
    this.#modules.delete(old.options.module);
  }

  #make(
    key: string,
    scope: PluginScope,
    { definition, from }: Installation,
    rest: Pick<
      ConstructorParameters<typeof PluginInstance>[0],
      'enabled' | 'priority' | 'written' | 'config' | 'replaces' | 'carried'
    >,
  ): PluginInstance {
    const module = `${definition.name}#${++this.#moduleCount}`;
    this.#modules.set(module, definition);
    const options = { key, scope, definition, module, ...(from !== undefined && { from }), ...rest };
    return new PluginInstance(options, this.#services, this.#host);
  }

  #forget(instance: PluginInstance): void {
    if (this.#instances.get(instance.key) === instance) this.#instances.delete(instance.key);
    this.#modules.delete(instance.options.module);
  }

  #keyOf(name: string, { graph }: PluginScope, place: string): string {
    if (graph === undefined) return name;
    const key = `${name}@${place}`;
    // Two graphs of one file, both without a call.
    for (let n = 1; ; n++) {
      const tried = n === 1 ? key : `${key}#${n}`;
      if (!this.#instances.has(tried)) return tried;
    }
  }

  #resolves(user: PluginInstance, needed: PluginInstance): boolean {
    try {
      return this.#host.find(needed.name, user) === needed;
    } catch {
      return false;
    }
  }

  /** Whether new code has what it needs, and those that need it are content with it. */
  #checkVersion(old: PluginInstance, definition: PluginDefinition): void {
    const { scope, name } = old;
    const fellows = this.list().filter((one) => one.scope.graph === scope.graph && one !== old);
    const around = scope.graph === undefined ? [] : this.list().filter((one) => one.scope.graph === undefined);
    const { version, dependencies } = definition;
    const wanted = { ...asOrderable(old), version, dependencies };
    throwAll([...orderPlugins([...fellows.map(asOrderable), wanted], around.map(asOrderable)).problems]);
    for (const user of this.usersOf(old)) {
      const range = user.definition.dependencies[name];
      if (range === undefined || satisfies(version, range, { includePrerelease: true })) continue;
      const data = { plugin: user.name, needs: name, range, version, chain: `${user.name} → ${name}` };
      throw voxError('PLUGIN_NEEDS_VERSION', data);
    }
  }
}

function throwAll(problems: readonly Problem[]): void {
  const [first, ...more] = problems;
  if (first) throw new VoxError(first, ...more);
}
