import { problem, type Problem } from '../errors.js';
import { NODE_NAME } from './file.js';
import { describe, listNames, type JsonMember, type JsonNode } from './json-tree.js';
import type { GroupModel } from './model.js';
import type { Where } from './places.js';
import { GROUP_ACTIONS, type GroupAction } from './plan-types.js';
import { nearestHint } from './registry.js';

/** The keys of a crash group. */
export const GROUP_KEYS = ['nodes', 'onError', 'backoffMs', 'maxRestarts'] as const;

/** Reads the `groups` of a graph file; what has a wrong shape is reported and left out. */
export function readGroups(groups: JsonMember | undefined, problems: Problem[]): GroupModel[] {
  const shape = (reason: string, where: Where): undefined => void problems.push(problem('GRAPH_SHAPE', { reason }, where));
  if (!groups) return [];
  if (groups.value.kind !== 'object') {
    shape(`"groups" must be an object, not ${describe(groups.value)}`, groups.value.where);
    return [];
  }
  return [...groups.value.members.values()].flatMap((member) => readGroup(member, shape) ?? []);
}

function readGroup(
  { key: name, where, value }: JsonMember,
  shape: (reason: string, where: Where) => undefined,
): GroupModel | undefined {
  if (!NODE_NAME.test(name)) return shape(`${JSON.stringify(name)} cannot be the name of a group`, where);
  if (value.kind !== 'object') return shape(`a group must be an object, not ${describe(value)}`, value.where);
  for (const { key, where: at } of value.members.values()) {
    if (!(GROUP_KEYS as readonly string[]).includes(key)) shape(`a group has no "${key}"${nearestHint(key, GROUP_KEYS)}`, at);
  }
  const member = (key: string): JsonNode | undefined => value.members.get(key)?.value;
  const nodes = member('nodes');
  const onError = member('onError');
  if (!nodes) return shape(`group "${name}" needs "nodes": [ … ]`, where);
  if (nodes.kind !== 'array') return shape(`"nodes" must be an array of names, not ${describe(nodes)}`, nodes.where);
  const members = nodes.items.flatMap((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string') return [{ name: item.value, where: item.where }];
    return shape(`"nodes" must hold names, not ${describe(item)}`, item.where) ?? [];
  });
  const rule = `"onError" must be ${listNames(GROUP_ACTIONS, 'or')}`;
  if (!onError) return shape(`group "${name}" needs "onError": ${listNames(GROUP_ACTIONS, 'or')}`, where);
  const action = onError.kind === 'scalar' ? onError.value : undefined;
  if (!GROUP_ACTIONS.includes(action as GroupAction)) return shape(`${rule}, not ${describe(onError)}`, onError.where);
  const number = (key: string, low: number, high: number, otherwise: number): number => {
    const given = member(key);
    const count = given?.kind === 'scalar' ? given.value : undefined;
    if (!given) return otherwise;
    if (typeof count === 'number' && Number.isInteger(count) && count >= low && count <= high) return count;
    shape(`"${key}" must be a whole number from ${low} to ${high}, not ${describe(given)}`, given.where);
    return otherwise;
  };
  return {
    name,
    where,
    nodes: members,
    onError: action as GroupAction,
    backoffMs: number('backoffMs', 1, 600_000, 500),
    maxRestarts: number('maxRestarts', 0, 1_000_000, 5),
  };
}
