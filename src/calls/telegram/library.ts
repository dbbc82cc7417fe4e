import type { Api as TelegramApi, TelegramClient } from 'telegram';
import type { Raw } from 'telegram/events/index.js';
import type { Logger, PromisedNetSockets } from 'telegram/extensions/index.js';
import type { AuthKey } from 'telegram/crypto/AuthKey.js';
import type { MemorySession } from 'telegram/sessions/index.js';
import type { computeCheck } from 'telegram/Password.js';

/**
 * What is used of gramjs. Its successor teleproto has the same parts, so that the adapter runs with either; docs/decisions/0020 says how to
 * switch.
 */
export interface TelegramLibrary {
  /** Constructors of requests and objects. */
  readonly Api: typeof TelegramApi;
  readonly TelegramClient: typeof TelegramClient;
  readonly MemorySession: typeof MemorySession;
  readonly AuthKey: typeof AuthKey;
  readonly PromisedNetSockets: typeof PromisedNetSockets;
  readonly Logger: typeof Logger;
  readonly Raw: typeof Raw;
  /** The answer to a question for the password of two-step verification. */
  readonly computeCheck: typeof computeCheck;
}

/** Loads gramjs: about a second and 78 MB, so only once somebody needs Telegram. */
export async function loadLibrary(): Promise<TelegramLibrary> {
  const [{ Api, TelegramClient: Client }, sessions, keys, extensions, events, passwords, senders] = await Promise.all([
    import('telegram'),
    import('telegram/sessions/index.js'),
    import('telegram/crypto/AuthKey.js'),
    import('telegram/extensions/index.js'),
    import('telegram/events/index.js'),
    import('telegram/Password.js'),
    import('telegram/network/MTProtoSender.js'),
  ]);
  mendSender(senders.MTProtoSender.prototype as unknown as SenderPrototype);
  return {
    Api,
    TelegramClient: Client,
    MemorySession: sessions.MemorySession,
    AuthKey: keys.AuthKey,
    PromisedNetSockets: extensions.PromisedNetSockets,
    Logger: extensions.Logger,
    Raw: events.Raw,
    computeCheck: passwords.computeCheck,
  };
}

interface SenderPrototype {
  _handleRPCResult: (message: unknown) => void;
  send: (request: { readonly className?: string; disconnectDelay?: number }) => unknown;
}

/** As long as the server keeps a connection of which it hears nothing; a ping goes out every 9 s. */
const DISCONNECT_SEC = 75;

const mended = new WeakSet<SenderPrototype>();

/** Mends what gramjs does wrong on a connection, once. */
function mendSender(prototype: SenderPrototype): void {
  if (mended.has(prototype)) return;
  mended.add(prototype);
  mendContainers(prototype);
  mendPings(prototype);
}

/** gramjs asks for 60,000, as if it were milliseconds: the server would keep a dead connection for 16 hours. */
function mendPings(prototype: SenderPrototype): void {
  const { send } = prototype;
  prototype.send = function sendMended(request) {
    if (request.className === 'PingDelayDisconnect') request.disconnectDelay = DISCONNECT_SEC;
    return send.call(this, request);
  };
}

/**
 * An answer with an error makes gramjs drop whatever came in the same container behind it: other answers, whose requests then wait for ever, and
 * updates. Its error has reached who asked by then, so it need not be thrown through the container (teleproto mended it likewise).
 */
function mendContainers(prototype: SenderPrototype): void {
  const handle = prototype._handleRPCResult;
  prototype._handleRPCResult = function handleResult(message) {
    try {
      handle.call(this, message);
    } catch (error) {
      if (!(typeof error === 'object' && error !== null && 'errorMessage' in error)) throw error;
    }
  };
}
