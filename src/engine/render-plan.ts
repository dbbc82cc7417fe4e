import { extname } from 'node:path';
import { voxError } from '../errors.js';
import { fileSinkOptions } from '../nodes/sinks/file.js';
import { framesOptions } from '../nodes/sinks/frames.js';
import { OPUS_EXTENSIONS } from '../calls/file/file-media.js';
import type { Plan, PlanNode, PlanWire } from '../graph/plan-types.js';

/** A plan that writes a file, and the call address it is bound to meanwhile. */
export interface RenderPlan {
  /** What to run. */
  readonly plan: Plan;
  /** The file's path in the call's place; undefined: what is sent to the call goes nowhere. */
  readonly callFile: string | undefined;
}

/** What a rendering writes; absolute paths. */
export interface RenderOutputs {
  /** The media file. Absent: the graph's own file sinks write what they always do. */
  readonly output?: string | undefined;
  /** The folder for each picture as a PNG. */
  readonly frames?: string | undefined;
  /** The PNG for a contact sheet. */
  readonly sheet?: string | undefined;
}

/** What goes to a call or a file, before any encoder. */
interface Media {
  readonly sound: readonly PlanWire[] | undefined;
  readonly pictures: readonly PlanWire[] | undefined;
  /** Options of the encoder of the pictures, as the options of a file's sink. */
  readonly pictureOptions: Readonly<Record<string, unknown>>;
}

/** Containers that `sink.file` writes pictures to. */
const FILMS = /\.(mp4|m4v|mov|mkv|webm|ts|mts|flv|avi|nut|3gp)$/i;

/**
 * Turns a graph for a call into one that writes files. Containers that hold Opus get the very packets the call would have got, unless the
 * call gets pictures too and the container takes them; otherwise what is before the encoders is written by the container's own codecs.
 *
 * @throws VoxError `USAGE` when there is nothing that could be written.
 */
export function renderPlan(plan: Plan, outputs: RenderOutputs): RenderPlan {
  const { output, frames, sheet } = outputs;
  if (frames === undefined && sheet === undefined) return mediaPlan(plan, output);
  const sink = oneSink(plan, '--frames and --sheet look at');
  const { pictures, pictureOptions } = mediaOf(plan, sink);
  if (!pictures) throw voxError('USAGE', { reason: `"${sink.id}" gets no pictures, so there are no frames to write` });
  const { width, height, fit, frameRate } = pictureOptions;
  const size = Object.fromEntries(Object.entries({ width, height, fit, frameRate }).filter(([, value]) => value !== undefined));
  const watcher: PlanNode = {
    id: `${sink.id}~frames`,
    type: 'sink.frames',
    options: framesOptions.parse({
      ...size,
      ...(frames !== undefined && { folder: frames }),
      ...(sheet !== undefined && { sheet }),
    }),
    inputs: { video: pictures },
    domain: sink.domain,
    implicit: true,
  };
  // Without a file to write only what leads to the pictures runs.
  if (output === undefined)
    return { plan: onlyFor({ ...plan, nodes: [...plan.nodes, watcher] }, watcher.id), callFile: undefined };
  const { plan: written, callFile } = mediaPlan(plan, output);
  return { plan: { ...written, nodes: [...written.nodes, watcher] }, callFile };
}

function mediaPlan(plan: Plan, output: string | undefined): RenderPlan {
  const files = plan.nodes.filter((node) => node.type === 'sink.file');
  if (output === undefined) {
    if (files.length > 0) return { plan, callFile: undefined };
    throw voxError('USAGE', { reason: 'this graph writes no file of its own: say where with -o FILE' });
  }
  const sink = oneSink(plan, '-o names one file, but');
  if (sink.type === 'sink.file') {
    const node: PlanNode = { ...sink, options: { ...sink.options, path: output } };
    return { plan: { ...plan, nodes: plan.nodes.map((n) => (n.id === node.id ? node : n)) }, callFile: undefined };
  }
  const hasPictures = (sink.inputs['video'] ?? []).length > 0;
  const takesOpus = OPUS_EXTENSIONS.includes(extname(output).toLowerCase());
  if (takesOpus && !(hasPictures && FILMS.test(output))) return { plan, callFile: output };
  return { plan: toFile(plan, sink, output), callFile: undefined };
}

