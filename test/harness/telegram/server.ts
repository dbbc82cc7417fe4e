import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Faults, type RequestFault, type UpdateFault } from './faults.js';
import { Connection, type ConnectionHost } from './mtproto/connection.js';
import { keyId } from './mtproto/crypto.js';
import type { NewKey } from './mtproto/key-exchange.js';
import { type AuthKey, type Outgoing, randomLong, type Session } from './mtproto/session.js';
import { authMethods } from './rpc/auth.js';
import { broadcastMethods } from './rpc/broadcast.js';
import { callAdminMethods } from './rpc/call-admin.js';
import { callMethods } from './rpc/calls.js';
import { dialogMethods } from './rpc/dialogs.js';
import type { RpcContext, RpcHandler } from './rpc/context.js';
import { peerMethods } from './rpc/peers.js';
import { SignIns } from './rpc/sign-ins.js';
import { updateMethods } from './rpc/updates.js';
import { encode, encodeResult, Reader, TlError, type TlObject } from './tl/codec.js';
import { schemaOf } from './tl/schemas.js';
import { RpcFault } from './world/model.js';
import { type Sfu, World } from './world/world.js';

const METHODS: Record<string, RpcHandler> = {
  ...authMethods,
  ...peerMethods,
  ...updateMethods,
  ...callMethods,
  ...callAdminMethods,
  ...broadcastMethods,
  ...dialogMethods,
};
const INVOKE_WITH_LAYER = 0xda9b0d0d;

/** Whom a data centre tells what happens in it. */
export interface Watcher {
  readonly request: (user: bigint | undefined, request: TlObject) => void;
  readonly violation: (what: string) => void;
}

/** The data centres of a small Telegram, all in one process. */
export class TelegramServer {
  readonly world: World;
  readonly signIns: SignIns;
  readonly requestFaults = new Faults<RequestFault>();
  readonly updateFaults = new Faults<UpdateFault>();
  readonly keys = new Map<bigint, AuthKey>();
  readonly #watcher: Watcher;
  readonly #held: (() => void)[] = [];
  readonly #servers: Server[] = [];
  readonly #sockets = new Map<Socket, Connection>();
  #swapped: (() => void) | undefined;
  readonly #dcs: { id: number; ip: string }[] = [];
  /** Whether connections are refused. */
  refuse = false;
  keepLeadingZeros = false;
  /** What answers say that it is, in seconds since 1970; undefined: what it is. */
  clockSec: number | undefined;
  /** How far the server's clock goes wrong, in milliseconds. */
  skewMs = 0;

