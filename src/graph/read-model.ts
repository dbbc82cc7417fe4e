import { problem, type ErrorCode, type ErrorData, type Problem } from '../errors.js';
import { MAX_CROSSFADE_MS, MAX_QUEUE_FRAMES, NODE_NAME, OVERFLOW_POLICIES, PARAM_TYPES, type ParamType } from './file.js';
import { describe, listNames, type JsonMember, type JsonNode, type JsonObject } from './json-tree.js';
import type { GraphModel, InputModel, NodeModel, ParamModel, PluginModel, WireModel } from './model.js';
import type { Where } from './places.js';
import type { OverflowPolicy, PlanQueue } from './plan-types.js';
import { GROUP_KEYS, readGroups } from './read-groups.js';
import { nearestHint } from './registry.js';

/** The keys each part of a graph file may have. The JSON Schema is made from the same lists. */
export const KEYS = {
  file: ['$schema', 'version', 'title', 'about', 'params', 'plugins', 'groups', 'crossfadeMs', 'nodes'],
  param: ['type', 'default', 'about'],
  plugin: ['from', 'enabled', 'priority', 'config'],
  node: ['type', 'in', 'options', 'clock', 'optional', 'shared', 'about'],
  wire: ['from', 'queue'],
  queue: ['frames', 'overflow'],
  group: GROUP_KEYS,
} as const;

/** What {@link readModel} gives. */
export interface ReadResult {
  /** The graph; absent when so much is wrong that checking the rest would only mislead. */
  readonly model?: GraphModel;
  /** What has a wrong shape. */
  readonly problems: readonly Problem[];
}

/** Checks that a tree has the shape of a graph file, and gives it the file's terms. Collects every problem. */
export function readModel(tree: JsonNode): ReadResult {
  const reader = new Reader();
  const model = reader.file(tree);
  return model ? { model, problems: reader.problems } : { problems: reader.problems };
}

/** Reads nodes that stand somewhere else than in a file's `nodes`, by the same rules. */
export function readNodes(tree: JsonNode): {
  readonly nodes: ReadonlyMap<string, NodeModel>;
  readonly problems: readonly Problem[];
} {
  const reader = new Reader();
  return { nodes: reader.nodes(tree), problems: reader.problems };
}

/** Reads `node` or `node.port`: the wire that it is, or what is wrong with it. */
export function readReference(ref: string, where: Where): WireModel | Problem {
  const reader = new Reader();
  return reader.reference(ref, where) ?? reader.problems[0]!;
}

class Reader {
  readonly problems: Problem[] = [];

  private report(code: ErrorCode, data: ErrorData, where: Where, node?: string): undefined {
    this.problems.push(problem(code, data, node === undefined ? where : { ...where, node }));
  }

  private shape(reason: string, where: Where, node?: string): undefined {
    return this.report('GRAPH_SHAPE', { reason }, where, node);
  }

  private object(value: JsonNode, what: string, node?: string): JsonObject | undefined {
    if (value.kind === 'object') return value;
    return this.shape(`${what} must be an object, not ${describe(value)}`, value.where, node);
  }

  private text(member: JsonMember | undefined, what: string, node?: string): string | undefined {
    if (!member) return undefined;
    const { value } = member;
    if (value.kind === 'scalar' && typeof value.value === 'string') return value.value;
    return this.shape(`${what} must be a string, not ${describe(value)}`, value.where, node);
  }

  private flag(member: JsonMember | undefined, what: string, node: string): boolean {
    if (member?.value.kind === 'scalar' && typeof member.value.value === 'boolean') return member.value.value;
    if (member) this.shape(`${what} must be true or false, not ${describe(member.value)}`, member.value.where, node);
    return false;
  }

  private knownKeys(object: JsonObject, valid: readonly string[], what: string, node?: string): void {
    for (const { key, where } of object.members.values()) {
      if (!valid.includes(key)) this.shape(`${what} has no "${key}"${nearestHint(key, valid)}`, where, node);
    }
  }

  /** Members whose keys are names that the user chooses. */
  private named(value: JsonNode | undefined, what: string, one: string): JsonMember[] {
    const object = value && this.object(value, `"${what}"`);
    return [...(object?.members.values() ?? [])].filter(({ key, where }) => {
      if (NODE_NAME.test(key) && key !== '__proto__') return true;
      const rule = 'a name begins with a letter or "_" and goes on with letters, digits, "_" and "-"';
      this.shape(`${JSON.stringify(key)} cannot be the name of a ${one}: ${rule}`, where);
      return false;
    });
  }

