import type { NodeDefinition } from '../define-node.js';
import type { Plan, PlanNode } from '../plan-types.js';
import { codecName } from '../ports.js';
import type { Registry } from '../registry.js';

/** What a wire carries, in words: `audio 48 kHz stereo`, `packets opus 20 ms` … */
export type WireFormats = ReadonlyMap<string, string>;

/** The format of each output of a plan, by `node.port`. */
export function wireFormats(plan: Plan, registry: Registry): WireFormats {
  const channels = new Map<string, 1 | 2 | undefined>();
  const formats = new Map<string, string>();
  for (const node of plan.nodes) {
    const definition = registry.get(node.type);
    for (const [port, spec] of Object.entries(definition?.outputs ?? {})) {
      const key = `${node.id}.${port}`;
      if (spec.kind === 'audio') {
        const count = channelsOf(node, port, definition!, channels);
        channels.set(key, count);
        formats.set(key, `audio 48 kHz ${count === undefined ? 'mono or stereo' : count === 1 ? 'mono' : 'stereo'}`);
      } else if (spec.kind === 'packets') {
        const { frameMs } = node.options;
        const length = typeof frameMs === 'number' ? ` ${frameMs} ms` : '';
        formats.set(key, `packets ${codecName(spec.format?.codec) ?? 'of any codec'}${length}`);
      } else formats.set(key, spec.kind);
    }
  }
  return formats;
}

/** What the option `channels` says, else what the input that passes through has. */
function channelsOf(
  node: PlanNode,
  port: string,
  definition: NodeDefinition,
  known: ReadonlyMap<string, 1 | 2 | undefined>,
): 1 | 2 | undefined {
  const { channels } = node.options;
  if (channels === 1 || channels === 2) return channels;
  const input = definition.bypass[port];
  const wire = input === undefined ? undefined : node.inputs[input]?.[0];
  return wire && !wire.branches ? known.get(`${wire.node}.${wire.port}`) : undefined;
}
