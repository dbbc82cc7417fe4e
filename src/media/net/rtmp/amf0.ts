/** A value of AMF 0 (Action Message Format, Adobe 2007), as far as RTMP commands have them. */
export type AmfValue = number | boolean | string | null | undefined | AmfObject | AmfArray;
/** An object of AMF 0. */
export interface AmfObject {
  readonly [key: string]: AmfValue;
}

/** An "ECMA array": as an object, but of another kind on the wire; what a stream is like is told as one. Read as an object. */
export type AmfArray = ReadonlyMap<string, AmfValue>;

const NUMBER = 0;
const BOOLEAN = 1;
const STRING = 2;
const OBJECT = 3;
const NULL = 5;
const UNDEFINED = 6;
const ECMA_ARRAY = 8;
const OBJECT_END = 9;
const STRICT_ARRAY = 10;
const DATE = 11;
const LONG_STRING = 12;
/** Whoever nests deeper wants to do harm. */
const MOST_DEPTH = 16;

/** Values one behind the other. */
export function encodeAmf(...values: readonly AmfValue[]): Buffer {
  return Buffer.concat(values.map(encode));
}

function encode(value: AmfValue): Buffer {
  switch (typeof value) {
    case 'number': {
      const bytes = Buffer.alloc(9);
      bytes[0] = NUMBER;
      bytes.writeDoubleBE(value, 1);
      return bytes;
    }
    case 'boolean':
      return Buffer.of(BOOLEAN, value ? 1 : 0);
    case 'string':
      return Buffer.concat([Buffer.of(STRING), text(value)]);
    case 'undefined':
      return Buffer.of(UNDEFINED);
    default: {
      if (value === null) return Buffer.of(NULL);
      const entries = value instanceof Map ? [...(value as AmfArray)] : Object.entries(value as AmfObject);
      const fields = entries.flatMap(([key, field]) => [text(key), encode(field)]);
      const kind = value instanceof Map ? Buffer.of(ECMA_ARRAY, 0, 0, 0, entries.length) : Buffer.of(OBJECT);
      return Buffer.concat([kind, ...fields, Buffer.of(0, 0, OBJECT_END)]);
    }
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Math.min(bytes.length, 0xffff));
  return Buffer.concat([length, bytes.subarray(0, 0xffff)]);
}

/** Reads all values. @throws Error when they cannot be read. */
export function decodeAmf(bytes: Buffer): AmfValue[] {
  const reader = new AmfReader(bytes);
  const values: AmfValue[] = [];
  while (reader.more) values.push(reader.value());
  return values;
}

class AmfReader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  get more(): boolean {
    return this.#at < this.bytes.length;
  }

  value(depth = 0): AmfValue {
    if (depth > MOST_DEPTH) throw new Error('values of AMF nested too deep');
    switch (this.#take(1)[0]) {
      case NUMBER:
        return this.#take(8).readDoubleBE();
      case BOOLEAN:
        return this.#take(1)[0] !== 0;
      case STRING:
        return this.#text();
      case LONG_STRING:
        return this.#take(this.#take(4).readUInt32BE()).toString();
      case OBJECT:
        return this.#object(depth);
      case ECMA_ARRAY:
        this.#take(4);
        return this.#object(depth);
      case STRICT_ARRAY: {
        const count = this.#take(4).readUInt32BE();
        const list: Record<string, AmfValue> = {};
        for (let i = 0; i < count; i++) list[String(i)] = this.value(depth + 1);
        return list;
      }
      case DATE:
        return this.#take(10).readDoubleBE();
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      default:
        throw new Error('a value of AMF of an unknown kind');
    }
  }

  #object(depth: number): AmfObject {
    const object: Record<string, AmfValue> = {};
    for (;;) {
      const key = this.#text();
      if (key === '' && this.bytes[this.#at] === OBJECT_END) {
        this.#at++;
        return object;
      }
      object[key] = this.value(depth + 1);
    }
  }

  #text(): string {
    return this.#take(this.#take(2).readUInt16BE()).toString();
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.bytes.length) throw new Error('a value of AMF that is cut off');
    const part = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
