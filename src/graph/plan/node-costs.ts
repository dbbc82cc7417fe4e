/**
 * What each node type costs while it runs in real time, in percent of one core: the table behind `voxgraph graph --plan` and the
 * choice of converters. Effects, mixers and what is like them: measured with `bench/node-costs.ts` in stereo at their defaults, on a
 * 2-core x86-64 virtual machine with Node 24, in company but scaled by the encoder; sources, sinks and the encoder: from the workloads
 * W1 and W6. Other machines differ by a factor that is much the same for all.
 * @module
 */

/** A cost in percent of a core, or how it follows from the node's options. */
type Cost = number | ((options: Readonly<Record<string, unknown>>) => number);

const COSTS: Readonly<Record<string, Cost>> = {
  'source.file': 0.12,
  'source.participants': 0.15,
  'source.silence': 0.01,
  'source.tone': 0.05,
  'effect.bandpass': 0.049,
  'effect.channel-mix': 0.05,
  'effect.chorus': 0.408,
  'effect.compressor': 0.179,
  'effect.distortion': 0.415,
  'effect.echo': 0.063,
  'effect.equalizer': 0.042,
  'effect.fade': 0.028,
  'effect.gain': 0.01,
  'effect.gate': 0.075,
  'effect.highpass': 0.073,
  'effect.karaoke': 0.093,
  'effect.limiter': 0.02,
  'effect.loudness': 0.135,
  'effect.lowpass': 0.043,
  'effect.pan': 0.046,
  'effect.reverb': 0.559,
  'effect.robot': 0.575,
  'effect.rotation': 0.084,
  'effect.tremolo': 0.081,
  'effect.vibrato': 0.197,
  'mix.duck': 0.08,
  'mix.sum': 0.082,
  'flow.delay': 0.064,
  'flow.tee': 0.053,
  'meter.level': 0.032,
  'sink.call': 0.05,
  'sink.file': 0.3,
  'sink.null': 0.005,
  // libopus spends the same per packet at every bit rate that music uses; its effort is what counts.
  'encode.opus': ({ complexity = 10, channels = 2 }) => (0.27 + 0.043 * Number(complexity)) * (channels === 1 ? 0.6 : 1),
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