  file(tree: JsonNode): GraphModel | undefined {
    const root = this.object(tree, 'a graph file');
    if (!root) return undefined;
    const { members } = root;
    const version = members.get('version');
    if (!version) this.shape('"version" is missing: write "version": 1', root.where);
    else if (version.value.kind !== 'scalar' || typeof version.value.value !== 'number') {
      this.shape(`"version" must be the number 1, not ${describe(version.value)}`, version.value.where);
    } else if (version.value.value !== 1) {
      // Another version may mean anything by the rest.
      return this.report('GRAPH_VERSION', { version: version.value.value }, version.value.where);
    }
    this.knownKeys(root, KEYS.file, 'a graph file');
    for (const key of ['$schema', 'about']) this.text(members.get(key), `"${key}"`);
    const nodes = members.get('nodes');
    if (!nodes) this.shape('"nodes" is missing: a graph file needs "nodes": { … }', root.where);
    const params = members.get('params');
    const byName = <T extends { name: string }>(entries: readonly T[]) => new Map(entries.map((entry) => [entry.name, entry]));
    const model: GraphModel = {
      where: root.where,
      title: this.text(members.get('title'), '"title"'),
      paramsWhere: params?.where ?? root.where,
      params: byName(this.named(params?.value, 'params', 'param').map((m) => this.param(m))),
      plugins: byName(this.named(members.get('plugins')?.value, 'plugins', 'plugin').map((m) => this.plugin(m))),
      groups: byName(readGroups(members.get('groups'), this.problems)),
      crossfadeMs: this.crossfade(members.get('crossfadeMs')?.value),
      nodesWhere: nodes?.where ?? root.where,
      nodes: byName(this.named(nodes?.value, 'nodes', 'node').map((m) => this.node(m))),
    };
    return nodes?.value.kind === 'object' ? model : undefined;
  }

  nodes(tree: JsonNode): ReadonlyMap<string, NodeModel> {
    return new Map(this.named(tree, 'nodes', 'node').map((member) => [member.key, this.node(member)]));
  }

  reference(ref: string, where: Where): WireModel | undefined {
    return this.ref(ref, undefined, where, undefined);
  }

  private crossfade(value: JsonNode | undefined): number | undefined {
    const given = value?.kind === 'scalar' ? value.value : undefined;
    if (!value || (typeof given === 'number' && given >= 1 && given <= MAX_CROSSFADE_MS)) return given as number | undefined;
    return this.shape(`"crossfadeMs" must be a number from 1 to ${MAX_CROSSFADE_MS}, not ${describe(value)}`, value.where);
  }

  private param({ key: name, where, value }: JsonMember): ParamModel {
    const before = this.problems.length;
    const object = this.object(value, `param "${name}"`);
    if (object) this.knownKeys(object, KEYS.param, 'a param');
    this.text(object?.members.get('about'), '"about"');
    const written = object?.members.get('type');
    const type = this.text(written, '"type"');
    if (object && !written) this.shape(`param "${name}" needs a "type": ${listNames(PARAM_TYPES, 'or')}`, where);
    const known = (PARAM_TYPES as readonly string[]).includes(type ?? '');
    if (type !== undefined && !known) {
      this.shape(`"type" must be ${listNames(PARAM_TYPES, 'or')}, not "${type}"`, written!.value.where);
    }
    const fallback = object?.members.get('default')?.value;
    const scalar = fallback?.kind === 'scalar' && fallback.value !== null ? fallback.value : undefined;
    if (fallback && scalar === undefined) {
      this.shape(`"default" must be a string, number or boolean, not ${describe(fallback)}`, fallback.where);
    }
    return {
      name,
      where,
      type: known ? (type as ParamType) : undefined,
      fallback: scalar === undefined ? undefined : { value: scalar, where: fallback!.where },
      broken: this.problems.length > before,
    };
  }

  private plugin({ key: name, where, value }: JsonMember): PluginModel {
    const object = this.object(value, `plugin "${name}"`);
    if (object) this.knownKeys(object, KEYS.plugin, 'a plugin entry');
    const scalar = <T extends 'boolean' | 'number'>(key: string, type: T, otherwise: T extends 'boolean' ? boolean : number) => {
      const given = object?.members.get(key)?.value;
      if (!given) return otherwise;
      if (given.kind === 'scalar' && typeof given.value === type) return given.value as typeof otherwise;
      this.shape(`"${key}" must be a ${type}, not ${describe(given)}`, given.where);
      return otherwise;
    };
    const config = object?.members.get('config')?.value;
    const from = object?.members.get('from');
    const text = this.text(from, '"from"');
    if (text === '') this.shape('"from" must name a package or a path, such as "./my-plugin.ts"', from!.value.where);
    return {
      name,
      where,
      ...(text ? { from: { text, where: from!.value.where } } : {}),
      enabled: scalar('enabled', 'boolean', true),
      priority: scalar('priority', 'number', 0),
      config: config && this.object(config, '"config"'),
    };
  }

