import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { unzipSync } from 'node:zlib';
import { decode, Reader, TlError, type TlObject, u32 } from '../tl/codec.js';
import { SERVICE } from '../tl/schemas.js';
import { ige, messageKey, messageKeys } from './crypto.js';
import { detectFraming, type Framing } from './framing.js';
import { KeyExchange, type NewKey } from './key-exchange.js';
import { type AuthKey, type Carrier, type Outgoing, randomLong, Session } from './session.js';

/** What a connection needs of the server. */
export interface ConnectionHost {
  readonly nowMs: () => number;
  readonly keepLeadingZeros: boolean;
  key(id: bigint): AuthKey | undefined;
  keyMade(made: NewKey, dc: number): void;
  /** A request of the API. */
  request(session: Session, msgId: bigint, body: Buffer): void;
  /** Something that no correct client does. */
  violation(what: string): void;
  /** What is to be done with a packet: normally to send it. */
  outgoing(session: Session, bytes: Buffer, messages: readonly Outgoing[], write: (bytes: Buffer) => void): void;
}

const CONTAINER = 0x73f1f8dc;
const GZIP = 0x3072cfa1;
const KEY_UNKNOWN = -404;

/** One TCP connection of a client: framing, key exchange, then encrypted messages. */
export class Connection implements Carrier {
  readonly dc: number;
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  #head = Buffer.alloc(0);
  #framing: Framing | undefined;
  #exchange: KeyExchange | undefined;
  #salt = 0n;
  readonly sessions = new Set<Session>();
  /** How long the client may say nothing: what its last `ping_delay_disconnect` asked for; undefined before. */
  disconnectAfterSec: number | undefined;

