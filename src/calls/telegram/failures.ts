import { problem, type ErrorCode, type ErrorData, type Problem, reasonOf } from '../../errors.js';
import { CallError, type CallFailure, callFailure, type Retry } from '../../machines/failure.js';
import { TelegramLinkError, TelegramRpcError } from './port.js';

/** What stands for an error of Telegram: a row of the table, and what may be done about it. */
interface Meaning {
  readonly code: ErrorCode;
  readonly retry: Retry;
}

const never = (code: ErrorCode): Meaning => ({ code, retry: 'never' });
const once = (code: ErrorCode): Meaning => ({ code, retry: 'once' });
const again = (code: ErrorCode): Meaning => ({ code, retry: 'backoff' });

/**
 * What Telegram's errors mean for a call. Sources are public clients (tdesktop, tdlib, tweb, pytgcalls, MarshalX/tgcalls): what they do about
 * each is done here too, but said.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // The session.
  AUTH_KEY_UNREGISTERED: never('TELEGRAM_SESSION_ENDED'),
  AUTH_KEY_INVALID: never('TELEGRAM_SESSION_ENDED'),
  AUTH_KEY_DUPLICATED: never('TELEGRAM_SESSION_ENDED'),
  SESSION_REVOKED: never('TELEGRAM_SESSION_ENDED'),
  SESSION_EXPIRED: never('TELEGRAM_SESSION_ENDED'),
  AUTH_KEY_PERM_EMPTY: never('TELEGRAM_SESSION_ENDED'),
  USER_DEACTIVATED: never('TELEGRAM_SESSION_ENDED'),
  USER_DEACTIVATED_BAN: never('TELEGRAM_SESSION_ENDED'),
  API_ID_INVALID: never('TELEGRAM_API_WRONG'),
  API_ID_PUBLISHED_FLOOD: never('TELEGRAM_API_WRONG'),
  BOT_METHOD_INVALID: never('TELEGRAM_BOT'),
  USER_BOT_INVALID: never('TELEGRAM_BOT'),
  // Finding the chat.
  USERNAME_INVALID: never('TELEGRAM_PEER_UNKNOWN'),
  USERNAME_NOT_OCCUPIED: never('TELEGRAM_PEER_UNKNOWN'),
  CHANNEL_INVALID: never('TELEGRAM_PEER_UNKNOWN'),
  CHAT_ID_INVALID: never('TELEGRAM_PEER_UNKNOWN'),
  PEER_ID_INVALID: never('TELEGRAM_PEER_UNKNOWN'),
  CHANNEL_PRIVATE: never('TELEGRAM_CHAT_PRIVATE'),
  CHAT_FORBIDDEN: never('TELEGRAM_CHAT_PRIVATE'),
  USER_BANNED_IN_CHANNEL: never('TELEGRAM_CHAT_PRIVATE'),
  INVITE_HASH_INVALID: never('TELEGRAM_INVITE_WRONG'),
  INVITE_HASH_EXPIRED: never('TELEGRAM_INVITE_WRONG'),
  INVITE_HASH_EMPTY: never('TELEGRAM_INVITE_WRONG'),
  INVITE_REQUEST_SENT: never('TELEGRAM_APPROVAL_NEEDED'),
  // Joining: the call that was found may be gone, so it is looked up once more.
  GROUPCALL_INVALID: once('TELEGRAM_CALL_CLOSED'),
  GROUP_CALL_INVALID: once('TELEGRAM_CALL_CLOSED'),
  GROUPCALL_FORBIDDEN: once('TELEGRAM_CALL_CLOSED'),
  GROUPCALL_ALREADY_DISCARDED: never('TELEGRAM_NO_CALL'),
  GROUPCALL_SSRC_DUPLICATE_MUCH: again('TELEGRAM_SOURCE_TAKEN'),
  SSRC_DUPLICATE: again('TELEGRAM_SOURCE_TAKEN'),
  GROUPCALL_ADD_PARTICIPANTS_FAILED: again('TELEGRAM_REFUSED'),
  GROUPCALL_JOIN_MISSING: again('TELEGRAM_REFUSED'),
  PARTICIPANT_JOIN_MISSING: again('TELEGRAM_REFUSED'),
  JOIN_AS_PEER_INVALID: never('TELEGRAM_JOIN_AS'),
  CHAT_ADMIN_REQUIRED: never('TELEGRAM_NOT_ADMIN'),
  CHAT_WRITE_FORBIDDEN: never('TELEGRAM_NOT_ADMIN'),
  // Signing in.
  PHONE_NUMBER_INVALID: never('TELEGRAM_PHONE_WRONG'),
  PHONE_NUMBER_BANNED: never('TELEGRAM_PHONE_WRONG'),
  PHONE_NUMBER_FLOOD: never('TELEGRAM_PHONE_WRONG'),
  PHONE_NUMBER_UNOCCUPIED: never('TELEGRAM_NOT_REGISTERED'),
  PHONE_CODE_INVALID: never('TELEGRAM_CODE_WRONG'),
  PHONE_CODE_EMPTY: never('TELEGRAM_CODE_WRONG'),
  PHONE_CODE_EXPIRED: never('TELEGRAM_CODE_EXPIRED'),
  PHONE_CODE_HASH_EMPTY: never('TELEGRAM_CODE_EXPIRED'),
  PASSWORD_HASH_INVALID: never('TELEGRAM_PASSWORD_WRONG'),
};

/** Sentences for the ways in which a session ends. */
const SESSION_ENDS: Readonly<Record<string, string>> = {
  AUTH_KEY_UNREGISTERED: 'it was signed out',
  SESSION_REVOKED: 'it was ended from another device',
  SESSION_EXPIRED: 'it was not used for too long',
  AUTH_KEY_DUPLICATED: 'the same session was used in two places at once',
  USER_DEACTIVATED: 'the account was deleted',
  USER_DEACTIVATED_BAN: 'Telegram banned the account',
};

