import type { Api } from 'telegram';
import type { Observable } from 'rxjs';
import type { TelegramNews } from './updates.js';

/**
 * The state of the connection to Telegram. `up` may come several times in a row. `lost`: it was down for too long and nothing brings it back;
 * `forgotten`: Telegram does not know our key any more. Both are final.
 */
export type LinkState = 'up' | 'down' | 'lost' | 'forgotten';

/** How a request is made. */
export interface InvokeOptions {
  /** Nobody waits any more; the request may still be done. */
  readonly signal?: AbortSignal;
  /** The data centre that is to answer; absent: the account's own. */
  readonly dcId?: number;
  /** How long an answer may take, in milliseconds. Default 15 s. */
  readonly limitMs?: number;
}

/** A request with its type of answer. */
export interface TelegramRequest<R> {
  readonly className: string;
  readonly __response: R;
}

/**
 * All that is known of the library: requests, updates, connection. Objects are told apart by `className`, never by class, so that it does not
 * matter which package made them.
 */
export interface TelegramPort {
  /** Constructors of requests. */
  readonly api: typeof Api;
  /**
   * Makes a request. It may be done twice when the connection breaks meanwhile.
   *
   * @throws TelegramRpcError when it is refused; TelegramLinkError when no answer comes.
   */
  invoke<R>(request: TelegramRequest<R>, options?: InvokeOptions): Promise<R>;
  /** Every update, one by one and in order, also those inside of answers; each also when it came twice. */
  readonly updates$: Observable<TelegramNews>;
  /** Changes of the connection; the present state on subscribing. */
  readonly link$: Observable<LinkState>;
  /** The answer to a question for the password. */
  checkPassword(question: Api.account.Password, password: string): Promise<Api.TypeInputCheckPasswordSRP>;
  /** Moves to another data centre, as Telegram asks for; the key is a new one then. */
  moveTo(dcId: number): Promise<void>;
  /** What must be kept to connect again without a sign-in. Secret. */
  keep(): TelegramKeep | undefined;
  /** Ends the connection. Idempotent. */
  close(): Promise<void>;
}

/** What makes a later connection the same as this one. Whoever has it is signed in: it is stored with mode 0600 and never printed. */
export interface TelegramKeep {
  readonly dcId: number;
  readonly ip: string;
  /** The auth key, base64. */
  readonly key: string;
}

/** Telegram refused a request. */
export class TelegramRpcError extends Error {
  /** Such as `GROUPCALL_FORBIDDEN`; numbers are taken out: `FLOOD_WAIT`. */
  readonly rpc: string;
  /** Like an HTTP status. */
  readonly code: number;
  /** The number that was in the error: seconds to wait, data centre to go to. */
  readonly value: number | undefined;
  /** The method, such as `phone.JoinGroupCall`. */
  readonly method: string;

  /** @param text as Telegram sent it, such as `FLOOD_WAIT_30`. */
  constructor(method: string, code: number, text: string) {
    const number = /_(\d+)(?=_|$)/.exec(text);
    const rpc = number ? text.replace(number[0], '') : text;
    super(`${method}: ${text}`);
    this.name = 'TelegramRpcError';
    this.rpc = rpc;
    this.code = code;
    this.value = number ? Number(number[1]) : undefined;
    this.method = method;
  }
}

/** No answer came: the connection broke, took too long or was ended. */
export class TelegramLinkError extends Error {
  /** `timeout`, `aborted`, `unreachable`, `forgotten`, `closed`. */
  readonly why: 'timeout' | 'aborted' | 'unreachable' | 'forgotten' | 'closed';

  /** @param detail what is known beyond the kind. */
  constructor(why: TelegramLinkError['why'], detail: string) {
    super(detail);
    this.name = 'TelegramLinkError';
    this.why = why;
  }
}

/** A number of 64 bits, as requests take it. */
export function asLong(value: string | bigint): Api.long {
  // The library makes its own kind of number of it.
  return BigInt(value) as unknown as Api.long;
}
