import type { JsonObject } from '../events/json.js';
import type { PluginEntry } from '../graph/load.js';
import type { Plan } from '../graph/plan-types.js';
import type { Registry } from '../graph/registry.js';
import { BUILTIN_PLUGINS } from '../plugins/builtin/index.js';
import { declarePlanned, declarePlugins, type DeclaredPlugins, type DeclareOptions } from '../plugins/declared.js';
import type { ChainOverride } from '../plugins/chain.js';
import { PluginHost, type PluginGraph } from '../plugins/host.js';
import type { PluginLoader } from '../plugins/loader-types.js';
import type { Installation, PluginDefinition } from '../plugins/plugin-types.js';
import type { PluginServices } from '../plugins/services.js';
import type { InstalledPlugin, PluginUseOptions } from './api.js';

/** What the plugins of an engine are made of. */
export interface EnginePluginsOptions {
  /** The engine, without what this adds. */
  readonly services: PluginServices;
  /** Those that the engine begins with. */
  readonly installs: readonly Installation[];
  /** Imports those that graphs name. */
  readonly loader: PluginLoader | undefined;
  /** Whether graphs may name others than the engine's. */
  readonly mayImport: boolean;
}

/** The plugins of an engine: its own, and those of its graphs. */
export class EnginePlugins {
  readonly host: PluginHost;
  readonly #options: EnginePluginsOptions;
  readonly #registry: Registry;
  /** Those of the engine, loaded or about to be. */
  readonly #installed = new Map<string, PluginDefinition>();
  #ready: Promise<unknown> | undefined;

  /** @param options engine, plugins and loader. */
  constructor(options: EnginePluginsOptions) {
    this.#options = options;
    this.#registry = options.services.registry;
    this.host = new PluginHost(options.services);
    for (const { definition } of options.installs) this.#installed.set(definition.name, definition);
  }

  /** Loads those that the engine begins with, once. @throws VoxError with everything that is wrong. */
  ready(): Promise<unknown> {
    this.#ready ??= this.host.install(this.#options.installs);
    return this.#ready;
  }

  /** Loads one more for the engine. @throws VoxError with everything that is wrong. */
  async use(definition: PluginDefinition, { from, ...install }: PluginUseOptions): Promise<InstalledPlugin> {
    await this.ready();
    const { host } = this;
    const [instance] = await host.install([{ definition, ...install, ...(from !== undefined && { from }) }]);
    const { key } = instance!;
    this.#installed.set(definition.name, definition);
    return {
      key,
      enable: () => host.enable(key),
      disable: () => host.disable(key),
      configure: (config) => host.configure(key, config),
      send: (message, payload) => host.send(key, message, payload),
      reload: (next, place) => this.reload(key, next, place),
      remove: async (options) => {
        await host.unload(key, options);
        if (!host.list().some((one) => one.key === definition.name)) this.#installed.delete(definition.name);
      },
    };
  }

  /** Puts other code in a plugin's place. */
  async reload(plugin: string, definition: PluginDefinition, from?: string): Promise<void> {
    await this.host.reload(plugin, definition, from);
    if (this.#installed.has(definition.name) && this.host.find(plugin).scope.graph === undefined)
      this.#installed.set(definition.name, definition);
  }

  /** Imports the plugins that a graph file, or a plan, names. @throws VoxError, of a plan, with what is wrong with them. */
  declare(graph: string | Plan, cwd: string): Promise<DeclaredPlugins> {
    const options = this.#declareOptions();
    return typeof graph === 'string' ? declarePlugins(graph, cwd, options) : declarePlanned(graph, options);
  }

  /**
   * Imports the plugins that a text names which somebody sent: those that come with voxgraph, and those of the plan that runs.
   *
   * @param path of the graph file that the text is to stand for.
   */
  declareSent(text: string, path: string, { plugins }: Plan, cwd: string): Promise<DeclaredPlugins> {
    const mayImport = ({ name, from }: PluginEntry) =>
      from === undefined ? Object.hasOwn(BUILTIN_PLUGINS, name) || name in plugins : plugins[name]?.from === from;
    const options = this.#declareOptions();
    return declarePlugins(path, cwd, { ...options, text, mayImport: options.mayImport ? mayImport : false });
  }

  #declareOptions(): DeclareOptions {
    const { loader, mayImport } = this.#options;
    return {
      registry: this.#registry,
      installed: [...this.#installed.values()],
      mayImport,
      ...(loader && { loader }),
    };
  }

  /** What a graph asks of the host, once it is planned. */
  ofGraph(graph: string, plan: Plan, call: string | undefined, { own }: DeclaredPlugins): PluginGraph {
    const installs: Installation[] = [];
    const overrides = new Map<string, ChainOverride>();
    for (const [name, { enabled, priority, config }] of Object.entries(plan.plugins)) {
      const found = own.get(name);
      if (found) {
        const from = found.from === 'built-in' ? {} : { from: found.from };
        installs.push({ definition: found.definition, enabled, priority, config, ...from });
      } else if (this.#installed.has(name)) {
        const given = Object.keys(config).length > 0 && { config: config as JsonObject };
        overrides.set(name, { enabled, priority, ...given });
      }
    }
    const place = call ?? plan.file ?? plan.title;
    return { graph, ...(call !== undefined && { call }), place, installs, overrides };
  }
}
