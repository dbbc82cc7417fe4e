import { accessSync, constants, statSync } from 'node:fs';
import { VoxError, reasonOf, voxError } from '../errors.js';
import type { CheckedCommand, CommandOf } from '../events/command.js';
import type { EngineEvent } from '../events/event.js';
import type { NodeCommand } from '../graph/context.js';
import type { Plan } from '../graph/plan-types.js';
import { nearestHint } from '../graph/registry.js';
import { resolvePath } from '../graph/run/graph-host.js';
import { isAddress } from '../media/net/url.js';
import type { Playback } from './playback.js';
import { playerKind, volumeNodes, type PlayerKind } from './players.js';

/** A running graph, as commands see it. */
export interface CommandedGraph {
  /** Its id. */
  readonly id: string;
  /** The call it is bound to. */
  readonly call: string | undefined;
  /** What runs. */
  readonly plan: Plan;
  /** The machines of its `source.file` and `source.url` nodes. */
  readonly playbacks: ReadonlyMap<string, Playback>;
  /** Changes options of a node. */
  setOptions(node: string, options: Readonly<Record<string, unknown>>): Promise<void>;
  /** Lets a node that has ended begin again, with other options. @throws VoxError with why it cannot; then nothing has changed. */
  playAgain(node: string, options: Readonly<Record<string, unknown>>): Promise<void>;
  /** Leaves a node out, or no longer. */
  bypass(node: string, bypassed: boolean): Promise<void>;
  /** Hands a command to a node. */
  command(node: string, command: NodeCommand): Promise<void>;
  /** Ends it, and so leaves its call. */
  stop(): Promise<void>;
}

/** What commands are done with. */
export interface CommandTargets {
  /** The running graphs. */
  graphs(): readonly CommandedGraph[];
  /** Asks something of a call's media side. @throws VoxError `UNKNOWN_CALL`, and what the backend has to say. */
  request(call: string, request: { readonly type: string; readonly [key: string]: unknown }): Promise<unknown>;
  /** Enables or disables a plugin. */
  plugin(plugin: string, enabled: boolean): void;
  /** Gives a plugin another config. @throws VoxError `UNKNOWN_PLUGIN`, and what is wrong with the config. */
  configure(plugin: string, config: Readonly<Record<string, unknown>>): void;
  /** Tells what became of commands. */
  tell(event: EngineEvent): Promise<void>;
}

type Player = { readonly graph: CommandedGraph; readonly node: string; readonly kind: PlayerKind };
type Placed = { readonly graph?: string | undefined; readonly call?: string | undefined; readonly node?: string | undefined };

/** Does commands: turns each into messages to the media host, and tells what became of it. */
export class Commands {
  readonly #targets: CommandTargets;
  /** What recordings were chosen, by node. */
  readonly #chosen = new WeakMap<CommandedGraph, ReadonlyMap<string, string>>();

  /** @param targets what they are done with. */
  constructor(targets: CommandTargets) {
    this.#targets = targets;
  }

  /**
   * Does one; resolves when it is done.
   *
   * @param by who asked: a plugin's key, or where from.
   * @throws VoxError with why it was refused; that is told too.
   */
  async execute(command: CheckedCommand, by: string): Promise<void> {
    try {
      await this.#do(command);
    } catch (error) {
      const thrown = error instanceof VoxError ? error : voxError('INTERNAL', { reason: reasonOf(error) });
      await this.#targets.tell({ type: 'command.refused', command, by, problem: thrown.problems[0]! });
      throw thrown;
    }
    await this.#targets.tell({ type: 'command.done', command, by });
  }

  async #do(command: CheckedCommand): Promise<void> {
    const targets = this.#targets;
    switch (command.type) {
      case 'call.play':
        return this.#play(command);
      case 'call.pause':
      case 'call.resume':
      case 'call.seek':
      case 'call.skip':
      case 'call.stop':
        return steer(this.#player(command), command);
      case 'call.volume':
        return this.#volume(command);
      case 'call.leave': {
        const graph = targets.graphs().find(({ call }) => call === command.call);
        if (!graph) throw voxError('UNKNOWN_CALL', { call: command.call });
        return graph.stop();
      }
      case 'call.tell': {
        const { call, text, to } = command;
        return void (await targets.request(call, { type: 'chat.send', text, ...(to !== undefined && { to }) }));
      }
      case 'call.mute':
      case 'call.raiseHand':
      case 'call.title':
      case 'call.record':
      case 'call.invite':
      case 'call.start':
      case 'call.end':
      case 'participant.volume':
      case 'participant.kick':
      case 'participant.mute': {
        const { call, ...what } = command;
        return void (await targets.request(call, what));
      }
      case 'node.set':
        return this.#graph(command).setOptions(command.node, command.options);
      case 'node.bypass':
        return this.#graph(command).bypass(command.node, command.bypassed);
      case 'node.command':
        return this.#graph(command).command(command.node, command.command);
      case 'plugin.enable':
      case 'plugin.disable':
        return targets.plugin(command.plugin, command.type === 'plugin.enable');
      case 'plugin.configure':
        return targets.configure(command.plugin, command.config);
    }
  }

