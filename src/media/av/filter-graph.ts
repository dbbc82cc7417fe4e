import { Filter, FilterGraph, FilterInOut, type FilterContext } from 'node-av/lib';
import { avReason, setAvLogQuiet } from './native.js';
import { FILE_OPTIONS, refusal } from './filter-rules.js';

/** A filter graph between a source and a sink of ours, at 48 kHz and planar float on both sides. */
export interface AudioFilterGraph {
  readonly graph: FilterGraph;
  readonly source: FilterContext;
  readonly sink: FilterContext;
  /** Channels that go in. */
  readonly channels: 1 | 2;
}

/**
 * Builds a graph from text whose every filter has been found allowed, without configuring it: FFmpeg has read the options then, but
 * not joined the formats.
 *
 * @param own filters that are allowed besides, for text that is no stranger's.
 * @throws Error with a plain reason; nothing is left behind then.
 */
export function buildFilterGraph(text: string, channels: 1 | 2, own: readonly string[] = []): AudioFilterGraph {
  setAvLogQuiet();
  const graph = new FilterGraph();
  graph.alloc();
  try {
    // A thread pool for each of many small graphs costs more than it brings.
    graph.nbThreads = 1;
    const layout = channels === 1 ? 'mono' : 'stereo';
    const source = create(graph, 'abuffer', `time_base=1/48000:sample_rate=48000:sample_fmt=fltp:channel_layout=${layout}`);
    const sink = create(graph, 'abuffersink', null);
    const format = create(graph, 'aformat', 'sample_fmts=fltp:sample_rates=48000:channel_layouts=mono|stereo');
    const linked = format.link(0, sink, 0);
    if (linked < 0) throw new Error(avReason(linked));
    // FFmpeg names them from the side of the text: what its last filter flows into are "inputs", what its first is fed by "outputs".
    const inputs = FilterInOut.createList([{ name: 'out', filterCtx: format, padIdx: 0 }]);
    const outputs = FilterInOut.createList([{ name: 'in', filterCtx: source, padIdx: 0 }]);
    const parsed = graph.parsePtr(text, inputs, outputs);
    if (parsed < 0) throw new Error(`FFmpeg cannot read it: ${avReason(parsed)}`);
    refuseForbidden(graph, own);
    return { graph, source, sink, channels };
  } catch (error) {
    graph.free();
    throw error;
  }
}

/** Why FFmpeg could not configure a graph, from how many pads found no partner. */
export function configureReason({ graph }: AudioFilterGraph, code: number): string {
  let open = 0;
  for (const filter of graph.filters ?? []) open += filter.nbInputs - filter.nbOutputs;
  const count = (what: string, n: number) =>
    `${n === 1 ? `one ${what}` : `${n} ${what}s`} of its filters ${n === 1 ? 'is' : 'are'}`;
  if (open > 0)
    return `${count('input', open)} left open, and the chain may have only one: join sounds from labels, such as [in]asplit[a][b]`;
  if (open < 0) return `${count('output', -open)} left open, and the chain may have only one: mix them, such as [a][b]amix`;
  return `its filters cannot be joined to one input and one output of sound: ${avReason(code)}`;
}

function create(graph: FilterGraph, name: string, args: string | null): FilterContext {
  const filter = Filter.getByName(name);
  const context = filter && graph.createFilter(filter, `vox_${name}`, args);
  if (!context) throw new Error(`this FFmpeg has no filter "${name}"`);
  return context;
}

/** Once more by what FFmpeg understood, should it have read the text in another way than we did. Nothing has run until here. */
function refuseForbidden(graph: FilterGraph, own: readonly string[]): void {
  for (const context of graph.filters ?? []) {
    const name = context.filter?.name ?? '';
    if (name === 'abuffer' || name === 'abuffersink' || own.includes(name)) continue;
    const reason = refusal(name);
    if (reason !== undefined) throw new Error(`the filter "${name}" is not allowed: ${reason}`);
    for (const option of FILE_OPTIONS[name] ?? []) {
      if (context.getOption(option))
        throw new Error(`option "${option}" of filter "${name}" names a file, which a chain may not use`);
    }
  }
}
