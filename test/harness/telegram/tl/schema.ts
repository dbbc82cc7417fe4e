/** A TL schema as tables: from the text of a `.tl` file, or from the generated definitions of a client. */

/** A type of TL. */
export type TlType =
  | { readonly kind: 'int' | 'long' | 'int128' | 'int256' | 'double' | 'string' | 'bytes' | 'Bool' | 'true' | 'query' }
  | { readonly kind: 'boxed'; readonly type: string }
  | { readonly kind: 'bare'; readonly constructor: string }
  | { readonly kind: 'vector'; readonly boxed: boolean; readonly of: TlType };

/** One field of a constructor or function. */
export interface TlParam {
  readonly name: string;
  /** Absent: the field is a number of flags. */
  readonly type?: TlType;
  /** Present only if this bit of that field is set. */
  readonly flag?: { readonly field: string; readonly bit: number };
}

/** A constructor or function. */
export interface TlDefinition {
  /** As clients name its class, such as `phone.JoinGroupCall`. */
  readonly name: string;
  /** The unsigned 32-bit number. */
  readonly id: number;
  readonly params: readonly TlParam[];
  readonly result: string;
  readonly isFunction: boolean;
  /** The line it came from, for the check of its number. */
  readonly line?: string;
}

/** All definitions of a layer. */
export class TlSchema {
  readonly byId = new Map<number, TlDefinition>();
  readonly byName = new Map<string, TlDefinition>();

  constructor(definitions: readonly TlDefinition[]) {
    for (const definition of definitions) {
      this.byId.set(definition.id, definition);
      this.byName.set(definition.name, definition);
    }
  }
}

/** Reads the text of a schema. Definitions without a number are skipped. */
export function parseSchema(text: string): TlDefinition[] {
  const found: TlDefinition[] = [];
  let isFunction = false;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\/\/.*/, '').trim();
    const section = /^---(\w+)---$/.exec(line);
    if (section) isFunction = section[1] === 'functions';
    const head = /^([\w.]+)#([0-9a-f]+)\s(.*?)=\s([\w.<> ]+);$/.exec(line);
    if (!head || head[1] === 'vector') continue;
    const [, name, id, params, result] = head as unknown as [string, string, string, string, string];
    const fields = params
      .split(/\s+/)
      .filter((field) => field.includes(':') && !field.startsWith('{'))
      .map(parseParam);
    found.push({ name: className(name), id: Number.parseInt(id, 16), params: fields, result: result.trim(), isFunction, line });
  }
  return found;
}

/** `phone.joinGroupCall` as `phone.JoinGroupCall`. */
function className(name: string): string {
  const [space, local] = name.includes('.') ? name.split('.') : [undefined, name];
  const pascal = local!.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()).replaceAll('_', '');
  return space === undefined ? pascal : `${space}.${pascal}`;
}

function parseParam(field: string): TlParam {
  const [snake = '', written = ''] = field.split(':');
  const name = snake.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()).replaceAll('_', '');
  if (written === '#') return { name };
  const flag = /^(flags\d?)\.(\d+)\?(.*)$/.exec(written);
  if (!flag) return { name, type: parseType(written) };
  return { name, flag: { field: flag[1]!, bit: Number(flag[2]) }, type: parseType(flag[3]!) };
}

const PLAIN = new Set(['int', 'long', 'int128', 'int256', 'double', 'string', 'bytes', 'Bool', 'true']);

function parseType(written: string): TlType {
  if (written.startsWith('!')) return { kind: 'query' };
  if (PLAIN.has(written)) return { kind: written } as TlType;
  const vector = /^([Vv])ector<(.*)>$/.exec(written);
  if (vector) return { kind: 'vector', boxed: vector[1] === 'V', of: parseType(vector[2]!) };
  if (/(^|\.)[a-z]/.test(written.slice(written.lastIndexOf('.') + 1))) return { kind: 'bare', constructor: className(written) };
  return { kind: 'boxed', type: written };
}

/** One entry of the definitions that a generated client brings instead of text. */
interface GeneratedDefinition {
  readonly name: string;
  readonly namespace?: string;
  readonly constructorId: number;
  readonly argsConfig: Record<
    string,
    {
      readonly isVector: boolean;
      readonly isFlag: boolean;
      readonly flagName: string | null;
      readonly flagIndex: number;
      readonly flagIndicator: boolean;
      readonly type: string | null;
      readonly useVectorId: boolean | null;
    }
  >;
  readonly result: string;
  readonly isFunction: boolean;
}

/** Reads generated definitions, as teleproto has them. */
export function fromGenerated(definitions: readonly GeneratedDefinition[]): TlDefinition[] {
  return definitions.map((d) => ({
    name: d.namespace === undefined ? d.name : `${d.namespace}.${d.name}`,
    id: d.constructorId >>> 0,
    result: d.result,
    isFunction: d.isFunction,
    params: Object.entries(d.argsConfig).map(([name, arg]): TlParam => {
      if (arg.flagIndicator) return { name };
      const field = name.replaceAll('_', '');
      const one = parseType(arg.type === 'X' ? '!X' : arg.type!);
      const type: TlType = arg.isVector ? { kind: 'vector', boxed: arg.useVectorId === true, of: one } : one;
      return arg.isFlag ? { name: field, type, flag: { field: arg.flagName!, bit: arg.flagIndex } } : { name: field, type };
    }),
  }));
}

/** One entry of mtcute's schema. */
interface SchemaEntry {
  readonly kind: 'class' | 'method';
  readonly name: string;
  readonly id: number;
  readonly type: string;
  readonly typeModifiers?: { readonly isVector?: boolean };
  readonly arguments: readonly {
    readonly name: string;
    readonly type: string;
    readonly typeModifiers?: { readonly predicate?: string; readonly isVector?: boolean };
  }[];
}

/** Reads a schema as mtcute has it. Numbers that fit in a double are longs all the same. */
export function fromEntries(entries: readonly SchemaEntry[]): TlDefinition[] {
  return entries.map(({ kind, name, id, type, typeModifiers, arguments: fields }) => ({
    name: className(name),
    id: id >>> 0,
    result: typeModifiers?.isVector ? `Vector<${type}>` : type,
    isFunction: kind === 'method',
    params: fields.map((field): TlParam => {
      const { predicate, isVector } = field.typeModifiers ?? {};
      const one = field.type === 'int53' ? 'long' : field.type;
      const written = isVector ? `Vector<${one}>` : one;
      return parseParam(`${field.name}:${predicate === undefined ? written : `${predicate}?${written}`}`);
    }),
  }));
}

/**
 * The text that a definition's number is the CRC32 of (https://core.telegram.org/mtproto/TL#remarks): without its number, with bytes as
 * strings, without the fields that take no room.
 */
export function textOfNumber(line: string): string {
  return line
    .replace(/#[0-9a-f]+/, '')
    .replace(/;$/, '')
    .replaceAll(/([:?])bytes /g, '$1string ')
    .replaceAll(/ \w+:flags\d?\.\d+\?true/g, '')
    .replaceAll('<', ' ')
    .replaceAll(/[>{}]/g, '');
}