  async #play({ src, title, ...place }: CommandOf<'call.play'>): Promise<void> {
    const { graph, node, kind } = this.#player(place);
    // What plays is not given up for a name that was mistyped.
    const why = isAddress(src) ? undefined : whyNoFile(resolvePath(graph.plan.baseDir, src));
    if (why !== undefined) throw refused('call.play', `"${src}" cannot be played: ${why}`);
    if (kind === 'queue') {
      const track = title === undefined ? src : { src, title };
      return graph.command(node, { type: 'add', track, at: 'next', play: true });
    }
    const before = this.#chosen.get(graph)?.get(node) ?? graph.plan.nodes.find(({ id }) => id === node)?.options['src'];
    const playback = graph.playbacks.get(node);
    const over = isOver(graph, node);
    await (over ? graph.playAgain(node, { src }) : graph.setOptions(node, { src }));
    this.#chosen.set(graph, new Map([...(this.#chosen.get(graph) ?? []), [node, src]]));
    // What began again has a machine of its own.
    if (over) return graph.playbacks.get(node)?.actor.send({ type: 'source.play' });
    // The same file again begins again; another one is opened because of the option.
    if (before === src) playback?.actor.send({ type: 'source.seek', positionMs: 0 });
    playback?.actor.send({ type: 'source.play' });
  }

  async #volume({ gainDb, percent, ...place }: CommandOf<'call.volume'>): Promise<void> {
    const graph = this.#graph(place);
    const gains = volumeNodes(graph.plan);
    const named = place.node ?? (gains.length === 1 ? gains[0]!.id : undefined);
    if (named === undefined) {
      const reason =
        gains.length === 0
          ? 'the graph has no effect.gain node to set'
          : `say which "node": ${gains.map(({ id }) => id).join(', ')}, or call one "volume"`;
      throw refused('call.volume', reason);
    }
    const wantedDb = gainDb ?? (percent! <= 0 ? -60 : 20 * Math.log10(percent! / 100));
    return graph.setOptions(named, { gainDb: Math.max(-60, Math.round(wantedDb * 100) / 100) });
  }

  #graph({ graph, call }: Placed): CommandedGraph {
    const graphs = this.#targets.graphs();
    if (graph !== undefined) {
      const found = graphs.find(({ id }) => id === graph);
      if (!found || (call !== undefined && found.call !== call)) throw voxError('UNKNOWN_GRAPH', { graph });
      return found;
    }
    if (call !== undefined) {
      const found = graphs.find((one) => one.call === call);
      if (!found) throw voxError('UNKNOWN_CALL', { call });
      return found;
    }
    if (graphs.length === 1) return graphs[0]!;
    throw refused('a command', graphs.length === 0 ? 'no graph runs' : 'several graphs run: name the "graph" or the "call"');
  }

  #player(place: Placed): Player {
    const graph = this.#graph(place);
    const players = graph.plan.nodes.flatMap(({ id, type }): Player[] => {
      const kind = playerKind(type);
      return kind ? [{ graph, node: id, kind }] : [];
    });
    const names = players.map(({ node }) => node);
    if (place.node !== undefined) {
      const found = players.find(({ node }) => node === place.node);
      if (found) return found;
      throw voxError('UNKNOWN_RUNNING_NODE', { graph: graph.id, node: place.node, hint: nearestHint(place.node, names) });
    }
    if (players.length === 0) throw refused('a command', 'the graph has no source that plays tracks, such as source.queue');
    const queues = players.filter(({ kind }) => kind === 'queue');
    const chosen =
      players.length === 1
        ? players[0]
        : (players.find(({ node }) => node === 'music') ?? (queues.length === 1 ? queues[0] : undefined));
    if (chosen) return chosen;
    throw refused('a command', `several sources play: name the "node", one of ${names.join(', ')}, or call one "music"`);
  }
}

function refused(command: string, reason: string): VoxError {
  return voxError('COMMAND_REFUSED', { command, reason });
}

/** Why a path leads to no file that could be opened; undefined: it may. */
function whyNoFile(path: string): string | undefined {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return 'it is a folder';
    if (stat.isFile() && stat.size === 0) return 'it is empty';
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function isOver(graph: CommandedGraph, node: string): boolean {
  const snapshot = graph.playbacks.get(node)?.actor.getSnapshot();
  return snapshot !== undefined && (snapshot.matches('ended') || snapshot.matches('failed'));
}

type Steering = Extract<CheckedCommand, { type: 'call.pause' | 'call.resume' | 'call.seek' | 'call.skip' | 'call.stop' }>;

async function steer({ graph, node, kind }: Player, command: Steering): Promise<void> {
  if (kind === 'queue') {
    const { type } = command;
    if (type === 'call.seek') return graph.command(node, { type: 'seek', positionMs: command.positionMs });
    const words = { 'call.pause': 'pause', 'call.resume': 'play', 'call.skip': 'next', 'call.stop': 'stop' } as const;
    return graph.command(node, { type: words[type] });
  }
  if (command.type === 'call.skip') throw refused('call.skip', `"${node}" plays one recording: there is no next one`);
  const actor = graph.playbacks.get(node)?.actor;
  if (!actor || isOver(graph, node)) throw refused(command.type, `"${node}" plays nothing`);
  switch (command.type) {
    case 'call.pause':
      actor.send({ type: 'source.pause' });
      return;
    case 'call.resume':
      actor.send({ type: 'source.play' });
      return;
    case 'call.seek':
      actor.send({ type: 'source.seek', positionMs: command.positionMs });
      return;
    case 'call.stop':
      // It is ready to play from its beginning.
      actor.send({ type: 'source.pause' });
      actor.send({ type: 'source.seek', positionMs: 0 });
  }
}
