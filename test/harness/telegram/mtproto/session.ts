import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encode, tlBytes, type TlObject, u32 } from '../tl/codec.js';
import { FIRST_LAYER, schemaOf, SERVICE } from '../tl/schemas.js';
import type { TlSchema } from '../tl/schema.js';

/** An auth key as the server knows it, with what is bound to it. */
export interface AuthKey {
  readonly id: bigint;
  readonly key: Buffer;
  readonly dc: number;
  salt: bigint;
  /** Who signed in with it. */
  userId?: bigint;
  /** Signed in but for the password. */
  pendingUserId?: bigint;
  /** From `initConnection`; Telegram keeps it with the key, so that it need not be said again (core.telegram.org/api/invoking). */
  layer?: number;
  readonly sessions: Map<bigint, Session>;
  /** The answer to everything, once somebody ended this session from elsewhere. */
  revoked?: string;
  expiresInSec?: number;
}

/** What a session needs of its connection. */
export interface Carrier {
  /** Sends the messages of one packet. */
  carry(session: Session, messages: readonly Outgoing[]): void;
  /** Ends the connection. */
  end(): void;
}

/** A message on its way to the client. */
export interface Outgoing {
  readonly msgId: bigint;
  readonly seqNo: number;
  readonly body: Buffer;
  /** What is in it, for the faults: names of updates. */
  readonly tags?: readonly string[];
}

/** Answers larger than this are packed, as Telegram does. */
const GZIP_FROM = 512;

/** One session of an auth key: numbers of messages, what was received, what is not acknowledged yet. */
export class Session {
  readonly id: bigint;
  readonly key: AuthKey;
  carrier: Carrier | undefined;
  /** Answers by the client's message, so that a message that comes twice is done once. */
  readonly answers = new Map<bigint, Buffer | undefined>();
  /** Our messages that the client must acknowledge. */
  readonly unacknowledged = new Map<bigint, Outgoing>();
  /** The last message with content: its number and sequence. */
  last = { msgId: 0n, seqNo: -1 };
  /** Whether updates go to it: clients may ask for none. */
  wantsUpdates = true;
  /** Whether the client was told that the session is new. */
  announced = false;
  #sequence = 0;
  #lastMsgId = 0n;
  #queue: Outgoing[] = [];
  readonly #nowMs: () => number;

  constructor(id: bigint, key: AuthKey, nowMs: () => number) {
    this.id = id;
    this.key = key;
    this.#nowMs = nowMs;
  }

  get schema(): TlSchema {
    return schemaOf(this.key.layer ?? FIRST_LAYER)!;
  }

  /** Sends an object of the API, an update. */
  push(object: TlObject, tags: readonly string[] = []): void {
    this.send(encode(this.schema, object), { content: true, reply: false, tags });
  }

  /** Sends a service message. */
  service(object: TlObject, reply = true, content = false): void {
    this.send(encode(SERVICE, object), { content, reply });
  }

  /** Answers a request. */
  answer(msgId: bigint, body: Buffer): void {
    this.answers.set(msgId, body);
    const id = Buffer.alloc(8);
    id.writeBigInt64LE(msgId);
    this.send(Buffer.concat([u32(0xf35c6d01), id, packed(body)]), { content: true, reply: true });
  }

  /** Queues a message; what is queued in one turn goes out in one packet. */
  send(body: Buffer, { content, reply, tags = [] }: { content: boolean; reply: boolean; tags?: readonly string[] }): void {
    const message = { msgId: this.#newMsgId(reply), seqNo: this.#sequence * 2 + (content ? 1 : 0), body, tags };
    if (content) {
      this.#sequence++;
      this.unacknowledged.set(message.msgId, message);
    }
    if (this.#queue.push(message) === 1) setImmediate(() => this.flush());
  }

  /** Sends what is queued. */
  flush(): void {
    if (!this.carrier || this.#queue.length === 0) return;
    this.carrier.carry(this, this.#queue.splice(0));
  }

  /** The container that some messages go out in. */
  container(messages: readonly Outgoing[]): Outgoing {
    if (messages.length === 1) return messages[0]!;
    const parts = [u32(0x73f1f8dc), u32(messages.length)];
    for (const { msgId, seqNo, body } of messages) {
      const head = Buffer.alloc(16);
      head.writeBigInt64LE(msgId, 0);
      head.writeUInt32LE(seqNo, 8);
      head.writeUInt32LE(body.length, 12);
      parts.push(head, body);
    }
    return { msgId: this.#newMsgId(false), seqNo: this.#sequence * 2, body: Buffer.concat(parts) };
  }

  /** Server numbers are the time, odd: 1 modulo 4 for an answer, 3 for anything else. */
  #newMsgId(reply: boolean): bigint {
    const ms = this.#nowMs();
    const sec = BigInt(Math.floor(ms / 1000));
    const wanted = (sec << 32n) | ((BigInt(Math.floor((ms % 1000) * 4_294_967)) >> 2n) << 2n);
    const base = wanted > this.#lastMsgId ? wanted : ((this.#lastMsgId >> 2n) + 1n) << 2n;
    this.#lastMsgId = base;
    return base | (reply ? 1n : 3n);
  }
}

/** A new random 64-bit number. */
export function randomLong(): bigint {
  return randomBytes(8).readBigInt64LE();
}

function packed(body: Buffer): Buffer {
  if (body.length < GZIP_FROM) return body;
  const small = gzipSync(body);
  return small.length < body.length ? Buffer.concat([u32(0x3072cfa1), tlBytes(small)]) : body;
}
