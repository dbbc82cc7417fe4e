import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Plan, PlanNode } from '../../graph/plan-types.js';
import { isAddress } from '../../media/net/url.js';
import { queueState } from '../../nodes/support/queue-state.js';
import { isSecretAddress, isSecretName } from '../../events/secrets.js';
import type { Player } from '../players.js';

const nodeSnapshot = z.object({
  /** What the graph file said of it, as a digest: of a node that it says something else of now nothing is taken up. */
  given: z.string(),
  /** Options that were set while it ran. */
  set: z.record(z.string(), z.json()).optional(),
  /** Left out by a command. */
  bypassed: z.literal(true).optional(),
  /** What a recording plays; of another one than the file names `set.src` says which. */
  recording: z.object({ positionMs: z.number().min(0), playing: z.boolean(), ended: z.boolean() }).optional(),
  queue: queueState.optional(),
});

/** What is known of a graph in a call, so that another process can go on with it. */
export const snapshot = z.object({
  version: z.literal(1),
  /** The call, as it is called in events. */
  call: z.string(),
  /** The graph file. */
  graph: z.string(),
  savedAtMs: z.number(),
  pid: z.int(),
  /** What tells that process from another of the same number. */
  identity: z.string().optional(),
  /** Everybody hears silence of us. */
  muted: z.boolean(),
  /** Guests of a room who are muted, and how loud others are to be, in percent; they keep their ids. What Telegram knows of it it says itself. */
  people: z.object({ muted: z.array(z.string()), volumes: z.record(z.string(), z.number().min(0).max(200)) }).optional(),
  /** What the call's machine saves of itself; of a room nothing is needed. */
  machine: z.unknown().optional(),
  nodes: z.record(z.string(), nodeSnapshot),
});

/** What is known of a graph in a call, so that another process can go on with it. */
export type Snapshot = z.output<typeof snapshot>;
/** What of it is about one node. */
export type NodeSnapshot = z.output<typeof nodeSnapshot>;

/** What was set for those in a room. */
export type PeopleSnapshot = NonNullable<Snapshot['people']>;

/** The running graph that a snapshot is made of. */
export interface SnapshotParts {
  /** As its file gave it. */
  readonly base: Plan;
  readonly players: readonly Player[];
  readonly set: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly bypassed: ReadonlySet<string>;
}

/** What is worth keeping of the nodes of a running graph. */
export function nodesOf({ base, players, set, bypassed }: SnapshotParts): Record<string, NodeSnapshot> {
  const playing = new Map(players.map((player) => [player.node, player]));
  const kept = base.nodes.flatMap((node): [string, NodeSnapshot][] => {
    const changed = withoutSecrets(set.get(node.id) ?? {});
    const plays = playedBy(playing.get(node.id), node, set.get(node.id)?.['src']);
    const out = bypassed.has(node.id);
    if (Object.keys(changed).length === 0 && !plays && !out) return [];
    return [
      [
        node.id,
        {
          given: digestOf(node),
          ...(Object.keys(changed).length > 0 && { set: changed as NodeSnapshot['set'] }),
          ...(out && { bypassed: true }),
          ...plays,
        },
      ],
    ];
  });
  return Object.fromEntries(kept);
}

/** What a node's place in the graph file says, in few letters. */
export function digestOf({ type, options }: PlanNode): string {
  return createHash('sha256')
    .update(JSON.stringify([type, options]))
    .digest('base64url');
}

function playedBy(player: Player | undefined, node: PlanNode, setSrc: unknown): Partial<NodeSnapshot> | undefined {
  if (!player) return undefined;
  const { kind, queue, status, positionMs, durationMs } = player;
  if (kind === 'queue') {
    // Addresses with secrets that the file gave it gives again; a queue without them would never have them again.
    if (!queue || queue.tracks.some(({ src, added }) => !added && isSecret(src))) return undefined;
    const tracks = queue.tracks.filter(({ src }) => !isSecret(src));
    const known = new Set(tracks.map(({ id }) => id));
    const order = queue.order.filter((id) => known.has(id));
    const before = queue.order.slice(0, queue.index).filter((id) => known.has(id)).length;
    const history = queue.history.filter((id) => known.has(id));
    const at = queue.current !== null && known.has(queue.current) ? positionMs : 0;
    return { queue: { ...queue, tracks, order, history, index: before, positionMs: at } };
  }
  // Nobody can go back in a live stream, and a new address with a secret in it is not kept: then the file's own begins.
  if (durationMs === undefined || (typeof setSrc === 'string' && isSecret(setSrc))) return undefined;
  const ended = status === 'ended' && node.options['loop'] !== true;
  return { recording: { positionMs, playing: status !== 'paused', ended } };
}

function withoutSecrets(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(options).filter(([name, value]) => !isSecretName(name) && !holdsSecret(value));
  return Object.fromEntries(kept);
}

function holdsSecret(value: unknown): boolean {
  if (typeof value === 'string') return isSecret(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, one]) => isSecretName(name) || holdsSecret(one));
}

/** Whether a source is an address with a secret in it. */
function isSecret(src: string): boolean {
  return isAddress(src) && isSecretAddress(src);
}
