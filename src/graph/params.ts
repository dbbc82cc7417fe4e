import type { ParamType, ParamValue } from './file.js';
import { describe, describeValue, type JsonNode } from './json-tree.js';
import type { GraphModel, NodeModel, ParamModel } from './model.js';
import { nearestHint } from './registry.js';
import type { Report } from './report.js';

/** The values of a graph's params: of each declared one its value, or undefined when a problem was reported for it. */
export type ParamValues = ReadonlyMap<string, ParamValue | undefined>;

/**
 * Settles every param of a graph: the given value, else the default. Strings are read as the declared type, since on a command line
 * everything is a string. Reports UNKNOWN_PARAM, MISSING_PARAM and BAD_PARAM.
 */
export function settleParams(model: GraphModel, given: Readonly<Record<string, ParamValue>>, report: Report): ParamValues {
  const names = [...model.params.keys()];
  for (const param of Object.keys(given)) {
    if (!model.params.has(param)) report('UNKNOWN_PARAM', { param, hint: nearestHint(param, names) }, model.paramsWhere);
  }
  return new Map([...model.params.values()].map((param) => [param.name, settle(param, given, report)]));
}

function settle(param: ParamModel, given: Readonly<Record<string, ParamValue>>, report: Report): ParamValue | undefined {
  const { name, type, fallback } = param;
  if (type === undefined) return undefined;
  const wrong = (value: ParamValue, where = param.where) =>
    report('BAD_PARAM', { param: name, type, given: describeValue(value) }, where);
  const fits = fallback === undefined || typeof fallback.value === type;
  if (!fits) wrong(fallback.value, fallback.where);
  if (Object.hasOwn(given, name)) {
    const value = given[name]!;
    return readAs(value, type) ?? wrong(value);
  }
  if (fallback) return fits ? fallback.value : undefined;
  return param.broken ? undefined : report('MISSING_PARAM', { param: name }, param.where);
}

function readAs(value: ParamValue, type: ParamType): ParamValue | undefined {
  if (typeof value === type) return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
  if (typeof value !== 'string') return undefined;
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : undefined;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

/** A tree as a plain value, with params put in. */
export interface Substituted {
  /** The value; its objects have no prototype surprises, and what could not be settled is left undefined. */
  readonly value: unknown;
  /** Every tree node by its path within the value (`JSON.stringify` of the segments), to find places again. */
  readonly nodes: ReadonlyMap<string, JsonNode>;
  /** The paths whose value is unknown because of a problem that was reported already. */
  readonly unknown: readonly (readonly (string | number)[])[];
  /** The param that a path's value came from. */
  readonly fromParam: ReadonlyMap<string, string>;
}

/** The key of a path in {@link Substituted}. */
export function pathKey(path: readonly PropertyKey[]): string {
  return JSON.stringify(path);
}

/** Makes a plain value of options or plugin settings, with `{ "$param": "name" }` replaced by the param's value. */
export function substitute(tree: JsonNode, params: ParamValues, report: Report, node?: NodeModel): Substituted {
  const nodes = new Map<string, JsonNode>();
  const unknown: (string | number)[][] = [];
  const fromParam = new Map<string, string>();

  const convert = (at: JsonNode, path: (string | number)[]): unknown => {
    nodes.set(pathKey(path), at);
    if (at.kind === 'scalar') return at.value;
    if (at.kind === 'array') return at.items.map((item, i) => convert(item, [...path, i]));
    if (at.members.has('$param')) {
      const value = paramValue(at);
      if (value.name !== undefined) fromParam.set(pathKey(path), value.name);
      if (value.value === undefined) unknown.push(path);
      return value.value;
    }
    const object: Record<string, unknown> = {};
    for (const { key, where, value } of at.members.values()) {
      if (key === '__proto__') report('GRAPH_SHAPE', { reason: '"__proto__" cannot be a name here' }, where, node);
      else object[key] = convert(value, [...path, key]);
    }
    return object;
  };

  const paramValue = (at: JsonNode & { kind: 'object' }): { name?: string; value?: ParamValue | undefined } => {
    const written = at.members.get('$param')!.value;
    for (const { key, where } of at.members.values()) {
      if (key !== '$param') report('GRAPH_SHAPE', { reason: `"${key}" cannot stand beside "$param"` }, where, node);
    }
    if (written.kind !== 'scalar' || typeof written.value !== 'string') {
      report('GRAPH_SHAPE', { reason: `"$param" must name a param, not ${describe(written)}` }, written.where, node);
      return {};
    }
    const name = written.value;
    if (!params.has(name)) {
      report('UNKNOWN_PARAM', { param: name, hint: nearestHint(name, [...params.keys()]) }, written.where, node);
      return {};
    }
    return { name, value: params.get(name) };
  };

  return { value: convert(tree, []), nodes, unknown, fromParam };
}
