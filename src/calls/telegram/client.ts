import { BehaviorSubject, Subject } from 'rxjs';
import type { Api, TelegramClient } from 'telegram';
import { reasonOf } from '../../errors.js';
import type { Cancel, Scheduler } from '../../time/scheduler.js';
import { boundedSession, keepOf } from './bounded-session.js';
import type { TelegramLibrary } from './library.js';
import {
  type InvokeOptions,
  type LinkState,
  type TelegramKeep,
  TelegramLinkError,
  type TelegramPort,
  type TelegramRequest,
  TelegramRpcError,
} from './port.js';
import { newsIn, newsOf, type TelegramNews } from './updates.js';

/** What a connection to Telegram needs. */
export interface TelegramClientOptions {
  /** Given by Telegram to each program, see https://my.telegram.org. */
  readonly api: { readonly id: number; readonly hash: string };
  /** Absent: a new connection that nobody is signed in with. */
  readonly keep?: TelegramKeep;
  readonly scheduler: Scheduler;
  /** Where to connect instead of an address of Telegram; for tests. */
  readonly route?: (ip: string) => { readonly host: string; readonly port: number } | undefined;
  /** The first data centre of a new account; for tests. */
  readonly first?: { readonly dcId: number; readonly ip: string };
  /** What the library complains about, for a log. */
  readonly onNote?: (note: string) => void;
  /** How long the connection may be down before it is given up, in milliseconds. Default 30 s. */
  readonly downLimitMs?: number;
  /** How long connecting may take, in milliseconds. Default 20 s. */
  readonly connectLimitMs?: number;
}

const INVOKE_LIMIT_MS = 15_000;
const DOWN_LIMIT_MS = 30_000;
const CONNECT_LIMIT_MS = 20_000;
/** Attempts of the library; beyond, it neither tells nor stops waiting. */
const CONNECT_TRIES = 3;
/** How many peers the library may cache; it never asks that cache, as no peer is named by number or name. */
const MOST_PEERS = 2000;

/** What the library has but does not declare. */
interface Hidden {
  _selfInputPeer?: Api.TypeInputPeer;
  readonly _entityCache: { readonly cacheMap?: Map<string, unknown> };
  /** Timers that end connections to other data centres; they hold the process. */
  readonly _exportedSenderReleaseTimeouts?: Map<number, NodeJS.Timeout>;
  _switchDC?(dcId: number): Promise<void>;
}

/**
 * Connects to Telegram. The faults of the library that it guards against, are in docs/decisions/0020: a limit
 * on everything, updates inside of answers, each flood told, a key that was forgotten told.
 *
 * @throws TelegramLinkError `unreachable`, `timeout`, `forgotten`; TelegramRpcError such as `API_ID_INVALID`.
 */
