import type { TlDefinition, TlParam, TlSchema, TlType } from './schema.js';

/** Any TL object: the name of its constructor or function, and its fields. */
export interface TlObject {
  readonly _: string;
  readonly [field: string]: unknown;
}

/** What is wrong with received bytes, or with an object that is to be sent. */
export class TlError extends Error {}

/** Fields that only some layers have: both are given, and the one that the layer does not know is left out. */
const BY_LAYER: Readonly<Record<string, readonly string[]>> = {
  UpdateGroupCall: ['chatId', 'peer'],
  Dialog: ['unreadPollVotesCount'],
};

const VECTOR = 0x1cb5c415;
const TRUE = 0x997275b5;
const FALSE = 0xbc799737;

/** Reads an object and refuses anything that is not exactly what the schema says, also bytes behind it. */
export function decode(schema: TlSchema, bytes: Buffer): TlObject {
  const reader = new Reader(schema, bytes);
  const value = reader.object();
  reader.end();
  return value;
}

/** Writes an object. @throws TlError for a missing or unknown field, or a value out of range. */
export function encode(schema: TlSchema, object: TlObject): Buffer {
  const parts: Buffer[] = [];
  writeObject(schema, object, parts);
  return Buffer.concat(parts);
}

/** Writes the value of a result type, such as `Vector<int>`, which is no object. */
export function encodeResult(schema: TlSchema, result: string, value: unknown): Buffer {
  const vector = /^Vector<(\w[\w.]*)>$/.exec(result);
  const parts: Buffer[] = [];
  if (result === 'messages.ChatInviteJoinResult') return encode(schema, { _: 'messages.ChatInviteJoinResultOk', updates: value });
  if (vector) {
    const of = vector[1]!;
    const kind =
      of === 'int' || of === 'long' || of === 'Bool' ? ({ kind: of } as TlType) : ({ kind: 'boxed', type: of } as const);
    writeValue(schema, { kind: 'vector', boxed: true, of: kind }, value, parts, result);
  } else if (result === 'Bool') writeValue(schema, { kind: 'Bool' }, value, parts, result);
  else writeObject(schema, value as TlObject, parts, result === 'X' ? undefined : result);
  return Buffer.concat(parts);
}

/** A cursor over received bytes. */
export class Reader {
  readonly #schema: TlSchema;
  readonly #bytes: Buffer;
  at = 0;

  constructor(schema: TlSchema, bytes: Buffer) {
    this.#schema = schema;
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    if (length < 0 || this.at + length > this.#bytes.length)
      throw new TlError(`${length} bytes wanted, ${this.#bytes.length - this.at} left`);
    const part = this.#bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  end(): void {
    if (this.at !== this.#bytes.length) throw new TlError(`${this.#bytes.length - this.at} bytes behind the object`);
  }

  id(): number {
    return this.take(4).readUInt32LE();
  }

  object(type?: string): TlObject {
    const id = this.id();
    const definition = this.#schema.byId.get(id);
    if (!definition) throw new TlError(`unknown constructor ${id.toString(16)}`);
    if (type !== undefined && definition.result !== type) throw new TlError(`${definition.name} is no ${type}`);
    if (type !== undefined && definition.isFunction) throw new TlError(`the function ${definition.name} stands for a ${type}`);
    return this.#fields(definition);
  }

  #fields(definition: TlDefinition): TlObject {
    const object: Record<string, unknown> = { _: definition.name };
    const flags = new Map<string, number>();
    for (const param of definition.params) {
      try {
        this.#field(definition, param, flags, object);
      } catch (error) {
        if (error instanceof TlError) error.message = `${definition.name}.${param.name}: ${error.message}`;
        throw error;
      }
    }
    return object as unknown as TlObject;
  }

  #field(definition: TlDefinition, param: TlParam, flags: Map<string, number>, object: Record<string, unknown>): void {
    if (!param.type) {
      const bits = this.id();
      const known = definition.params.reduce((sum, { flag }) => (flag?.field === param.name ? sum | (1 << flag.bit) : sum), 0);
      if (bits & ~known) throw new TlError(`unknown flags ${(bits & ~known).toString(2)}`);
      flags.set(param.name, bits);
      return;
    }
    if (param.flag && !(flags.get(param.flag.field)! & (1 << param.flag.bit))) return;
    object[param.name] = this.value(param.type);
  }

