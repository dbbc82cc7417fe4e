/** An answer, or a server's own request. */
export interface RtspMessage {
  /** Status code of an answer, such as 200; undefined for a request. */
  readonly status: number | undefined;
  /** Method of a request, such as `OPTIONS`; empty for an answer. */
  readonly method: string;
  /** Headers by lower-case name; several of one name in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** What follows the head; empty when nothing does. */
  readonly body: Buffer;
}

/** Takes what a connection brings apart. */
export interface RtspOutlets {
  /** An answer or a request came. */
  message(message: RtspMessage): void;
  /** A packet came on a channel. The bytes are the callee's. */
  packet(channel: number, bytes: Buffer): void;
}

/** More than any head or description; what says more is no RTSP server. */
const MOST_HEAD_BYTES = 64 * 1024;
const MOST_BODY_BYTES = 1024 * 1024;

const DOLLAR = 0x24;
const END_OF_HEAD = '\r\n\r\n';

/** Messages and the packets between them, out of one connection (RFC 2326 section 10.12). */
export class RtspParser {
  readonly #outlets: RtspOutlets;
  #rest: Buffer = Buffer.alloc(0);

  /** @param outlets told what came, in order. */
  constructor(outlets: RtspOutlets) {
    this.#outlets = outlets;
  }

  /** Takes what came. @throws Error when it is no RTSP. */
  push(chunk: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (let taken = this.#take(bytes); taken > 0; taken = this.#take(bytes)) bytes = bytes.subarray(taken);
    // A copy: the chunk may be a small part of a large buffer that is used again.
    this.#rest = Buffer.from(bytes);
  }

  /** Takes one message or packet, or nothing when it is not complete yet. Returns its length. */
  #take(bytes: Buffer): number {
    if (bytes.length === 0) return 0;
    if (bytes[0] !== DOLLAR) return this.#takeMessage(bytes);
    if (bytes.length < 4) return 0;
    const end = 4 + bytes.readUInt16BE(2);
    if (bytes.length < end) return 0;
    this.#outlets.packet(bytes[1]!, Buffer.from(bytes.subarray(4, end)));
    return end;
  }

  #takeMessage(bytes: Buffer): number {
    // Empty lines between messages mean nothing.
    if (bytes[0] === 0x0d || bytes[0] === 0x0a) return 1;
    const start = bytes.toString('latin1', 0, Math.min(bytes.length, 16));
    if (!/^[\x20-\x7e\r\n]*$/.test(start)) throw notRtsp();
    const headEnd = bytes.indexOf(END_OF_HEAD);
    if (headEnd < 0) {
      if (bytes.length > MOST_HEAD_BYTES) throw notRtsp();
      return 0;
    }
    const [first = '', ...lines] = bytes.toString('utf8', 0, headEnd).split('\r\n');
    const answer = /^RTSP\/\d+\.\d+ (\d{3})\b/.exec(first);
    const request = /^([A-Z_]{3,20}) \S+ RTSP\/\d/.exec(first);
    if (!answer && !request) throw notRtsp();
    const headers = headersOf(lines);
    const length = Number(headers.get('content-length')?.[0] ?? 0);
    if (!(length >= 0 && length <= MOST_BODY_BYTES)) throw notRtsp();
    const end = headEnd + END_OF_HEAD.length + length;
    if (bytes.length < end) return 0;
    const body = Buffer.from(bytes.subarray(end - length, end));
    this.#outlets.message({ status: answer ? Number(answer[1]) : undefined, method: request?.[1] ?? '', headers, body });
    return end;
  }
}

function headersOf(lines: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value] = /^([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const known = headers.get(name.toLowerCase());
    if (known) known.push(value);
    else headers.set(name.toLowerCase(), [value]);
  }
  return headers;
}

function notRtsp(): Error {
  return new Error('it does not speak RTSP');
}
