import { Filter, FilterGraph, Option, type FilterContext } from 'node-av/lib';
import { AV_OPT_SEARCH_CHILDREN, AVMEDIA_TYPE_AUDIO } from 'node-av/constants';
import { reasonOf } from '../../errors.js';
import { buildFilterGraph, configureReason } from './filter-graph.js';
import { refusal } from './filter-rules.js';
import { readFilterText, type WrittenFilter } from './filter-syntax.js';
import { avReason, setAvLogQuiet } from './native.js';

/** What is wrong with a filter chain. */
export type FilterProblem =
  | { readonly kind: 'wrong'; readonly reason: string }
  /** No filter has this name; the caller may know a near one. */
  | { readonly kind: 'unknown'; readonly name: string };

/**
 * Checks the text of a filter chain without letting any sound through: its syntax, names, options, kinds and connections. Half a
 * millisecond for usual filters.
 *
 * @returns everything that was found; empty when the chain can be opened for mono and for stereo.
 */
export function checkFilterChain(text: string): FilterProblem[] {
  setAvLogQuiet();
  const read = readFilterText(text);
  if (read.kind === 'wrong') return [read];
  const problems = read.filters.flatMap(checkFilter);
  if (problems.length > 0) return problems;
  for (const channels of [1, 2] as const) {
    const reason = whyNotBuilt(text, channels);
    if (reason !== undefined) return [{ kind: 'wrong', reason }];
  }
  return [];
}

function whyNotBuilt(text: string, channels: 1 | 2): string | undefined {
  let built;
  try {
    built = buildFilterGraph(text, channels);
  } catch (error) {
    return reasonOf(error);
  }
  const code = built.graph.configSync();
  const reason = code < 0 ? configureReason(built, code) : undefined;
  built.graph.free();
  return reason;
}

function checkFilter(written: WrittenFilter): FilterProblem[] {
  const { name } = written;
  const wrong = (reason: string): FilterProblem[] => [{ kind: 'wrong', reason }];
  const filter = Filter.getByName(name);
  if (!filter) return [{ kind: 'unknown', name }];
  const pads = [...filter.inputs, ...filter.outputs];
  if (pads.some((pad) => pad.type !== AVMEDIA_TYPE_AUDIO)) return wrong(`the filter "${name}" is for pictures, not for sound`);
  const refused = refusal(name);
  if (refused !== undefined) return wrong(`the filter "${name}" is not allowed: ${refused}`);
  const graph = new FilterGraph();
  graph.alloc();
  try {
    const context = graph.allocFilter(filter, 'checked');
    return context ? checkOptions(written, context) : [];
  } finally {
    graph.free();
  }
}

/** What is wrong with the options of a filter that is allocated and has none yet; it has them then. */
export function checkOptions({ name, options, args }: WrittenFilter, context: FilterContext): FilterProblem[] {
  const problems: FilterProblem[] = [];
  const target = context.getNative();
  for (const { key, value } of options) {
    if (key === '') continue;
    const option = Option.find(target, key, AV_OPT_SEARCH_CHILDREN);
    if (!option) {
      problems.push({ kind: 'wrong', reason: `the filter "${name}" has no option "${key}"${nearOption(context, key)}` });
    } else if (Option.set(target, key, value, AV_OPT_SEARCH_CHILDREN) < 0) {
      const { min, max } = option;
      const range =
        min < max && Number.isFinite(min) && Number.isFinite(max) ? `; it goes from ${short(min)} to ${short(max)}` : '';
      problems.push({ kind: 'wrong', reason: `option "${key}" of filter "${name}" cannot be "${value}"${range}` });
    }
  }
  if (problems.length > 0) return problems;
  const code = context.initStr(args ?? null);
  if (code >= 0) return [];
  const given = args === undefined ? 'no options' : `"${args}"`;
  return [{ kind: 'wrong', reason: `the filter "${name}" cannot work with ${given}: ${avReason(code)}` }];
}

/** Options cannot be listed through node-av, but asked for: every name one letter away is tried. */
function nearOption(context: FilterContext, key: string): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz_0123456789'.split('');
  const target = context.getNative();
  for (let i = 0; i <= key.length; i++) {
    const [head, tail, next] = [key.slice(0, i), key.slice(i), key.slice(i + 1)];
    const swapped = tail.length > 1 ? [head + tail[1]! + tail[0]! + tail.slice(2)] : [];
    for (const name of [head + next, ...swapped, ...letters.flatMap((letter) => [head + letter + tail, head + letter + next])]) {
      if (name !== '' && Option.find(target, name, AV_OPT_SEARCH_CHILDREN)) return `. Did you mean "${name}"?`;
    }
  }
  return '';
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