  private node({ key: name, where, value }: JsonMember): NodeModel {
    const object = this.object(value, 'a node', name);
    if (object) this.knownKeys(object, KEYS.node, 'a node', name);
    const member = (key: string) => object?.members.get(key);
    const type = member('type');
    if (object && !type) this.shape('"type" is missing, such as "type": "effect.gain"', where, name);
    this.text(member('about'), '"about"', name);
    const inputs = member('in');
    const inObject = inputs && this.wiring(inputs, name);
    const options = member('options');
    const clock = member('clock');
    const clockName = this.text(clock, '"clock"', name);
    if (clockName !== undefined && !NODE_NAME.test(clockName)) {
      this.shape(
        `${JSON.stringify(clockName)} cannot be the name of a clock; write a name such as "video"`,
        clock!.value.where,
        name,
      );
    }
    return {
      name,
      where,
      type: this.text(type, '"type"', name),
      typeWhere: type?.value.where ?? where,
      inWhere: inputs?.where ?? where,
      inputs: [...(inObject?.members.values() ?? [])].map((m) => this.input(m, name)),
      inputsBroken: !object || (inputs !== undefined && !inObject),
      options: options && this.object(options.value, '"options"', name),
      optionsWhere: options?.where ?? where,
      clock: clockName,
      optional: this.flag(member('optional'), '"optional"', name),
      shared: member('shared') && this.flag(member('shared'), '"shared"', name),
    };
  }

  private wiring({ value }: JsonMember, node: string): JsonObject | undefined {
    if (value.kind === 'object') return value;
    const given = value.kind === 'scalar' && typeof value.value === 'string' ? value.value : '<node>';
    return this.shape(`"in" must name the port: "in": { "audio": "${given}" }`, value.where, node);
  }

  private input({ key: port, where, value }: JsonMember, node: string): InputModel {
    const before = this.problems.length;
    const written = value.kind === 'array' ? value.items : [value];
    const wires = written.map((item) => this.wire(item, node)).filter((wire) => wire !== undefined);
    return { port, where, wires, broken: this.problems.length > before };
  }

  private wire(value: JsonNode, node: string): WireModel | undefined {
    if (value.kind === 'scalar' && typeof value.value === 'string') return this.ref(value.value, undefined, value.where, node);
    if (value.kind !== 'object') {
      return this.shape(`a wire is "node", "node.port" or { "from": … }, not ${describe(value)}`, value.where, node);
    }
    this.knownKeys(value, KEYS.wire, 'a wire', node);
    const from = value.members.get('from');
    if (!from) return this.shape('"from" is missing in this wire', value.where, node);
    const ref = this.text(from, '"from"', node);
    const before = this.problems.length;
    const queue = this.queue(value.members.get('queue'), node);
    if (ref === undefined || this.problems.length > before) return undefined;
    return this.ref(ref, queue, from.value.where, node);
  }

  private ref(ref: string, queue: PlanQueue | undefined, where: Where, node?: string): WireModel | undefined {
    const [name = '', port, ...more] = ref.split('.');
    if (NODE_NAME.test(name) && (port === undefined || port) && more.length === 0) return { ref, node: name, port, queue, where };
    return this.shape(`${JSON.stringify(ref)} is no wire; write "node" or "node.port"`, where, node);
  }

  private queue(member: JsonMember | undefined, node: string): PlanQueue | undefined {
    const object = member && this.object(member.value, '"queue"', node);
    if (!object) return undefined;
    this.knownKeys(object, KEYS.queue, 'a queue', node);
    const frames = object.members.get('frames')?.value;
    const count = frames?.kind === 'scalar' ? frames.value : undefined;
    if (!frames) return this.shape('"frames" is missing in this queue', object.where, node);
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MAX_QUEUE_FRAMES) {
      const rule = `must be a whole number from 1 to ${MAX_QUEUE_FRAMES}`;
      return this.shape(`"frames" ${rule}, not ${describe(frames)}`, frames.where, node);
    }
    const written = object.members.get('overflow');
    const overflow = written ? this.text(written, '"overflow"', node) : OVERFLOW_POLICIES[0];
    if (overflow === undefined) return undefined;
    if (!(OVERFLOW_POLICIES as readonly string[]).includes(overflow)) {
      const rule = `must be ${listNames(OVERFLOW_POLICIES, 'or')}`;
      return this.shape(`"overflow" ${rule}, not ${JSON.stringify(overflow)}`, written!.value.where, node);
    }
    return { frames: count, overflow: overflow as OverflowPolicy };
  }
}
