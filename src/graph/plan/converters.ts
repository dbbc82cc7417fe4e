import type { NodeDefinition } from '../define-node.js';
import type { PortSpec } from '../ports.js';
import type { Registry } from '../registry.js';
import { costPercent } from './node-costs.js';

/** The cheapest chain of node types between two ports that do not fit; undefined when there is none. */
export type FindConverters = (given: PortSpec, taken: PortSpec) => readonly NodeDefinition[] | undefined;

/** Whether what one port gives can be taken by another as it is: of the same kind, and of the codec that is asked for. */
export function portsFit(given: PortSpec, taken: PortSpec): boolean {
  if (given.kind !== taken.kind) return false;
  const { codec } = taken.format ?? {};
  if (codec === undefined) return true;
  const wanted: readonly (typeof codec)[] = typeof codec === 'string' ? [codec] : codec;
  return given.format?.codec !== undefined && wanted.includes(given.format.codec);
}

interface Path {
  readonly chain: readonly NodeDefinition[];
  readonly end: PortSpec;
  readonly cost: number;
}

/**
 * Finds paths over the converters of a registry, cheapest first (Dijkstra's algorithm; the costs are those of the table in
 * `node-costs.ts` at the converters' defaults; of what costs the same, what the port names first). What differs only in channels needs no converter: every node takes mono and stereo.
 */
export function converterFinder(registry: Registry): FindConverters {
  const converters = registry.list().filter((definition) => definition.converter);
  return (given, taken) => {
    const open: Path[] = [{ chain: [], end: given, cost: 0 }];
    const reached = new Set<string>();
    for (;;) {
      open.sort((a, b) => a.cost - b.cost || placeAmong(taken, a.end) - placeAmong(taken, b.end));
      const path = open.shift();
      if (!path) return undefined;
      if (portsFit(path.end, taken)) return path.chain;
      const state = `${path.end.kind}/${String(path.end.format?.codec ?? '')}`;
      if (reached.has(state)) continue;
      reached.add(state);
      for (const definition of converters) {
        const { input, output } = converterPorts(definition);
        if (!portsFit(path.end, definition.inputs[input]!)) continue;
        const cost = path.cost + costPercent(definition.type, definition.options.parse({}) as Record<string, unknown>).percent;
        open.push({ chain: [...path.chain, definition], end: definition.outputs[output]!, cost });
      }
    }
  };
}

/** Of the codecs that a port takes the first is the best. */
function placeAmong({ format }: PortSpec, { format: given }: PortSpec): number {
  return Array.isArray(format?.codec) ? format.codec.indexOf(given?.codec) : 0;
}

/** The one input and the one output of a converter, by name. */
export function converterPorts({ type, inputs, outputs }: NodeDefinition): { readonly input: string; readonly output: string } {
  const [input, ...moreIn] = Object.keys(inputs);
  const [output, ...moreOut] = Object.keys(outputs);
  if (input === undefined || output === undefined || moreIn.length > 0 || moreOut.length > 0)
    throw new TypeError(`${type} is declared a converter, so it must have one input and one output`);
  return { input, output };
}
