import { problem, type Problem } from '../errors.js';
import { MAX_DEPTH, type JsonMember, type JsonNode } from './json-tree.js';
import type { ParseResult } from './parse.js';
import { childPath } from './places.js';

/**
 * Gives a plain object that a program built the shape of a parsed file, so that both are checked by the same code. Its places are
 * paths. Members that are undefined count as absent; anything that is no JSON (functions, dates, class instances, NaN) is a
 * problem.
 */
export function treeFromObject(value: unknown): ParseResult {
  const problems: Problem[] = [];
  const tree = convert(value, '', 0, problems);
  return problems.length > 0 ? { problems } : { tree, problems };
}

function convert(value: unknown, path: string, depth: number, problems: Problem[]): JsonNode {
  const where = { path };
  const refuse = (reason: string): JsonNode => {
    problems.push(problem('GRAPH_SHAPE', { reason }, where));
    return { kind: 'scalar', where, value: null };
  };
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { kind: 'scalar', where, value };
  if (typeof value === 'number') return Number.isFinite(value) ? { kind: 'scalar', where, value } : refuse(`${value} is no JSON`);
  if (typeof value !== 'object') return refuse(`a ${typeof value} is no JSON`);
  if (depth >= MAX_DEPTH) return refuse(`nested deeper than ${MAX_DEPTH} levels, or in a circle`);
  if (Array.isArray(value)) {
    return { kind: 'array', where, items: value.map((item, i) => convert(item, childPath(path, i), depth + 1, problems)) };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return refuse('only plain objects can stand in a graph');
  const members = new Map<string, JsonMember>();
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const memberPath = childPath(path, key);
    members.set(key, { key, where: { path: memberPath }, value: convert(item, memberPath, depth + 1, problems) });
  }
  return { kind: 'object', where, members };
}
