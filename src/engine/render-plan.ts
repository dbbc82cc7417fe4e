import { extname } from 'node:path';
import { voxError } from '../errors.js';
import { OPUS_EXTENSIONS } from '../calls/file/file-media.js';
import type { Plan, PlanNode } from '../graph/plan-types.js';

/** A plan that writes a file, and the call address it is bound to meanwhile. */
export interface RenderPlan {
  /** What to run. */
  readonly plan: Plan;
  /** The file's path in the call's place; undefined: what is sent to the call goes nowhere. */
  readonly callFile: string | undefined;
}

/**
 * Turns a graph for a call into one that writes `output` (an absolute path). Containers that hold Opus get the very packets
 * the call would have got; for others the sound before the encoder is written by the container's own codec. Without `output` the
 * graph's own file sinks write what they always do.
 *
 * @throws VoxError `USAGE` when there is nothing that could be written.
 */
export function renderPlan(plan: Plan, output: string | undefined): RenderPlan {
  const calls = plan.nodes.filter((node) => node.type === 'sink.call');
  const files = plan.nodes.filter((node) => node.type === 'sink.file');
  if (output === undefined) {
    if (files.length > 0) return { plan, callFile: undefined };
    throw voxError('USAGE', { reason: 'this graph writes no file of its own: say where with -o FILE' });
  }
  if (calls.length === 1) {
    if (OPUS_EXTENSIONS.includes(extname(output).toLowerCase())) return { plan, callFile: output };
    return { plan: soundToFile(plan, calls[0]!, output), callFile: undefined };
  }
  if (calls.length === 0 && files.length === 1) {
    const node: PlanNode = { ...files[0]!, options: { ...files[0]!.options, path: output } };
    return { plan: { ...plan, nodes: plan.nodes.map((n) => (n.id === node.id ? node : n)) }, callFile: undefined };
  }
  throw voxError('USAGE', {
    reason: `-o names one file, but this graph has ${calls.length} call sinks and ${files.length} file sinks`,
  });
}

/** Replaces a call's sink, and its encoder if nobody else uses that, by a file's sink. */
function soundToFile(plan: Plan, call: PlanNode, path: string): Plan {
  const wire = call.inputs['audio']?.[0];
  const encoder = plan.nodes.find((node) => node.id === wire?.node);
  const sound = encoder?.inputs['audio'];
  if (!encoder || !sound)
    throw voxError('USAGE', {
      reason: `"${call.id}" is not fed by an encoder, so it can only be rendered to ${OPUS_EXTENSIONS.join(', ')}`,
    });
  const others = plan.nodes.some(
    (node) => node !== call && Object.values(node.inputs).some((wires) => wires.some((w) => w.node === encoder.id)),
  );
  const sink: PlanNode = { ...call, type: 'sink.file', options: { path }, inputs: { audio: sound } };
  const nodes = plan.nodes.flatMap((node) => (node === call ? [sink] : node === encoder && !others ? [] : [node]));
  return { ...plan, nodes };
}
