import type { SourcePlace } from '../errors.js';

/** Where a value stands: its path in the graph, and its place in the file if the graph came from one. */
export interface Where {
  /** Such as `nodes.duck.options.depthDb`; empty for the whole graph. */
  readonly path: string;
  /** Line and column; absent for a graph that a program built. */
  readonly place?: SourcePlace;
}

/** Turns offsets into places. */
export interface Places {
  /** The place of the character at `offset` (in UTF-16 units); an offset behind the end gives the end. */
  at(offset: number): SourcePlace;
}

/**
 * Indexes a text's lines (ended by LF, CRLF or CR). Columns count UTF-16 units from 1, as editors do, so that `file:line:column`
 * opens at the right character.
 */
export function createPlaces(text: string, file: string): Places {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 13 && text.charCodeAt(i + 1) === 10) continue;
    if (code === 10 || code === 13) starts.push(i + 1);
  }
  return {
    at(offset) {
      const inside = Math.min(Math.max(offset, 0), text.length);
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= inside) low = middle;
        else high = middle - 1;
      }
      return { file, line: low + 1, column: inside - starts[low]! + 1 };
    },
  };
}

/** The path of a member or item, such as `nodes.duck` or `in.audio[1]`; odd keys are quoted: `nodes["a b"]`. */
export function childPath(parent: string, segment: string | number): string {
  if (typeof segment === 'number') return `${parent}[${segment}]`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(segment)) return `${parent}[${JSON.stringify(segment)}]`;
  return parent ? `${parent}.${segment}` : segment;
}
