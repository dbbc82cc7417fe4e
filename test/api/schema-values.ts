/** A JSON Schema. */
export type Schema = { readonly [key: string]: unknown };

/** Strings that have broken programs before. */
const NASTY = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'room:lobby',
  'graph-1',
  '../../etc/passwd',
  '\u0000',
  '💥'.repeat(9),
  'x'.repeat(5000),
  '%2e%2e',
  "'; --",
  '${1+1}',
  'NaN',
  '-1',
  '1e999',
];

/** Makes values from schemas, by numbers of a seed: those that fit, and those that nearly do. */
export class SchemaValues {
  readonly #random: () => number;
  readonly #components: Readonly<Record<string, Schema>>;

  constructor(random: () => number, components: Readonly<Record<string, Schema>>) {
    this.#random = random;
    this.#components = components;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** A value that fits the schema; `known` are real names for strings of that property. */
  good(schema: Schema, depth = 0, name = ''): unknown {
    const { $ref, anyOf, oneOf, enum: list, type } = schema as { readonly [key: string]: never };
    if ($ref) return this.good(this.#components[($ref as string).split('/').at(-1)!]!, depth, name);
    const choices = (anyOf ?? oneOf) as Schema[] | undefined;
    if (choices) return this.good(this.pick(choices), depth + 1, name);
    if (list) return this.pick(list as unknown[]);
    if ('const' in schema) return schema['const'];
    switch (type as string | undefined) {
      case 'object':
        return this.#object(schema, depth);
      case 'array':
        return Array.from({ length: Math.floor(this.#random() * 3) }, () =>
          this.good((schema['items'] ?? {}) as Schema, depth + 1),
        );
      case 'string':
        return this.#string(name, schema);
      case 'number':
      case 'integer':
        return this.#number(schema, type === 'integer');
      case 'boolean':
        return this.chance(0.5);
      case 'null':
        return null;
      default:
        return this.#anything(depth);
    }
  }

  /** A value that breaks the schema in one place, or is something else altogether. */
  bad(schema: Schema, depth = 0): unknown {
    const value = this.good(schema, depth);
    if (typeof value !== 'object' || value === null || Array.isArray(value) || this.chance(0.3)) return this.#anything(depth);
    const broken: Record<string, unknown> = { ...value };
    const keys = Object.keys(broken);
    if (keys.length > 0 && this.chance(0.7)) {
      const key = this.pick(keys);
      if (this.chance(0.3)) delete broken[key];
      else broken[key] = this.#anything(depth + 1);
    } else
      Object.defineProperty(broken, this.pick(NASTY), { value: this.#anything(depth + 1), enumerable: true, configurable: true });
    return broken;
  }

  #object({ properties = {}, required = [], additionalProperties }: Schema, depth: number): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(properties as Record<string, Schema>))
      if ((required as string[]).includes(key) || (depth < 4 && this.chance(0.5))) made[key] = this.good(inner, depth + 1, key);
    if (typeof additionalProperties === 'object' && depth < 4 && this.chance(0.5))
      made[this.pick(['gainDb', 'depthDb', 'any'])] = this.good(additionalProperties as Schema, depth + 1);
    return made;
  }

  #string(name: string, { minLength = 0, pattern }: Schema): string {
    const known: Readonly<Record<string, readonly string[]>> = {
      graph: ['graph-1'],
      call: ['room:lobby'],
      node: ['volume', 'music', 'duck', 'opus', 'call'],
      wire: ['music', 'duck.audio'],
      instance: ['call-1', 'source-1'],
      type: ['effect.gain', 'mix.duck'],
      src: ['tune.opus', 'nowhere.mp3'],
      text: ['{ "version": 1, "nodes": {} }', '{', 'hello'],
    };
    if (pattern !== undefined) return String(Math.floor(this.#random() * 500));
    if (known[name] && this.chance(0.7)) return this.pick(known[name]);
    const text = this.pick(NASTY);
    return text.length >= (minLength as number) ? text : 'x'.repeat(minLength as number);
  }

  #number({ minimum = -1000, maximum = 1000 }: Schema, whole: boolean): number {
    const [low, high] = [minimum as number, maximum as number];
    const value = low + this.#random() * (high - low);
    return whole ? Math.round(value) : value;
  }

  #anything(depth: number): unknown {
    const simple = [null, true, 0, -1, 1.5, 1e308, ...NASTY];
    if (depth > 3 || this.chance(0.7)) return this.pick(simple);
    if (this.chance(0.5)) return [this.#anything(depth + 1), this.#anything(depth + 1)];
    return Object.fromEntries([[this.pick(NASTY), this.#anything(depth + 1)]]);
  }
}
