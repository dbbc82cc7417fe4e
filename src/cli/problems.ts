import pc from 'picocolors';
import type { EngineEvent } from '../events/event.js';
import { formatProblem, type Problem } from '../errors.js';

/** The most characters of a source line that are shown. */
const WINDOW = 110;

/** What went wrong, if the event says that something did. */
export function problemOfEvent(event: EngineEvent): Problem | undefined {
  switch (event.type) {
    case 'call.faulted':
    case 'plugin.faulted':
    case 'plugin.bypassed':
      return event.problem;
    default:
      return event.type === 'node.told' ? event.data.problem : undefined;
  }
}

/**
 * A problem as a terminal shows it: the sentence, the line it is about with a caret under the place, and the fix.
 *
 * @param source the text of the file the problem is in, if it is at hand
 */
export function renderProblem(problem: Problem, source: string | undefined, color: boolean): string {
  const paint = pc.createColors(color);
  const lines = [paint.bold(formatProblem(problem))];
  const line = problem.place && source !== undefined ? linesOf(source)[problem.place.line - 1] : undefined;
  if (problem.place && line !== undefined) {
    const gutter = `${problem.place.line}`;
    const { text, caret } = excerpt(problem.place.line === 1 ? line.replace(/^\ufeff/, '') : line, problem.place.column - 1);
    lines.push(paint.dim(`  ${gutter} | `) + text, paint.dim(`  ${' '.repeat(gutter.length)} | `) + caret + paint.red('^'));
  }
  lines.push(`  ${paint.cyan('fix:')} ${problem.fix}`);
  return `${lines.join('\n')}\n`;
}

let last: { readonly source: string; readonly lines: readonly string[] } | undefined;

/** The lines of a text; of many problems in one file they are found once. */
function linesOf(source: string): readonly string[] {
  if (last?.source !== source) last = { source, lines: source.split(/\r\n|\n|\r/) };
  return last.lines;
}

/** The part of a line around a column, and what brings a caret under it: tabs stay tabs, wide letters take two cells. */
function excerpt(line: string, column: number): { text: string; caret: string } {
  const start = line.length <= WINDOW ? 0 : Math.max(0, Math.min(column - WINDOW / 2, line.length - WINDOW));
  const end = Math.min(line.length, start + WINDOW);
  const before = start > 0 ? '…' : '';
  const clean = (text: string) => text.replace(/[^\P{C}\t]/gu, '\ufffd');
  const caret = [...before, ...clean(line.slice(start, column))]
    .map((symbol) => (symbol === '\t' ? '\t' : ' '.repeat(cells(symbol))))
    .join('');
  return { text: before + clean(line.slice(start, end)).trimEnd() + (end < line.length ? '…' : ''), caret };
}

function cells(symbol: string): number {
  if (/\p{M}/u.test(symbol)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
    symbol,
  ) && symbol.codePointAt(0)! > 0xff
    ? 2
    : 1;
}