export async function connectTelegram(library: TelegramLibrary, options: TelegramClientOptions): Promise<TelegramPort> {
  const connection = new Connection(library, options, await boundedSession(library, options.keep, options.first));
  try {
    await connection.connect();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

class Connection implements TelegramPort {
  readonly api: typeof Api;
  readonly updates$ = new Subject<TelegramNews>();
  readonly link$ = new BehaviorSubject<LinkState>('down');
  readonly #library: TelegramLibrary;
  readonly #options: TelegramClientOptions;
  readonly #session: Awaited<ReturnType<typeof boundedSession>>;
  readonly #client: TelegramClient;
  /** Ends what waits when there is no more hope. */
  readonly #waiting = new Set<(error: Error) => void>();
  #downLimit: Cancel | undefined;
  #closed = false;
  #moving = false;
  #probing = false;
  #connected = false;

  constructor(library: TelegramLibrary, options: TelegramClientOptions, session: Awaited<ReturnType<typeof boundedSession>>) {
    this.#library = library;
    this.#options = options;
    this.#session = session;
    this.api = library.Api;
    const { route, onNote } = options;
    class Sockets extends library.PromisedNetSockets {
      override connect(port: number, ip: string): Promise<this> {
        const to = route?.(ip);
        return super.connect(to?.port ?? port, to?.host ?? ip) as Promise<this>;
      }
    }
    class Notes extends library.Logger {
      override canSend(): boolean {
        // The library writes to the console itself where this says true.
        return false;
      }
      override error(message: string): void {
        onNote?.(message);
      }
      override warn(message: string): void {
        onNote?.(message);
      }
    }
    this.#client = new library.TelegramClient(session, options.api.id, options.api.hash, {
      baseLogger: new Notes(),
      networkSocket: Sockets,
      connectionRetries: CONNECT_TRIES,
      reconnectRetries: CONNECT_TRIES,
      retryDelay: 1000,
      requestRetries: 3,
      floodSleepThreshold: 0,
      securityChecks: true,
      autoReconnect: true,
      deviceModel: 'voxgraph',
      systemVersion: process.version,
      appVersion: '1',
    });
    // Else every update asks first who we are, before a sign-in in vain, and is told when that is answered.
    (this.#client as unknown as Hidden)._selfInputPeer = new library.Api.InputPeerSelf();
    this.#client.onError = async (error) => onNote?.(reasonOf(error));
    this.#client.addEventHandler((update: unknown) => this.#hear(update), new library.Raw({}));
  }

  async connect(): Promise<void> {
    const limitMs = this.#options.connectLimitMs ?? CONNECT_LIMIT_MS;
    const connected = await this.#limited(this.#client.connect(), limitMs, 'connect').catch((error: unknown) => {
      throw rpcError(error, 'initConnection');
    });
    if (!connected) throw new TelegramLinkError('unreachable', 'no data centre of Telegram answers');
    this.#connected = true;
    this.#setLink('up');
  }

  async invoke<R>(request: TelegramRequest<R>, { signal, dcId, limitMs = INVOKE_LIMIT_MS }: InvokeOptions = {}): Promise<R> {
    if (signal?.aborted) throw new TelegramLinkError('aborted', request.className);
    this.#checkAlive();
    let answer: R;
    try {
      // Where it is the account's own anyway, no second connection is made.
      const elsewhere = dcId === undefined || dcId === this.#session.dcId ? undefined : dcId;
      // One that Telegram's configuration does not know: the library would ask for it again and again, without a pause.
      if (elsewhere !== undefined) await this.#limited(this.#client.getDC(elsewhere, false), limitMs, request.className, signal);
      const asked = this.#client.invoke(request as never, elsewhere) as Promise<R>;
      answer = await this.#limited(asked, limitMs, request.className, signal);
    } catch (error) {
      throw rpcError(error, request.className);
    }
    this.#trimCache();
    // An answer with updates never reaches the library's handlers.
    for (const news of newsIn(answer)) this.#tell(news);
    return answer;
  }

  checkPassword(question: Api.account.Password, password: string): Promise<Api.TypeInputCheckPasswordSRP> {
    return this.#library.computeCheck(question, password);
  }

  async moveTo(dcId: number): Promise<void> {
    this.#moving = true;
    try {
      await this.#limited(
        (this.#client as unknown as Hidden)._switchDC!(dcId),
        this.#options.connectLimitMs ?? CONNECT_LIMIT_MS,
        'move',
      );
    } finally {
      this.#moving = false;
    }
    this.#setLink('up');
  }

  keep(): TelegramKeep | undefined {
    return keepOf(this.#session);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#downLimit?.();
    this.#fail(new TelegramLinkError('closed', 'the connection was closed'));
    this.updates$.complete();
    this.link$.complete();
    const timers = (this.#client as unknown as Hidden)._exportedSenderReleaseTimeouts;
    for (const timer of timers?.values() ?? []) timer.unref();
    await this.#client.destroy().catch(() => {});
  }

  #hear(update: unknown): void {
    if (typeof update !== 'object' || update === null) return;
    if ('state' in update && !('className' in update)) {
      // UpdateConnectionState: 1 connected, -1 disconnected, 0 the key is not known any more.
      if (update.state === 1) void this.#probe();
      else if (update.state === 0) this.#setLink('forgotten');
      else this.#setLink('down');
      return;
    }
    const inside = newsIn(update);
    if (inside.length > 0) for (const news of inside) this.#tell(news);
    else this.#tell(newsOf(update as Api.TypeUpdate));
  }

  /** That a socket is open says little: what is behind it may close it at once. An answer, also a refusal, is a proof. */
  async #probe(): Promise<void> {
    if (this.link$.value !== 'down' || this.#probing || !this.#connected) return;
    this.#probing = true;
    try {
      await this.#limited(this.#client.invoke(new this.api.help.GetConfig()), INVOKE_LIMIT_MS, 'probe');
      this.#setLink('up');
    } catch (error) {
      if (!(error instanceof TelegramLinkError)) this.#setLink('up');
    } finally {
      this.#probing = false;
    }
  }

  #tell(news: TelegramNews): void {
    if (!this.#closed) this.updates$.next(news);
  }

  #setLink(state: LinkState): void {
    if (this.#closed || this.#isOver() || (state === 'down' && !this.#connected)) return;
    // Moving to another data centre closes the connection on purpose.
    if (state === 'down' && this.#moving) return;
    if (state !== 'down') {
      this.#downLimit?.();
      this.#downLimit = undefined;
    } else if (!this.#downLimit) {
      this.#downLimit = this.#options.scheduler.after(this.#options.downLimitMs ?? DOWN_LIMIT_MS, () => this.#setLink('lost'));
    }
    this.link$.next(state);
    if (state === 'forgotten')
      this.#fail(new TelegramLinkError('forgotten', 'Telegram does not know the key of this session any more'));
    if (state === 'lost') this.#fail(new TelegramLinkError('unreachable', 'the connection to Telegram is lost'));
  }

  #isOver(): boolean {
    return this.link$.value === 'lost' || this.link$.value === 'forgotten';
  }

  #checkAlive(): void {
    if (this.#closed) throw new TelegramLinkError('closed', 'the connection was closed');
    if (this.link$.value === 'forgotten')
      throw new TelegramLinkError('forgotten', 'Telegram does not know the key of this session any more');
    if (this.link$.value === 'lost') throw new TelegramLinkError('unreachable', 'the connection to Telegram is lost');
  }

  #fail(error: Error): void {
    for (const fail of this.#waiting) fail(error);
    this.#waiting.clear();
  }

  /** What a promise gives, unless something else ends the wait first. */
  #limited<T>(promise: Promise<T>, limitMs: number, what: string, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancel();
        this.#waiting.delete(fail);
        signal?.removeEventListener('abort', abort);
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      const abort = (): void => fail(new TelegramLinkError('aborted', what));
      const cancel = this.#options.scheduler.after(limitMs, () =>
        fail(new TelegramLinkError('timeout', `${what}: no answer in ${limitMs / 1000} s`)),
      );
      this.#waiting.add(fail);
      signal?.addEventListener('abort', abort);
      promise.then(
        (value) => {
          end();
          resolve(value);
        },
        (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  #trimCache(): void {
    const { cacheMap } = (this.#client as unknown as Hidden)._entityCache;
    if (cacheMap && cacheMap.size > MOST_PEERS) cacheMap.clear();
  }
}

/** The library's error as ours; other errors as they are. */
function rpcError(error: unknown, method: string): Error {
  if (error instanceof TelegramLinkError) return error;
  if (typeof error === 'object' && error !== null && 'errorMessage' in error && typeof error.errorMessage === 'string') {
    const code = 'code' in error && typeof error.code === 'number' ? error.code : 400;
    return new TelegramRpcError(method, code, textOf(error as RpcErrorLike));
  }
  return error instanceof Error ? error : new Error(String(error));
}

interface RpcErrorLike {
  readonly errorMessage: string;
  readonly seconds?: unknown;
  readonly newDc?: unknown;
}

/** The error's text as Telegram sent it: gramjs keeps the number apart, and the text only as the name of a class. */
function textOf(error: RpcErrorLike): string {
  const number = [error.seconds, error.newDc].find((value) => typeof value === 'number');
  if (number === undefined || /\d/.test(error.errorMessage)) return error.errorMessage;
  const name = error.constructor.name.replace(/Error$/, '').replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_');
  return `${name.toUpperCase()}_${number}`;
}