  constructor(socket: Socket, dc: number, host: ConnectionHost) {
    this.#socket = socket;
    this.#host = host;
    this.dc = dc;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      for (const session of this.sessions) if (session.carrier === this) session.carrier = undefined;
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  carry(session: Session, messages: readonly Outgoing[]): void {
    const whole = session.container(messages);
    this.#host.outgoing(session, this.encrypt(session, whole), messages, (bytes) => this.#write(bytes));
  }

  /** A message as the client of a session expects it. */
  encrypt(session: Session, { msgId, seqNo, body }: Outgoing): Buffer {
    const head = Buffer.alloc(32);
    head.writeBigInt64LE(session.key.salt, 0);
    head.writeBigInt64LE(session.id, 8);
    head.writeBigInt64LE(msgId, 16);
    head.writeUInt32LE(seqNo, 24);
    head.writeUInt32LE(body.length, 28);
    const padding = randomBytes(12 + ((16 - ((head.length + body.length + 12) % 16)) % 16));
    const plain = Buffer.concat([head, body, padding]);
    const msgKey = messageKey(session.key.key, plain, 'server');
    const { key, iv } = messageKeys(session.key.key, msgKey, 'server');
    const id = Buffer.alloc(8);
    id.writeBigInt64LE(session.key.id);
    return Buffer.concat([id, msgKey, ige('encrypt', plain, key, iv)]);
  }

  #write(packet: Buffer): void {
    if (!this.#socket.destroyed && this.#framing) this.#socket.write(this.#framing.write(packet));
  }

  #receive(chunk: Buffer): void {
    try {
      let rest = chunk;
      if (!this.#framing) {
        this.#head = Buffer.concat([this.#head, chunk]);
        const found = detectFraming(this.#head);
        if (!found) return;
        this.#framing = found.framing;
        rest = this.#head.subarray(found.used);
      }
      for (const packet of this.#framing.read(rest)) this.#packet(packet);
    } catch (error) {
      this.#host.violation(error instanceof Error ? error.message : String(error));
      this.end();
    }
  }

  #packet(packet: Buffer): void {
    if (packet.length < 24) throw new Error(`a packet of ${packet.length} bytes`);
    const keyId = packet.readBigInt64LE(0);
    if (keyId === 0n) return this.#plain(packet);
    const key = this.#host.key(keyId);
    if (!key || key.dc !== this.dc) {
      // https://core.telegram.org/mtproto/mtproto-transports#transport-errors
      const error = Buffer.alloc(4);
      error.writeInt32LE(KEY_UNKNOWN);
      this.#write(error);
      return;
    }
    this.#encrypted(packet, key);
  }

  #plain(packet: Buffer): void {
    const length = packet.readUInt32LE(16);
    if (packet.length < 20 + length) throw new Error('an unencrypted message that is cut off');
    this.#exchange ??= new KeyExchange({
      keepLeadingZeros: this.#host.keepLeadingZeros,
      serverTimeSec: () => Math.floor(this.#host.nowMs() / 1000),
    });
    const { answer, made } = this.#exchange.handle(packet.subarray(20, 20 + length));
    if (made) this.#host.keyMade(made, this.dc);
    const head = Buffer.alloc(20);
    head.writeBigInt64LE((BigInt(Math.floor(this.#host.nowMs() / 1000)) << 32n) | 1n, 8);
    head.writeUInt32LE(answer.length, 16);
    this.#write(Buffer.concat([head, answer]));
  }

  #encrypted(packet: Buffer, key: AuthKey): void {
    const msgKey = packet.subarray(8, 24);
    const { key: aes, iv } = messageKeys(key.key, msgKey, 'client');
    if ((packet.length - 24) % 16 !== 0) throw new Error('an encrypted message of no whole blocks');
    const plain = ige('decrypt', packet.subarray(24), aes, iv);
    if (!messageKey(key.key, plain, 'client').equals(msgKey)) throw new Error('a message with a wrong key');
    const length = plain.readUInt32LE(28);
    const padding = plain.length - 32 - length;
    if (length % 4 !== 0 || padding < 12 || padding > 1024)
      throw new Error(`a message of ${length} bytes with ${padding} behind it`);
    const session = this.#session(key, plain.readBigInt64LE(8));
    const message = { msgId: plain.readBigInt64LE(16), seqNo: plain.readUInt32LE(24), body: plain.subarray(32, 32 + length) };
    this.#salt = plain.readBigInt64LE(0);
    this.#message(session, message, false);
  }

  #session(key: AuthKey, id: bigint): Session {
    let session = key.sessions.get(id);
    if (!session) {
      session = new Session(id, key, this.#host.nowMs);
      key.sessions.set(id, session);
    }
    session.carrier = this;
    this.sessions.add(session);
    return session;
  }

  #message(session: Session, message: Outgoing, inContainer: boolean): void {
    const id = message.body.length >= 4 ? message.body.readUInt32LE(0) : 0;
    const { content, object } = this.#open(message.body, id);
    const fault = this.#numberFault(session, message, content, inContainer);
    if (fault !== undefined) {
      session.service({ _: 'BadMsgNotification', badMsgId: message.msgId, badMsgSeqno: message.seqNo, errorCode: fault });
      return;
    }
    if (!inContainer && this.#salt !== session.key.salt) {
      session.service({
        _: 'BadServerSalt',
        badMsgId: message.msgId,
        badMsgSeqno: message.seqNo,
        errorCode: 48,
        newServerSalt: session.key.salt,
      });
      return;
    }
    if (!session.announced) {
      session.announced = true;
      session.service(
        { _: 'NewSessionCreated', firstMsgId: message.msgId, uniqueId: randomLong(), serverSalt: session.key.salt },
        false,
        true,
      );
    }
    if (content)
      session.last = message.msgId > session.last.msgId ? { msgId: message.msgId, seqNo: message.seqNo } : session.last;
    if (id === CONTAINER) return this.#container(session, message.body, inContainer);
    if (session.answers.has(message.msgId)) {
      // Done already: the answer again, if there is one.
      const body = session.answers.get(message.msgId);
      if (body) session.answer(message.msgId, body);
      return;
    }
    if (object && this.#service(session, message, object)) return;
    session.answers.set(message.msgId, undefined);
    this.#host.request(session, message.msgId, unpacked(message.body));
  }

  #open(body: Buffer, id: number): { content: boolean; object?: TlObject } {
    if (id === CONTAINER) return { content: false };
    if (!SERVICE.byId.has(id)) return { content: true };
    const object = decode(SERVICE, body);
    return { content: !['MsgsAck', 'HttpWait', 'MsgsStateInfo'].includes(object._), object };
  }

  /** What is wrong with a message's numbers (https://core.telegram.org/mtproto/service_messages_about_messages), if anything. */
  #numberFault(session: Session, { msgId, seqNo }: Outgoing, content: boolean, inContainer: boolean): number | undefined {
    const sec = Number(msgId >> 32n);
    const nowSec = this.#host.nowMs() / 1000;
    if (msgId % 4n !== 0n) return this.#fault(18, 'a message id that is no multiple of 4');
    if (sec < nowSec - 300) return 16;
    if (sec > nowSec + 30) return 17;
    if (content && seqNo % 2 === 0) return this.#fault(35, 'an even sequence number of a message with content');
    // The documents have code 34 for odd numbers of messages without content. mtcute 0.30 gives them to its acknowledgements and works with
    // Telegram, so the real server must bear that.
    const { last } = session;
    if (content && !inContainer && msgId > last.msgId && seqNo <= last.seqNo)
      return this.#fault(32, 'a sequence number that falls');
    return undefined;
  }

