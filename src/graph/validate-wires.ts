import type { InputModel, WireModel } from './model.js';
import { portsFit, type FindConverters } from './plan/converters.js';
import { codecName, type PortSpec } from './ports.js';
import { nearestHint, type Registry } from './registry.js';
import { suggested, type Report } from './report.js';
import type { MixerPorts, ResolvedNode, ResolvedWire } from './resolved.js';

/** The wires of a graph, and the nodes that would be used if a misspelt reference were right. */
export interface WiredGraph {
  /** Wires whose both ends exist. */
  readonly wires: readonly ResolvedWire[];
  /** Nodes that a wrong reference seems to mean: not to be called unused. */
  readonly meant: ReadonlySet<string>;
}

/** The type that mixes branches for an input that takes one stream. */
const MIXER_TYPE = 'mix.sum';

/** The implicit mixer of a registry, if it has one. */
export function implicitMixer(registry: Registry): MixerPorts | undefined {
  const definition = registry.get(MIXER_TYPE);
  if (!definition) return undefined;
  const input = Object.keys(definition.inputs).find(
    (name) => definition.inputs[name]!.kind === 'audio' && definition.inputs[name]!.arity === 'many',
  );
  const output = Object.keys(definition.outputs).find((name) => definition.outputs[name]!.kind === 'audio');
  return input !== undefined && output !== undefined ? { definition, input, output } : undefined;
}

