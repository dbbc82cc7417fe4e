import type { Plan, PlanNode } from '../graph/plan-types.js';
import type { GraphEvent } from '../graph/run/graph-events.js';
import { PlayerTrack, type PlayedTrack } from './player-track.js';

/** A node that plays, with what it plays. */
export interface Player extends PlayedTrack {
  /** Its id. */
  readonly node: string;
  /** `queue`: one track after another; `recording`: one file or address. */
  readonly kind: PlayerKind;
}

/** Which kind of player a node is. */
export type PlayerKind = 'queue' | 'recording';

/** Which kind of player a node of a type is; undefined: none. */
export function playerKind(type: string): PlayerKind | undefined {
  if (type === 'source.queue' || type === 'source.playlist') return 'queue';
  return type === 'source.file' || type === 'source.url' ? 'recording' : undefined;
}

/** The node that a graph's volume is set at: called `volume`, or the only `effect.gain`. With neither: all there are. */
export function volumeNodes(plan: Plan): readonly PlanNode[] {
  const gains = plan.nodes.filter(({ type, implicit }) => type === 'effect.gain' && !implicit);
  const named = gains.find(({ id }) => id === 'volume');
  return named ? [named] : gains;
}

/** What the nodes of a running graph play. */
export class Players {
  readonly #nowUs: () => number;
  readonly #tracks = new Map<string, PlayerTrack>();
  #plan: Plan;

  /** @param nowUs the clock of the graph, in microseconds. */
  constructor(plan: Plan, nowUs: () => number) {
    this.#nowUs = nowUs;
    this.#plan = plan;
    this.change(plan);
  }

  /** Another plan runs. What is in both goes on. */
  change(plan: Plan): void {
    const before = new Map(this.#plan.nodes.map((node) => [node.id, node.type]));
    this.#plan = plan;
    const kept = new Set<string>();
    for (const { id, type, options } of plan.nodes) {
      if (!playerKind(type)) continue;
      kept.add(id);
      if (!this.#tracks.has(id) || before.get(id) !== type) this.#tracks.set(id, new PlayerTrack(this.#nowUs, options));
    }
    for (const id of [...this.#tracks.keys()]) if (!kept.has(id)) this.#tracks.delete(id);
  }

  /** Takes a fact. */
  told(event: GraphEvent): void {
    if (event.node !== undefined) this.#tracks.get(event.node)?.told(event);
  }

  /** Each of them at this moment. */
  list(): Player[] {
    return this.#plan.nodes.flatMap(({ id, type }) => {
      const kind = playerKind(type);
      const track = this.#tracks.get(id);
      return kind && track ? [{ node: id, kind, ...track.view() }] : [];
    });
  }
}