  #fault(code: number, what: string): number {
    this.#host.violation(what);
    return code;
  }

  #container(session: Session, body: Buffer, inContainer: boolean): void {
    if (inContainer) throw new TlError('a container in a container');
    const reader = new Reader(SERVICE, body);
    reader.take(4);
    const count = reader.take(4).readUInt32LE();
    if (count > 1020) throw new TlError(`a container of ${count} messages`);
    for (let i = 0; i < count; i++) {
      const head = reader.take(16);
      const message = { msgId: head.readBigInt64LE(0), seqNo: head.readUInt32LE(8), body: reader.take(head.readUInt32LE(12)) };
      this.#message(session, message, true);
    }
    reader.end();
  }

  /** Does a service message; false if it is a request of the API. */
  #service(session: Session, { msgId }: Outgoing, object: TlObject): boolean {
    switch (object._) {
      case 'MsgsAck':
        for (const id of object['msgIds'] as bigint[]) session.unacknowledged.delete(id);
        return true;
      case 'Ping':
      case 'PingDelayDisconnect':
        if (object._ === 'PingDelayDisconnect') this.disconnectAfterSec = object['disconnectDelay'] as number;
        session.answers.set(msgId, undefined);
        session.service({ _: 'Pong', msgId, pingId: object['pingId'] });
        return true;
      case 'GetFutureSalts': {
        const now = Math.floor(this.#host.nowMs() / 1000);
        const salts = [{ _: 'FutureSalt', validSince: now, validUntil: now + 3600, salt: session.key.salt }];
        session.service({ _: 'FutureSalts', reqMsgId: msgId, now, salts });
        return true;
      }
      case 'DestroySession': {
        const sessionId = object['sessionId'] as bigint;
        const known = session.key.sessions.delete(sessionId);
        session.service({ _: known ? 'DestroySessionOk' : 'DestroySessionNone', sessionId });
        return true;
      }
      case 'HttpWait':
      case 'MsgsStateInfo':
        return true;
      case 'MsgResendReq':
      case 'MsgsStateReq':
        for (const id of object['msgIds'] as bigint[]) {
          const again = session.unacknowledged.get(id);
          if (again) this.carry(session, [again]);
        }
        return true;
      case 'RpcDropAnswer':
        session.answer(msgId, u32(0x5e2ad36e));
        return true;
      default:
        throw new TlError(`${object._} after the key exchange`);
    }
  }
}

function unpacked(body: Buffer): Buffer {
  if (body.readUInt32LE(0) !== GZIP) return body;
  const reader = new Reader(SERVICE, body.subarray(4));
  const bytes = reader.bytes();
  // gramjs calls it packed and leaves it as it is; mtcute 0.30, which works with Telegram, has zlib's form instead of gzip's.
  const start = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  const packed = start === 0x1f8b || (start >> 8 === 0x78 && start % 31 === 0);
  return packed ? unzipSync(bytes) : bytes;
}
