/**
 * What each node type costs while it runs in real time, in percent of one core: the table behind `voxgraph graph --plan` and the
 * choice of converters. Measured with `node bench/node-costs.ts` on stereo at 20 ms frames, on a 2-core x86-64 virtual machine at
 * Node 24; other machines differ by a factor that is much the same for all.
 * @module
 */

/** A cost in percent of a core, or how it follows from the node's options. */
type Cost = number | ((options: Readonly<Record<string, unknown>>) => number);

const COSTS: Readonly<Record<string, Cost>> = {
  'source.file': 0.12,
  'source.tone': 0.05,
  'source.silence': 0.01,
  'source.participants': 0.15,
  'effect.gain': 0.02,
  'effect.echo': 0.06,
  'effect.robot': 0.35,
  'mix.sum': 0.04,
  'mix.duck': 0.08,
  'flow.tee': 0.005,
  'flow.delay': 0.02,
  'meter.level': 0.01,
  // libopus spends the same per packet at every bit rate that music uses; its effort is what counts.
  'encode.opus': ({ complexity = 10, channels = 2 }) => (0.27 + 0.043 * Number(complexity)) * (channels === 1 ? 0.6 : 1),
  'decode.opus': 0.11,
  'sink.call': 0.05,
  'sink.file': 0.3,
  'sink.null': 0.005,
};

/** For types nobody measured: what their kind of node costs in the middle. */
const BY_GROUP: Readonly<Record<string, number>> = {
  source: 0.1,
  effect: 0.1,
  mix: 0.06,
  meter: 0.03,
  flow: 0.01,
  encode: 0.7,
  decode: 0.15,
  sink: 0.05,
  video: 15,
  plugin: 0.1,
};

/** What a node costs. */
export interface NodeCost {
  /** Percent of a core. */
  readonly percent: number;
  /** False when it is only what such nodes cost in the middle. */
  readonly measured: boolean;
}

/** What a node of a type costs at its options. */
export function costPercent(type: string, options: Readonly<Record<string, unknown>>): NodeCost {
  const cost = Object.hasOwn(COSTS, type) ? COSTS[type] : undefined;
  if (cost === undefined) return { percent: BY_GROUP[type.split('.')[0]!] ?? 0.1, measured: false };
  return { percent: typeof cost === 'number' ? cost : cost(options), measured: true };
}
