import { createScanner, findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { z } from 'zod';
import type { Problem } from '../../errors.js';
import { textProblem } from '../errors.js';
import type { problemSchema } from '../schemas/common.js';

type TextProblem = z.output<typeof problemSchema>;

/** Problems of a text as an editor shows them: each from its place to the end of the word that stands there. */
export function problemsIn(text: string, problems: readonly Problem[], severity: 'error' | 'warning'): TextProblem[] {
  const lines = lineStarts(text);
  return problems.map((one) => {
    const place = one.place ?? placeOf(text, lines, one.path);
    if (!place) return textProblem(one, severity);
    const offset = (lines[place.line - 1] ?? text.length) + place.column - 1;
    const end = placeAt(lines, wordEnd(text, offset));
    const located = { ...one, place: { file: '', ...place } };
    return textProblem(located, severity, { endLine: end.line, endColumn: end.column });
  });
}

/** Where a path such as `nodes.music.options.src` stands in a text; for what is not there, where the nearest thing around it is. */
function placeOf(text: string, lines: readonly number[], path: string | undefined): Place | undefined {
  if (path === undefined) return undefined;
  const tree = parseTree(text);
  if (!tree) return undefined;
  for (let keys = path.split('.'); keys.length > 0; keys = keys.slice(0, -1)) {
    const found = findNodeAtLocation(tree, keys);
    if (found) return placeAt(lines, found.offset);
  }
  return undefined;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function placeAt(lines: readonly number[], offset: number): Place {
  let line = lines.findLastIndex((start) => start <= offset);
  if (line < 0) line = 0;
  return { line: line + 1, column: offset - lines[line]! + 1 };
}

function wordEnd(text: string, offset: number): number {
  const scanner = createScanner(text, false);
  scanner.setPosition(Math.min(offset, text.length));
  scanner.scan();
  const end = scanner.getTokenOffset() + scanner.getTokenLength();
  return Math.max(offset + 1, end);
}
