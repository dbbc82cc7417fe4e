import type { CheckedCommand } from '../events/command.js';
import type { EngineEvent } from '../events/event.js';
import type { EngineState } from '../events/state.js';
import type { PluginScope } from './plugin-types.js';

/**
 * Whether an event is for a plugin: the engine's own see everything, a graph's own what is about that graph, its call, itself and its
 * fellows.
 *
 * @param key of the plugin.
 */
export function sees(key: string, { graph, call }: PluginScope, event: EngineEvent, state: EngineState): boolean {
  if (graph === undefined) return true;
  const about = event as { readonly graph?: string; readonly call?: string; readonly plugin?: string };
  if (about.graph !== undefined) return about.graph === graph;
  if (about.call !== undefined) return about.call === call;
  if (about.plugin !== undefined) return about.plugin === key || state.plugins[about.plugin]?.graph === graph;
  if (event.type !== 'command.done' && event.type !== 'command.refused') return false;
  return (
    event.by === key ||
    outside(event.command as CheckedCommand, { graph, ...(call !== undefined && { call }) }, state) === undefined
  );
}

/** What a command of a graph's own plugin names beyond that graph and its call, as half a sentence; undefined: nothing. */
export function outside(command: CheckedCommand, { graph, call }: PluginScope, state: EngineState): string | undefined {
  if (graph === undefined) return undefined;
  if ('graph' in command && command.graph !== undefined && command.graph !== graph) return `graph "${command.graph}"`;
  if ('call' in command && command.call !== undefined && command.call !== call) return `call "${command.call}"`;
  if ('plugin' in command && state.plugins[command.plugin]?.graph !== graph) return `plugin "${command.plugin}"`;
  return undefined;
}

/** The same command, about the graph of its plugin where it names none. */
export function within(command: CheckedCommand, { graph }: PluginScope): CheckedCommand {
  if (graph === undefined) return command;
  const placed = /^call\.(play|pause|resume|seek|skip|stop|volume)$|^node\./.test(command.type);
  return placed ? ({ ...command, graph } as CheckedCommand) : command;
}
