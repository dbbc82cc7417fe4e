import { FRAME_US } from '../../media/format.js';
import type { NodeDefinition } from '../define-node.js';
import type { PlanNode } from '../plan-types.js';
import { BranchOutlet, ManyInlet } from './branches.js';
import { DebugAudioOutlet } from './debug-outlet.js';
import type { Beat } from './domain.js';
import { Inlet } from './inlet.js';
import { Outlet } from './outlet.js';
import { FrameLedger } from './frame-ledger.js';
import { DebugVideoInlet } from './video-inlet.js';
import { VideoOutlet } from './video-outlet.js';
import type { WorkTime } from './work-time.js';

/** The running ports of one node. They outlive the node's instances, which come and go with faults. */
export interface NodePorts {
  /** Input ports of one wire, by name. */
  readonly inlets: ReadonlyMap<string, Inlet<unknown>>;
  /** Input ports of many branches, by name. */
  readonly manyInlets: ReadonlyMap<string, ManyInlet<unknown>>;
  /** Output ports of one stream, by name. */
  readonly outlets: ReadonlyMap<string, Outlet<unknown>>;
  /** Output ports of many branches, by name. */
  readonly branchOutlets: ReadonlyMap<string, BranchOutlet<unknown>>;
  /** While debugging: what the node does with pictures. */
  readonly frames?: FrameLedger | undefined;
}

/**
 * Makes the ports of a node.
 *
 * @param onFault told what an observer threw, or how a borrowed frame was misused.
 * @param time whose work it is what is done with what comes in.
 */
export function createPorts(
  node: PlanNode,
  definition: NodeDefinition,
  domain: Beat,
  debug: boolean,
  onFault: (error: unknown) => void,
  time?: WorkTime,
): NodePorts {
  const frames = debug ? new FrameLedger() : undefined;
  const inletOf = (kind: string) => (): Inlet<unknown> => {
    const inlet =
      kind === 'video' && frames ? new DebugVideoInlet(domain.video, onFault, frames) : new Inlet(beatOf(kind, domain), onFault);
    inlet.time = time;
    return inlet;
  };
  const inlets = new Map<string, Inlet<unknown>>();
  const manyInlets = new Map<string, ManyInlet<unknown>>();
  const outlets = new Map<string, Outlet<unknown>>();
  const branchOutlets = new Map<string, BranchOutlet<unknown>>();
  for (const [name, spec] of Object.entries(definition.inputs)) {
    const wires = node.inputs[name] ?? [];
    if (spec.arity === 'many') manyInlets.set(name, new ManyInlet(inletOf(spec.kind), onFault, wires.length));
    else if (wires.length > 0) inlets.set(name, inletOf(spec.kind)());
  }
  for (const [name, spec] of Object.entries(definition.outputs)) {
    if (spec.arity === 'many') branchOutlets.set(name, new BranchOutlet());
    else outlets.set(name, createOutlet(spec.kind, domain, debug, onFault, frames));
  }
  return { inlets, manyInlets, outlets, branchOutlets, frames };
}

/** The beat on which a kind of wire flows. */
export function beatOf(kind: string, domain: Beat): Beat {
  return kind === 'video' ? domain.video : domain;
}

/** An outlet for a kind of wire; audio in debug mode lends copies that it spoils afterwards. */
export function createOutlet(
  kind: string,
  domain: Beat,
  debug: boolean,
  onFault: (error: unknown) => void,
  frames?: FrameLedger,
): Outlet<unknown> {
  if (kind === 'video') return new VideoOutlet(domain.video, frames);
  if (!debug || kind !== 'audio') return new Outlet(domain);
  const misuse = (reason: string) => onFault(new TypeError(reason));
  return new DebugAudioOutlet(domain, misuse);
}

/** The streams of the input ports, as `create` takes them; an unwired optional port is undefined. */
export function inputStreams(ports: NodePorts): Record<string, unknown> {
  return Object.fromEntries<unknown>([...ports.inlets, ...ports.manyInlets]);
}

/** Cuts every subscription to the input ports. */
export function resetInputs(ports: NodePorts): void {
  for (const inlet of ports.inlets.values()) inlet.reset();
  for (const inlet of ports.manyInlets.values()) inlet.reset();
}

/** True when the node has inputs and nothing can come on any of them. */
export function inputsDrained({ inlets, manyInlets }: NodePorts): boolean {
  if (inlets.size + manyInlets.size === 0) return false;
  return [...inlets.values()].every((inlet) => inlet.ended) && [...manyInlets.values()].every((inlet) => inlet.drained);
}

/** Whether something arrived in that beat of sound, or of the pictures behind it; true also for a node to which nothing is wired. */
export function heardIn(tick: number, { inlets, manyInlets }: NodePorts): boolean {
  if (inlets.size + manyInlets.size === 0) return true;
  return [...inlets.values(), ...manyInlets.values()].some(({ stampUs }) => stampUs >= tick * FRAME_US);
}

/** True when nothing can leave on any output port. */
export function outputsEnded({ outlets, branchOutlets }: NodePorts): boolean {
  const all = [...outlets.values(), ...branchOutlets.values()];
  // Pictures that nobody takes have no beat in which they could end; they do with the others.
  const untaken = (outlet: object) => outlet instanceof VideoOutlet && outlet.consumers === 0;
  return all.every((outlet) => outlet.ended || untaken(outlet)) && (all.length === 0 || all.some((outlet) => outlet.ended));
}

/** Ends every output port. */
export function completeOutputs(ports: NodePorts): void {
  for (const outlet of ports.outlets.values()) outlet.complete();
  for (const outlet of ports.branchOutlets.values()) outlet.complete();
}
