import type { PlanNode, PlanWire } from '../plan-types.js';
import type { Registry } from '../registry.js';
import { nodeLatencyMs, PADDING_TYPE } from './latency.js';

/** Differences below this are nothing, in milliseconds: half a sample. */
const SAME_MS = 0.01;

/**
 * Where branches of one source meet again in a node, the earlier ones are held back until they are as late as the latest, so that the
 * parts of one signal do not comb each other. Branches of different sources have nothing to be aligned to and are left alone, so
 * that no voice waits for the music's effects. Delays are taken as declared for the options at the start.
 *
 * @param nodes producers first.
 * @param name gives an unused name for a node before a consumer.
 * @returns the nodes with a `flow.delay` before each port that must wait; as they were when the registry has no such type.
 */
export function alignBranches(
  nodes: readonly PlanNode[],
  registry: Registry,
  name: (consumer: string, what: string) => string,
): readonly PlanNode[] {
  const padding = registry.get(PADDING_TYPE);
  if (!padding) return nodes;
  const rootsOf = new Map<string, ReadonlySet<string>>();
  const latencyOf = new Map<string, number>();
  const aligned: PlanNode[] = [];
  for (const node of nodes) {
    const audio = soundInto(node, registry);
    const late = lateness(audio, rootsOf, latencyOf);
    const held = new Map<PlanWire, PlanWire>();
    audio.forEach((wire, i) => {
      const delayMs = late[i]! - latencyOf.get(wire.node)!;
      if (delayMs < SAME_MS) return;
      const id = name(node.id, 'delay');
      const options = padding.options.parse({ delayMs }) as Record<string, unknown>;
      const [input = 'audio'] = Object.keys(padding.inputs);
      const [output = 'audio'] = Object.keys(padding.outputs);
      aligned.push({ id, type: PADDING_TYPE, options, inputs: { [input]: [wire] }, domain: node.domain, implicit: true });
      held.set(wire, { node: id, port: output, branches: false });
    });
    const inputs = Object.fromEntries(
      Object.entries(node.inputs).map(([port, wires]) => [port, wires.map((wire) => held.get(wire) ?? wire)]),
    );
    aligned.push(held.size > 0 ? { ...node, inputs } : node);
    const all = Object.values(node.inputs).flat();
    rootsOf.set(node.id, all.length === 0 ? new Set([node.id]) : new Set(all.flatMap((wire) => [...rootsOf.get(wire.node)!])));
    const arrived = Math.max(0, ...all.map((wire) => late[audio.indexOf(wire)] ?? latencyOf.get(wire.node)!));
    // A delay that somebody asked for is meant to be heard: nothing waits for it.
    latencyOf.set(node.id, arrived + (node.type === PADDING_TYPE ? 0 : nodeLatencyMs(node, registry)));
  }
  return aligned;
}

/** The wires of single streams of sound into a node. Branches that come and go have sources of their own. */
function soundInto(node: PlanNode, registry: Registry): readonly PlanWire[] {
  const inputs = registry.get(node.type)?.inputs ?? {};
  return Object.entries(node.inputs).flatMap(([port, wires]) =>
    inputs[port]?.kind === 'audio' ? wires.filter((wire) => !wire.branches) : [],
  );
}

/** How late each wire must be: as late as the latest that it shares a source with, directly or through a third. */
function lateness(
  wires: readonly PlanWire[],
  rootsOf: ReadonlyMap<string, ReadonlySet<string>>,
  latencyOf: ReadonlyMap<string, number>,
): readonly number[] {
  const groups: { roots: Set<string>; members: number[] }[] = [];
  wires.forEach((wire, i) => {
    const group = { roots: new Set(rootsOf.get(wire.node)), members: [i] };
    for (const other of groups.filter(({ roots }) => [...roots].some((root) => group.roots.has(root)))) {
      groups.splice(groups.indexOf(other), 1);
      group.members.push(...other.members);
      for (const root of other.roots) group.roots.add(root);
    }
    groups.push(group);
  });
  const late = wires.map(() => 0);
  for (const { members } of groups) {
    const latest = Math.max(...members.map((i) => latencyOf.get(wires[i]!.node)!));
    for (const i of members) late[i] = latest;
  }
  return late;
}