  value(type: TlType): unknown {
    switch (type.kind) {
      case 'int':
        return this.take(4).readInt32LE();
      case 'long':
        return this.take(8).readBigInt64LE();
      case 'int128':
        return Buffer.from(this.take(16));
      case 'int256':
        return Buffer.from(this.take(32));
      case 'double':
        return this.take(8).readDoubleLE();
      case 'bytes':
        return this.bytes();
      case 'string':
        return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes());
      case 'true':
        return true;
      case 'Bool': {
        const id = this.id();
        if (id !== TRUE && id !== FALSE) throw new TlError(`${id.toString(16)} is no Bool`);
        return id === TRUE;
      }
      case 'query':
        return this.object();
      case 'boxed':
        return this.object(type.type);
      case 'bare':
        return this.#fields(this.#schema.byName.get(type.constructor)!);
      case 'vector': {
        if (type.boxed && this.id() !== VECTOR) throw new TlError('no vector');
        const count = this.take(4).readInt32LE();
        if (count < 0 || count > 10_000) throw new TlError(`a vector of ${count}`);
        return Array.from({ length: count }, () => this.value(type.of));
      }
    }
  }

  bytes(): Buffer {
    const first = this.take(1)[0]!;
    if (first === 255) throw new TlError('a string that begins with 255');
    const long = first === 254;
    const length = long ? this.take(3).readUIntLE(0, 3) : first;
    if (long && length < 254) throw new TlError('a short string in the form of a long one');
    const bytes = Buffer.from(this.take(length));
    const padding = this.take((4 - ((length + (long ? 4 : 1)) % 4)) % 4);
    if (padding.some((byte) => byte !== 0)) throw new TlError('padding that is not zero');
    return bytes;
  }
}

function writeObject(schema: TlSchema, object: TlObject, parts: Buffer[], type?: string): void {
  const definition = schema.byName.get(object?._);
  if (!definition) throw new TlError(`no constructor is called ${object?._}`);
  if (type !== undefined && definition.result !== type) throw new TlError(`${definition.name} is no ${type}`);
  const known = new Set(['_', ...definition.params.map(({ name }) => name)]);
  const unknown = Object.keys(object).filter((key) => !known.has(key) && !BY_LAYER[object._]?.includes(key));
  if (unknown.length > 0) throw new TlError(`${definition.name} has no ${unknown.join(', ')}`);
  parts.push(u32(definition.id));
  writeFields(schema, definition, object, parts);
}

function writeFields(schema: TlSchema, definition: TlDefinition, object: TlObject, parts: Buffer[]): void {
  const present = ({ name, type }: TlParam): boolean => {
    const value = object[name];
    return type?.kind === 'true' ? value === true : value !== undefined;
  };
  for (const param of definition.params) {
    if (!param.type) {
      const set = definition.params.filter((other) => other.flag?.field === param.name && present(other));
      parts.push(u32(set.reduce((bits, { flag }) => (bits | (1 << flag!.bit)) >>> 0, 0)));
    } else if (!param.flag || present(param)) {
      writeValue(schema, param.type, object[param.name], parts, `${definition.name}.${param.name}`);
    }
  }
}

function writeValue(schema: TlSchema, type: TlType, value: unknown, parts: Buffer[], where: string): void {
  const bad = (): never => {
    throw new TlError(`${where} must be ${type.kind}, not ${String(value)}`);
  };
  switch (type.kind) {
    case 'int': {
      if (typeof value !== 'number' || value !== (value | 0)) bad();
      parts.push(u32((value as number) >>> 0));
      return;
    }
    case 'long': {
      if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) bad();
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value as bigint | number)));
      parts.push(bytes);
      return;
    }
    case 'int128':
    case 'int256': {
      if (!Buffer.isBuffer(value) || value.length !== (type.kind === 'int128' ? 16 : 32)) bad();
      parts.push(value as Buffer);
      return;
    }
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value as number);
      parts.push(bytes);
      return;
    }
    case 'string':
    case 'bytes': {
      if (type.kind === 'string' ? typeof value !== 'string' : !Buffer.isBuffer(value)) bad();
      parts.push(tlBytes(Buffer.from(value as Buffer)));
      return;
    }
    case 'Bool':
      if (typeof value !== 'boolean') bad();
      parts.push(u32(value === true ? TRUE : FALSE));
      return;
    case 'true':
      return;
    case 'query':
    case 'boxed':
      if (typeof value !== 'object' || value === null) bad();
      writeObject(schema, value as TlObject, parts, type.kind === 'boxed' ? type.type : undefined);
      return;
    case 'bare':
      writeFields(schema, schema.byName.get(type.constructor)!, value as TlObject, parts);
      return;
    case 'vector': {
      if (!Array.isArray(value)) bad();
      if (type.boxed) parts.push(u32(VECTOR));
      parts.push(u32((value as unknown[]).length));
      for (const item of value as unknown[]) writeValue(schema, type.of, item, parts, where);
    }
  }
}

/** A TL string of these bytes. */
export function tlBytes(data: Buffer): Buffer {
  const head =
    data.length < 254
      ? Buffer.from([data.length])
      : Buffer.from([254, data.length & 255, (data.length >> 8) & 255, data.length >> 16]);
  return Buffer.concat([head, data, Buffer.alloc((4 - ((head.length + data.length) % 4)) % 4)]);
}

/** An unsigned 32-bit number, low byte first. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