/** The one sink that a rendering is of. */
function oneSink(plan: Plan, wish: string): PlanNode {
  const calls = plan.nodes.filter((node) => node.type === 'sink.call');
  const files = plan.nodes.filter((node) => node.type === 'sink.file');
  const [only] = calls.length === 1 ? calls : calls.length === 0 && files.length === 1 ? files : [];
  if (only) return only;
  throw voxError('USAGE', { reason: `${wish} this graph has ${calls.length} call sinks and ${files.length} file sinks` });
}

function mediaOf(plan: Plan, sink: PlanNode): Media {
  if (sink.type === 'sink.file') {
    return { sound: sink.inputs['audio'], pictures: sink.inputs['video'], pictureOptions: sink.options };
  }
  const before = (port: string) => {
    const wire = sink.inputs[port]?.[0];
    return wire && plan.nodes.find((node) => node.id === wire.node);
  };
  const pictures = before('video');
  const options = pictures?.options ?? {};
  return {
    sound: before('audio')?.inputs['audio'],
    pictures: pictures?.inputs['video'],
    pictureOptions: {
      ...(options['width'] !== undefined && { width: options['width'] }),
      ...(options['height'] !== undefined && { height: options['height'] }),
      ...(options['fit'] !== undefined && { fit: options['fit'] }),
      ...(options['frameRate'] !== undefined && { frameRate: options['frameRate'] }),
    },
  };
}

/** Replaces a call's sink, and the encoders that nobody else uses, by a file's sink. */
function toFile(plan: Plan, call: PlanNode, path: string): Plan {
  const { sound, pictures, pictureOptions } = mediaOf(plan, call);
  const film = FILMS.test(path);
  if (!sound && !(film && pictures)) {
    throw voxError('USAGE', {
      reason: `"${call.id}" is not fed by an encoder, so it can only be rendered to ${OPUS_EXTENSIONS.join(', ')}`,
    });
  }
  const inputs = { ...(sound && { audio: sound }), ...(film && pictures && { video: pictures }) };
  const sink: PlanNode = {
    ...call,
    type: 'sink.file',
    options: fileSinkOptions.parse({ path, ...(inputs.video && pictureOptions) }),
    inputs,
  };
  const encoders = new Set(Object.values(call.inputs).flatMap((wires) => wires.map(({ node }) => node)));
  const used = new Set(
    plan.nodes
      .filter((node) => node !== call)
      .flatMap((node) => Object.values(node.inputs).flatMap((wires) => wires.map((wire) => wire.node))),
  );
  const nodes = plan.nodes.flatMap((node) =>
    node === call ? [sink] : encoders.has(node.id) && node.type.startsWith('encode.') && !used.has(node.id) ? [] : [node],
  );
  return { ...plan, nodes };
}

/** The plan without what does not lead to a node. */
function onlyFor(plan: Plan, sink: string): Plan {
  const byId = new Map(plan.nodes.map((node) => [node.id, node]));
  const needed = new Set([sink]);
  for (const id of needed) {
    for (const wires of Object.values(byId.get(id)?.inputs ?? {})) for (const { node } of wires) needed.add(node);
  }
  const nodes = plan.nodes.filter(({ id }) => needed.has(id));
  const leads = new Set(nodes.map(({ id }) => id));
  const domains = plan.domains.map((domain) =>
    domain.leader === null || leads.has(domain.leader) ? domain : { ...domain, leader: null },
  );
  return { ...plan, nodes, domains };
}
