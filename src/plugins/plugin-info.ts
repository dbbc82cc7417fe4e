import type { Problem } from '../errors.js';
import type { JsonObject } from '../events/json.js';
import type { EngineState } from '../events/state.js';
import { optionDocs, optionSchema, type JsonSchema, type OptionDoc } from '../graph/option-schema.js';
import type { PluginInstance } from './instance.js';
import type { PluginDefinition } from './plugin-types.js';

/** What a plugin declares, for people: plain JSON. */
export interface PluginDeclaration {
  /** Its name. */
  readonly name: string;
  /** Of its code. */
  readonly version: string;
  /** One sentence. */
  readonly description: string;
  /** Names and version ranges. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Its settings. */
  readonly config: readonly OptionDoc[];
  /** What it takes, as JSON Schemas. */
  readonly messages: Readonly<
    Record<string, { readonly description: string; readonly payload: JsonSchema; readonly reply: JsonSchema }>
  >;
  /** Which parts it has, such as `audio`, `reactions`. */
  readonly parts: readonly string[];
  /** The node types that it adds. */
  readonly nodes: readonly string[];
}

/** A plugin of a running engine, for people: plain JSON. */
export interface PluginInfo extends Omit<PluginDeclaration, 'config'> {
  /** Its key in state and events. */
  readonly key: string;
  /** How it is. */
  readonly status: 'loading' | 'enabled' | 'disabled' | 'failed';
  /** The graph it belongs to; absent: the engine. */
  readonly graph?: string;
  /** The file or package its code came from. */
  readonly from?: string;
  /** Higher comes first. */
  readonly priority: number;
  /** Its settings, as they are declared. */
  readonly options: readonly OptionDoc[];
  /** Its settings, as they are: complete. */
  readonly config: JsonObject;
  /** How often its code failed. */
  readonly faults: number;
  /** What is left out of it. */
  readonly bypassed: readonly string[];
  /** The last thing that went wrong. */
  readonly problem?: Problem;
}

/** What a plugin declares. */
export function describePlugin(definition: PluginDefinition): PluginDeclaration {
  const { name, version, description, dependencies, config, messages, nodes } = definition;
  const parts = (['state', 'reactions', 'audio', 'video', 'setup'] as const).filter((part) => definition[part] !== undefined);
  return {
    name,
    version,
    description,
    dependencies,
    config: optionDocs(config),
    messages: Object.fromEntries(
      Object.entries(messages).map(([message, spec]) => [
        message,
        { description: spec.description, payload: optionSchema(spec.payload), reply: optionSchema(spec.reply) },
      ]),
    ),
    parts,
    nodes: nodes.map(({ type }) => type),
  };
}

/** How a plugin is. */
export function pluginInfo(instance: PluginInstance, { plugins }: EngineState): PluginInfo {
  const { key, scope, config, priority } = instance;
  const { from } = instance.options;
  const state = plugins[key];
  const { config: declared, ...about } = describePlugin(instance.definition);
  return {
    ...about,
    key,
    options: declared,
    status: instance.loaded ? (state?.status ?? 'loading') : 'loading',
    ...(scope.graph !== undefined && { graph: scope.graph }),
    ...(from !== undefined && { from }),
    priority,
    config,
    faults: state?.faults ?? 0,
    bypassed: state?.bypassed ?? [],
    ...(state?.problem && { problem: state.problem }),
  };
}