/** Resolves every wire, and reports what is wrong with references, ports, kinds and counts. */
export function resolveWires(
  nodes: ReadonlyMap<string, ResolvedNode>,
  mixer: MixerPorts | undefined,
  convert: FindConverters,
  report: Report,
): WiredGraph {
  const wires: ResolvedWire[] = [];
  const meant = new Set<string>();
  for (const node of nodes.values()) {
    for (const input of node.model.inputs) {
      const port = inputPort(node, input, report);
      const seen = new Set<string>();
      for (const wire of input.wires) {
        const resolved = resolveWire(nodes, node, input, port, wire, { mixer, convert }, meant, report);
        if (!resolved) continue;
        const key = `${resolved.from}.${resolved.fromPort}`;
        if (seen.has(key) && port?.arity === 'many') {
          report('GRAPH_SHAPE', { reason: `"${wire.ref}" is wired to this input twice` }, wire.where, node.model);
        } else wires.push(resolved);
        seen.add(key);
      }
    }
    checkCounts(node, report);
  }
  return { wires, meant };
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function inputPort({ definition, model }: ResolvedNode, input: InputModel, report: Report): PortSpec | undefined {
  if (!definition) return undefined;
  const port = own(definition.inputs, input.port);
  if (port) return port;
  const valid = Object.keys(definition.inputs);
  const hint = valid.length > 0 ? nearestHint(input.port, valid) : '. It has no inputs';
  return report('UNKNOWN_PORT', { direction: 'input', port: input.port, type: definition.type, hint }, input.where, model);
}

function resolveWire(
  nodes: ReadonlyMap<string, ResolvedNode>,
  node: ResolvedNode,
  input: InputModel,
  port: PortSpec | undefined,
  wire: WireModel,
  { mixer, convert }: { readonly mixer: MixerPorts | undefined; readonly convert: FindConverters },
  meant: Set<string>,
  report: Report,
): ResolvedWire | undefined {
  const source = nodes.get(wire.node);
  if (!source) {
    const hint = nearestHint(wire.node, [...nodes.keys()]);
    const near = suggested(hint);
    if (near !== undefined) meant.add(near);
    return report('UNKNOWN_NODE', { name: wire.node, hint }, wire.where, node.model);
  }
  const ends = { from: wire.node, to: node.model.name, toPort: input.port, model: withQueue(wire, node) };
  if (!source.definition)
    return { ...ends, fromPort: wire.port ?? input.port, kind: undefined, branches: false, mix: false, convert: [] };
  const fromPort = outputPort(source, input.port, port, wire, node, report);
  if (fromPort === undefined) {
    meant.add(wire.node);
    return undefined;
  }
  const given = source.definition.outputs[fromPort]!;
  const branches = given.arity === 'many';
  const mix = branches && port !== undefined && port.arity !== 'many';
  const resolved = { ...ends, fromPort, kind: given.kind, branches, mix, convert: [] };
  if (!port) return resolved;
  // Branches that join a port of many stay apart: nothing can be put between them.
  const converters = portsFit(given, port) ? [] : branches && !mix ? undefined : convert(given, port);
  if (!converters || (mix && !(given.kind === 'audio' && mixer))) {
    const data = { from: wire.ref, given: describePort(given), taken: describePort(port) };
    report('WRONG_KIND', data, wire.where, node.model);
    return { ...resolved, kind: undefined, mix: false };
  }
  return { ...resolved, convert: converters };
}

/** The wire with the queue that its consumer puts on it, unless it has one. */
function withQueue(wire: WireModel, { definition, options }: ResolvedNode): WireModel {
  if (wire.queue || !definition?.inputQueue) return wire;
  // With wrong options it is a queue all the same.
  return { ...wire, queue: options ? definition.inputQueue(options) : { frames: 1, overflow: 'drop-oldest' } };
}

/** The output a reference means: the named one, else the only one, else the one named as the input, else the only one of its kind. */
function outputPort(
  source: ResolvedNode,
  inputName: string,
  port: PortSpec | undefined,
  wire: WireModel,
  node: ResolvedNode,
  report: Report,
): string | undefined {
  const { outputs, type } = source.definition!;
  const names = Object.keys(outputs);
  if (names.length === 0) return report('NO_OUTPUT', { from: wire.node }, wire.where, node.model);
  if (wire.port !== undefined) {
    if (own(outputs, wire.port)) return wire.port;
    const hint = nearestHint(wire.port, names);
    return report(
      'UNKNOWN_PORT',
      { direction: `"${wire.node}" (${type}): output`, port: wire.port, type, hint },
      wire.where,
      node.model,
    );
  }
  if (names.length === 1) return names[0];
  if (own(outputs, inputName)) return inputName;
  // The input's right name might have chosen one.
  if (!port) return undefined;
  const fitting = names.filter((name) => outputs[name]!.kind === port.kind);
  if (fitting.length === 1) return fitting[0];
  const data = { name: wire.node, ports: names.join(', '), first: names[0]! };
  return report('AMBIGUOUS_OUTPUT', data, wire.where, node.model);
}

function describePort({ kind, arity, format }: PortSpec): string {
  const what = format?.codec ? `${codecName(format.codec)} ${kind}` : kind;
  return arity === 'many' ? `branches of ${what}` : what;
}

function checkCounts({ definition, model }: ResolvedNode, report: Report): void {
  if (!definition || model.inputsBroken) return;
  const given = new Map(model.inputs.map((input) => [input.port, input]));
  // A misspelt port is reported as such; the port it means is not missing as well.
  const meant = new Set(
    model.inputs
      .filter(({ port }) => !own(definition.inputs, port))
      .map(({ port }) => suggested(nearestHint(port, Object.keys(definition.inputs)))),
  );
  if (definition.anyInput && given.size === 0)
    report('MISSING_INPUT', { port: Object.keys(definition.inputs)[0]! }, model.inWhere, model);
  for (const [port, { arity }] of Object.entries(definition.inputs)) {
    const input = given.get(port);
    const count = input?.wires.length ?? 0;
    if (arity !== 'many' && count > 1) report('TOO_MANY_WIRES', { port, count }, input!.where, model);
    if (arity === 'one' && count === 0 && !input?.broken && !meant.has(port)) {
      report('MISSING_INPUT', { port }, input?.where ?? model.inWhere, model);
    }
  }
}
