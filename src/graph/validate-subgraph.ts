import { problem, type Problem } from '../errors.js';
import type { NodeDefinition } from './define-node.js';
import type { GraphModel, InputModel, NodeModel } from './model.js';
import type { Where } from './places.js';
import { readNodes, readReference } from './read-model.js';
import { createRegistry, type Registry } from './registry.js';
import { isSink } from './resolved.js';
import { RESULT, subgraphTypes, VOICE } from './subgraph.js';
import type { CheckedModel, ValidGraph } from './validate.js';

/** A checked sub-graph. */
export interface CheckedSubgraph {
  /** It, with its two ends; undefined when it has no shape that could be checked. */
  readonly graph: ValidGraph | undefined;
  /** What is wrong inside; nodes are called `<outer>/<inner>`. */
  readonly problems: readonly Problem[];
  /** Whether media leaves the graph inside it. */
  readonly hasSink: boolean;
}

/** Parts of a file that are about the whole graph, and are checked with it. */
const OF_THE_WHOLE = { plugins: new Map(), groups: new Map() };

/**
 * Checks the nodes among the options of a node whose type has a sub-graph, as the graph that they are with what comes in (`voice`) and
 * what goes out: the same checks, and problems at their places.
 *
 * @param outer the node.
 * @param graph that it stands in: its params are those of the sub-graph.
 * @param check checks a graph against a registry.
 */
export function checkSubgraph(
  outer: NodeModel,
  graph: GraphModel,
  registry: Registry,
  check: (model: GraphModel, registry: Registry) => CheckedModel,
): CheckedSubgraph {
  const written = outer.options?.members.get('nodes');
  if (written?.value.kind !== 'object') return { graph: undefined, problems: [], hasSink: true };
  const read = readNodes(written.value);
  const problems = [...read.problems];
  const refuse = (reason: string, where: Where, node: string) => {
    problems.push(problem('GRAPH_SHAPE', { reason }, { ...where, node }));
  };

  const [voice, result] = subgraphTypes();
  // A split inside another is refused below, but looked into all the same.
  const others = registry.list().filter(({ type }) => type !== voice.type && type !== result.type);
  const inner = createRegistry([...others, voice, result]);
  for (const { name, where, type, typeWhere } of read.nodes.values()) {
    const definition = type === undefined ? undefined : inner.get(type);
    if (name === VOICE) refuse(`"${VOICE}" is what comes in; give the node another name`, where, name);
    if (definition) refuseOutside(definition, (reason) => refuse(reason, typeWhere, name));
  }

  const nodes = new Map(read.nodes);
  nodes.set(VOICE, pseudoNode(VOICE, voice.type, written.where));
  const out = outer.options?.members.get('out');
  if (out?.value.kind === 'scalar' && typeof out.value.value === 'string') {
    const wire = readReference(out.value.value, out.value.where);
    const broken = 'code' in wire;
    if (broken) problems.push({ ...wire, node: RESULT });
    const input: InputModel = { port: 'audio', where: out.where, wires: broken ? [] : [wire], broken };
    nodes.set(RESULT, pseudoNode(RESULT, result.type, out.where, [input]));
  }
  const model: GraphModel = { ...graph, ...OF_THE_WHOLE, nodesWhere: written.where, nodes };
  const checked = check(model, inner);
  problems.push(...checked.problems);
  return {
    graph: checked.graph,
    problems: problems.map((found) => nameInside(found, outer)),
    hasSink: [...read.nodes.values()].some(({ type }) => type === undefined || isSink(inner.get(type))),
  };
}

function refuseOutside(definition: NodeDefinition, refuse: (reason: string) => void): void {
  if (definition.needsCall) refuse(`${definition.type} belongs to the whole call and cannot stand inside a split`);
  if (definition.hasSubgraph) refuse('a split cannot stand inside another');
}

/** The two ends are nobody's nodes: what is wrong with them is wrong with the outer node. */
function nameInside(found: Problem, outer: NodeModel): Problem {
  const { node } = found;
  if (node === undefined) return found;
  const ofOuter = node === RESULT || node === VOICE;
  const type = ofOuter && outer.type !== undefined ? { nodeType: outer.type } : {};
  return { ...found, ...type, node: ofOuter ? outer.name : `${outer.name}/${node}` };
}

function pseudoNode(name: string, type: string, where: Where, inputs: readonly InputModel[] = []): NodeModel {
  return {
    name,
    where,
    type,
    typeWhere: where,
    inWhere: where,
    inputs,
    inputsBroken: false,
    options: undefined,
    optionsWhere: where,
    clock: undefined,
  };
}
