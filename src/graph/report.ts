import { problem, type ErrorCode, type ErrorData, type Problem } from '../errors.js';
import type { NodeModel } from './model.js';
import type { Where } from './places.js';

/** Takes a problem: about a place, and about a node if one is given. Returns undefined, for use in expressions. */
export type Report = (code: ErrorCode, data: ErrorData, where: Where, node?: NodeModel) => undefined;

/** So many problems are told of one graph at most: who makes more of them mends these first. */
const MOST_PROBLEMS = 500;

/** Thrown when a graph has so many problems that no more are looked for. */
export class TooManyProblems extends Error {
  /** Those that were found. */
  readonly problems: readonly Problem[];

  /** @param problems those that were found. */
  constructor(problems: readonly Problem[]) {
    super('too many problems');
    this.problems = problems;
  }
}

/** A {@link Report} that adds to a list. It throws {@link TooManyProblems} when that is long. */
export function reportTo(problems: Problem[]): Report {
  return (code, data, where, node) => {
    if (problems.length >= MOST_PROBLEMS) throw new TooManyProblems(problems);
    const about = node && { node: node.name, ...(node.type === undefined ? {} : { nodeType: node.type }) };
    problems.push(problem(code, data, { ...where, ...about }));
    return undefined;
  };
}

/** By place (places of a program's graph: as they were found), each sentence once per place. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  const once = problems.filter((p) => {
    const key = `${p.place?.line}:${p.place?.column}:${p.path}:${p.node}:${p.message}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.sort((a, b) => {
    if (!a.place || !b.place) return Number(!!a.place) - Number(!!b.place);
    return a.place.line - b.place.line || a.place.column - b.place.column;
  });
}

/** The valid name that {@link nearestHint} would suggest in its hint, if it did. */
export function suggested(hint: string): string | undefined {
  return /^\. Did you mean "(.+)"\?$/.exec(hint)?.[1];
}
