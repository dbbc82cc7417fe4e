import type { Plan } from '../../graph/plan-types.js';
import { resumeCall } from '../../machines/call-resume.js';
import type { CallInput } from '../../machines/call-types.js';
import type { Playback } from '../playback.js';
import { digestOf, type NodeSnapshot, type Snapshot } from './snapshot.js';

/** What of a snapshot fits a plan, by node. */
export function fitting(plan: Plan, { nodes }: Snapshot): ReadonlyMap<string, NodeSnapshot> {
  return new Map(
    plan.nodes.flatMap((node): [string, NodeSnapshot][] => {
      const saved = Object.hasOwn(nodes, node.id) ? nodes[node.id] : undefined;
      return saved && saved.given === digestOf(node) ? [[node.id, saved]] : [];
    }),
  );
}

/**
 * A plan that begins with what was set, and with the queues as they were.
 *
 * @param queues whether queues are taken up; else somebody else does it.
 */
export function takenUp(plan: Plan, saved: ReadonlyMap<string, NodeSnapshot>, queues: boolean): Plan {
  const nodes = plan.nodes.map((node) => {
    const { set, queue } = saved.get(node.id) ?? {};
    if (!set && !(queue && queues)) return node;
    return { ...node, options: { ...node.options, ...set, ...(queue && queues && { saved: queue }) } };
  });
  return { ...plan, nodes };
}

/** Brings recordings, which are open, to where they were. */
export function seekRecordings(playbacks: ReadonlyMap<string, Playback>, saved: ReadonlyMap<string, NodeSnapshot>): void {
  for (const [id, { recording }] of saved) {
    const actor = playbacks.get(id)?.actor;
    if (!actor || !recording) continue;
    const { durationMs } = actor.getSnapshot().context;
    const positionMs = recording.ended ? (durationMs ?? recording.positionMs) : recording.positionMs;
    const pauses = !recording.playing && !recording.ended;
    if (positionMs > 0 || pauses) actor.send({ type: 'source.seek', positionMs });
    if (pauses) actor.send({ type: 'source.pause' });
  }
}

/**
 * How a call is joined that another process was in: as it appeared there, and not before a flood wait is over. Its place is taken anew, and
 * whoever follows it hears that it starts.
 */
export function callResume({ machine }: Snapshot): CallInput['resume'] | undefined {
  if (machine === undefined) return undefined;
  let resume: CallInput['resume'];
  try {
    resume = resumeCall(machine)?.resume;
  } catch {
    // Of another version: it is joined as a new one; the music goes on all the same.
    return undefined;
  }
  if (!resume || resume.entry === 'leaving') return undefined;
  const { membership: _, ref: __, ...rest } = resume;
  // How often it failed says nothing of the process that begins now.
  return { ...rest, failures: 0, wasLive: false, media: { audio: 'idle', video: false, screen: false } };
}

/** What a call's machine saves, without what opens the call to others. */
export function withoutHashes(persisted: unknown): unknown {
  return JSON.parse(
    JSON.stringify(persisted, (key, value: unknown) => (key === 'accessHash' || key === 'children' ? undefined : value)),
  );
}
