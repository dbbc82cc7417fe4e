import { Filter, FilterGraph } from 'node-av/lib';
import { AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { reasonOf } from '../../../errors.js';
import { checkOptions, type FilterProblem } from '../filter-check.js';
import { readFilterText, type WrittenFilter } from '../filter-syntax.js';
import { setAvLogQuiet } from '../native.js';
import { blankPicture } from './blank.js';
import { graphWork, type FilterWork } from './filter-work.js';
import { PictureGraph, type GraphShape } from './picture-graph.js';
import { VIDEO_FILE_OPTIONS, videoRefusal } from './video-filter-rules.js';

/**
 * Checks the text of a chain of picture filters: its syntax, names, options, kinds and connections, and that it gives one picture for
 * each.
 *
 * @param live true: only what takes about a millisecond. @returns everything that was found.
 */
export function checkVideoChain(text: string, live: boolean): FilterProblem[] {
  setAvLogQuiet();
  const read = readFilterText(text);
  if (read.kind === 'wrong') return [read];
  const problems = read.filters.flatMap(checkFilter);
  if (problems.length > 0 || live) return problems;
  const reason = whyNotRun(text);
  return reason === undefined ? [] : [{ kind: 'wrong', reason }];
}

/** A chain somebody wrote, checked before, as a work: its first filter gets the picture, its last one gives it. */
export function chainWork(text: string, settings: Pick<FilterWork, 'failed'> = {}): FilterWork {
  const write: FilterWork['text'] = ([input], output, id) => {
    // Labels of the text are made its own, and what it leaves open is joined to what is before and behind it.
    const labelled = text
      .trim()
      .replace(/;$/, '')
      .replace(/\[(\w+)\]/g, `[${id}_$1]`);
    const begins = /^\[(\w+)\]/.exec(labelled);
    const ends = /\[(\w+)\]$/.exec(labelled);
    const before = begins ? `[${input}]null[${begins[1]}];` : `[${input}]`;
    return ends ? `${before}${labelled};[${ends[1]}]null[${output}]` : `${before}${labelled}[${output}]`;
  };
  const sizes = new Map<string, { width: number; height: number }>();
  return graphWork(text, write, {
    ...settings,
    still: false,
    size: ([input]) => {
      const key = `${input!.width}x${input!.height}`;
      let size = sizes.get(key);
      if (!size) sizes.set(key, (size = probeSize(text, write, input!.width, input!.height)));
      return size;
    },
  });
}

function probeSize(text: string, write: FilterWork['text'], width: number, height: number): { width: number; height: number } {
  if (width <= 0 || height <= 0) return { width, height };
  const blank = blankPicture(width, height);
  const shape: GraphShape = {
    leaves: [blank],
    steps: [{ work: graphWork(text, write), inputs: ['i0'], broken: false }],
    root: 's0',
  };
  const graph = PictureGraph.create(shape, [blank], undefined);
  try {
    if (graph.configSync() !== undefined) return { width, height };
    return graph.size;
  } finally {
    graph.close();
    blank.release();
  }
}

function checkFilter(written: WrittenFilter): FilterProblem[] {
  const { name } = written;
  const wrong = (reason: string): FilterProblem[] => [{ kind: 'wrong', reason }];
  const filter = Filter.getByName(name);
  if (!filter) return [{ kind: 'unknown', name }];
  if ([...filter.inputs, ...filter.outputs].some((pad) => pad.type !== AVMEDIA_TYPE_VIDEO))
    return wrong(`the filter "${name}" is for sound, not for pictures`);
  const refused = videoRefusal(name);
  if (refused !== undefined) return wrong(`the filter "${name}" is not allowed: ${refused}`);
  // Before its options are set: to set them would read the file.
  const files = VIDEO_FILE_OPTIONS[name];
  const named = written.options.find(({ key }, i) => files?.names.includes(key) || (files && key === '' && i >= files.unnamed));
  if (named) return wrong(`option "${named.key || files!.names[0]}" of filter "${name}" names a file, which a chain may not use`);
  const graph = new FilterGraph();
  graph.alloc();
  try {
    const context = graph.allocFilter(filter, 'checked');
    return context ? checkOptions(written, context) : [];
  } finally {
    graph.free();
  }
}

/** Sends some pictures through. */
function whyNotRun(text: string): string | undefined {
  const blank = blankPicture(320, 240, [80, 110, 150]);
  const shape: GraphShape = { leaves: [blank], steps: [{ work: chainWork(text), inputs: ['i0'], broken: false }], root: 's0' };
  const graph = PictureGraph.create(shape, [blank], 'format=yuv420p');
  try {
    const failure = graph.configSync();
    if (failure !== undefined) return `its filters cannot be joined to one picture in and one out: ${failure}`;
    let came = 0;
    for (let i = 0; i < 12; i++) {
      const picture = graph.runSync(shape, [blank], Math.round((i * 1e6) / 30));
      if (picture) came++;
      picture?.release();
    }
    return came >= 10 ? undefined : 'it does not give a picture for each that it gets';
  } catch (error) {
    return reasonOf(error);
  } finally {
    graph.close();
    blank.release();
  }
}