/** Errors that say that nothing had to be done: what was asked for is so already. */
const DONE_ALREADY = new Set([
  'GROUPCALL_NOT_MODIFIED',
  'GROUPCALL_ALREADY_STARTED',
  'GROUPCALL_ALREADY_DISCARDED',
  'PARTICIPANT_PRESENTATION_MISSING',
  'USER_ALREADY_PARTICIPANT',
]);

/** Whether Telegram only said that it was so already. */
export function isDoneAlready(thrown: unknown): boolean {
  return thrown instanceof TelegramRpcError && DONE_ALREADY.has(thrown.rpc);
}

/** Whether Telegram answered with one of some errors. */
export function isRpc(thrown: unknown, ...errors: string[]): thrown is TelegramRpcError {
  return thrown instanceof TelegramRpcError && errors.includes(thrown.rpc);
}

/**
 * The failure in whatever a request threw.
 *
 * @param about what the sentence may name: `peer`, `address`.
 */
export function telegramFailure(thrown: unknown, about: ErrorData = {}): CallFailure {
  if (thrown instanceof CallError) return thrown.failure;
  if (thrown instanceof TelegramLinkError) return linkFailure(thrown);
  if (!(thrown instanceof TelegramRpcError)) return callFailure('TELEGRAM_NO_ANSWER', { reason: reasonOf(thrown) }, 'backoff');
  const { rpc, code, value, method } = thrown;
  // An account that is frozen (https://core.telegram.org/api/auth#frozen-accounts) has this number too, and waits in vain.
  if ((code === 420 && !rpc.startsWith('FROZEN_')) || /(^|_)WAIT$/.test(rpc)) {
    const seconds = value ?? 30;
    return callFailure('TELEGRAM_FLOOD', { seconds, method }, 'flood', seconds * 1000);
  }
  const data = { peer: '', ...about, method, error: rpc, reason: SESSION_ENDS[rpc] ?? rpc };
  const meaning = MEANINGS[rpc];
  if (meaning) return callFailure(meaning.code, data, meaning.retry);
  // Its own trouble passes; whatever else it refuses it would refuse again.
  return callFailure('TELEGRAM_REFUSED', data, Math.abs(code) >= 500 ? 'backoff' : 'never');
}

function linkFailure({ why, message }: TelegramLinkError): CallFailure {
  if (why === 'forgotten') return callFailure('TELEGRAM_SESSION_ENDED', { reason: message }, 'never');
  if (why === 'unreachable') return callFailure('TELEGRAM_UNREACHABLE', { reason: message }, 'backoff');
  return callFailure('TELEGRAM_NO_ANSWER', { reason: message }, 'backoff');
}

/** A failure as a row of the error table, for people. */
export function problemOf(failure: CallFailure, data: ErrorData = {}): Problem {
  return { ...problem(failure.code, data), message: failure.message };
}