  constructor(sfu: Sfu, api: { id: number; hash: string }, watcher: Watcher) {
    this.#watcher = watcher;
    this.signIns = new SignIns(api);
    this.world = new World(
      () => this.clockSec ?? Math.floor(this.#nowMs() / 1000),
      sfu,
      (user, updates, except) => this.#deliver(user, updates, except),
    );
  }

  /** Opens a data centre; resolves with its port on 127.0.0.1. Clients know it by its number and `ip`. */
  async listen(id: number, ip: string): Promise<number> {
    const server = createServer((socket) => this.#accept(socket, id));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    this.#servers.push(server);
    this.#dcs.push({ id, ip });
    return (server.address() as AddressInfo).port;
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  /** A key that a user is signed in with, for clients that are to skip the exchange. */
  presharedKey(userId: bigint): { key: Buffer; dc: number } {
    const key = randomBytes(256);
    const { dc } = this.world.users.get(userId)!;
    this.keys.set(keyId(key), { id: keyId(key), key, dc, salt: randomLong(), userId, sessions: new Map() });
    return { key, dc };
  }

  /** Ends the connections of a user, or all. */
  cut(userId?: bigint): void {
    for (const connection of this.#sockets.values()) {
      if (userId === undefined || [...connection.sessions].some(({ key }) => key.userId === userId)) connection.end();
    }
  }

  /**
   * As if a user's clients had said nothing for so long: those that asked to be dropped after less are (`ping_delay_disconnect`,
   * https://core.telegram.org/mtproto/service_messages#deferred-connection-closure). Gives what each connection had asked for.
   */
  silence(userId: bigint, seconds: number): (number | undefined)[] {
    const own = [...this.#sockets.values()].filter((one) => [...one.sessions].some(({ key }) => key.userId === userId));
    for (const one of own) if (one.disconnectAfterSec !== undefined && seconds >= one.disconnectAfterSec) one.end();
    return own.map((one) => one.disconnectAfterSec);
  }

  /** Forgets the keys of a user; with `error` they are known still, but answered with it. */
  forgetKeys(userId: bigint, error?: string): void {
    for (const key of this.keys.values()) {
      if (key.userId !== userId) continue;
      if (error === undefined) this.keys.delete(key.id);
      else key.revoked = error;
    }
  }

  /** Lets every request go on that waits. */
  release(): void {
    for (const go of this.#held.splice(0)) go();
  }

  connections(): number {
    return this.#sockets.size;
  }

  /** Gives another salt to a user's keys, as Telegram does every half hour. */
  newSalts(userId: bigint): void {
    for (const key of this.keys.values()) if (key.userId === userId) key.salt = randomLong();
  }

  /** Sends a message of any bytes to a user's clients. */
  pushRaw(userId: bigint, body: Buffer): void {
    for (const key of this.keys.values()) {
      if (key.userId !== userId) continue;
      for (const session of key.sessions.values()) if (session.carrier) session.send(body, { content: true, reply: false });
    }
  }

  /** Does a request as a user, without a client. */
  async invokeAs(userId: bigint, request: TlObject): Promise<unknown> {
    const me = this.world.users.get(userId);
    return METHODS[request._]!(this.#context({ ...(me && { me }) }), request);
  }

  #context(some: Pick<RpcContext, 'me' | 'session' | 'key'>): RpcContext {
    return { world: this.world, signIns: this.signIns, dcOptions: this.#dcs, violation: this.#watcher.violation, ...some };
  }

  #nowMs(): number {
    return Date.now() + this.skewMs;
  }

  #accept(socket: Socket, dc: number): void {
    if (this.refuse) {
      socket.destroy();
      return;
    }
    const host: ConnectionHost = {
      nowMs: () => this.#nowMs(),
      keepLeadingZeros: this.keepLeadingZeros,
      key: (id) => this.keys.get(id),
      keyMade: ({ id, key, salt, expiresInSec }: NewKey) =>
        this.keys.set(id, { id, key, dc, salt, sessions: new Map(), ...(expiresInSec !== undefined && { expiresInSec }) }),
      request: (session, msgId, body) => void this.#request(session, msgId, body),
      violation: this.#watcher.violation,
      outgoing: (session, bytes, messages, write) => this.#outgoing(session, bytes, messages, write),
    };
    this.#sockets.set(socket, new Connection(socket, dc, host));
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #outgoing(session: Session, bytes: Buffer, messages: readonly Outgoing[], write: (bytes: Buffer) => void): void {
    const tags = messages.flatMap((message) => message.tags ?? []);
    const fault = this.updateFaults.take(session.key.userId, ({ update }) => tags.includes(update));
    if (fault?.kind === 'drop') return;
    if (fault?.kind === 'swap') {
      this.#swapped = () => write(bytes);
      return;
    }
    write(bytes);
    if (fault?.kind === 'duplicate') write(bytes);
    const swapped = this.#swapped;
    this.#swapped = undefined;
    swapped?.();
  }

  #deliver(userId: bigint, updates: TlObject, except: unknown): void {
    const tags = ((updates['updates'] ?? []) as TlObject[]).map((update) => update._);
    for (const key of this.keys.values()) {
      if (key.userId !== userId || key.revoked !== undefined) continue;
      for (const session of key.sessions.values()) {
        if (session !== except && session.carrier && session.wantsUpdates) session.push(updates, tags);
      }
    }
  }

  async #request(session: Session, msgId: bigint, body: Buffer): Promise<void> {
    const { key } = session;
    let request: TlObject;
    try {
      request = this.#unwrap(session, body);
    } catch (error) {
      this.#answerFault(session, msgId, error);
      return;
    }
    this.#watcher.request(key.userId, request);
    const fault = this.requestFaults.take(key.userId, ({ method }) => method === request._);
    if (fault?.hold) await new Promise<void>((go) => this.#held.push(go));
    if (fault?.cut === 'before') return session.carrier?.end();
    try {
      if (fault?.error) throw new RpcFault(...fault.error);
      if (key.revoked !== undefined) throw new RpcFault(401, key.revoked);
      if (key.layer === undefined) throw new RpcFault(400, 'CONNECTION_NOT_INITED');
      const handler = METHODS[request._];
      if (!handler) {
        this.#watcher.violation(`${request._} is not known to the local data centre`);
        throw new RpcFault(400, 'INPUT_METHOD_INVALID');
      }
      const me = key.userId === undefined ? undefined : this.world.users.get(key.userId);
      const value = await handler(this.#context({ session, key, ...(me && { me }) }), request);
      if (fault?.cut === 'after') return session.carrier?.end();
      if (fault?.drop) return;
      session.answer(msgId, encodeResult(session.schema, session.schema.byName.get(request._)!.result, value));
    } catch (error) {
      this.#answerFault(session, msgId, error);
    }
  }

  #answerFault(session: Session, msgId: bigint, error: unknown): void {
    if (!(error instanceof RpcFault))
      this.#watcher.violation(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const [code, message] = error instanceof RpcFault ? [error.code, error.message] : [400, 'INPUT_REQUEST_INVALID'];
    session.answer(msgId, encode(session.schema, { _: 'RpcError', errorCode: code, errorMessage: message }));
  }

  /** Takes the envelopes off a request (https://core.telegram.org/api/invoking). */
  #unwrap(session: Session, body: Buffer): TlObject {
    let rest = body;
    if (body.readUInt32LE(0) === INVOKE_WITH_LAYER) {
      const layer = body.readInt32LE(4);
      if (!schemaOf(layer)) throw new RpcFault(400, 'CONNECTION_LAYER_INVALID');
      session.key.layer = layer;
      rest = body.subarray(8);
    }
    const reader = new Reader(session.schema, rest);
    let request = reader.object();
    reader.end();
    for (;;) {
      if (request._ === 'InvokeWithoutUpdates') session.wantsUpdates = false;
      else if (request._ === 'InitConnection' && request['apiId'] !== this.signIns.api.id)
        throw new RpcFault(400, 'API_ID_INVALID');
      else if (request._ !== 'InvokeAfterMsg' && request._ !== 'InitConnection') break;
      request = request['query'] as TlObject;
    }
    if (!session.schema.byName.get(request._)!.isFunction) throw new TlError(`${request._} is no request`);
    return request;
  }
}
