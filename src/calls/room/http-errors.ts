import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import { ERRORS, VoxError, formatProblem, problem, type ErrorCode, type Problem } from '../../errors.js';

/** Larger than any offer a browser makes. */
export const BODY_LIMIT_BYTES = 128 * 1024;
/** After which a client may ask again when the room is full, in seconds. */
const RETRY_AFTER_SECONDS = 5;

const STATUS: Partial<Record<ErrorCode, number>> = {
  TOKEN_WRONG: 401,
  ADMIN_TOKEN_NEEDED: 403,
  FOREIGN_HOST: 403,
  FOREIGN_ORIGIN: 403,
  REMOVED_FROM_CALL: 403,
  UNKNOWN_ROOM: 404,
  UNKNOWN_CALL: 404,
  UNKNOWN_GRAPH: 404,
  UNKNOWN_WIRE: 404,
  UNKNOWN_PICTURE_WIRE: 404,
  NO_PICTURE: 404,
  WIRE_WITHOUT_PICTURES: 409,
  UNKNOWN_PLUGIN: 404,
  UNKNOWN_MESSAGE: 404,
  UNKNOWN_PARTICIPANT: 404,
  PLUGIN_DISABLED: 409,
  PLUGIN_NEEDED: 409,
  PLUGIN_NEEDS_DISABLED: 409,
  MESSAGE_REFUSED: 409,
  CONNECTION_ENDED: 404,
  PATH_UNKNOWN: 404,
  METHOD_WRONG: 405,
  BODY_TOO_LARGE: 413,
  NOT_SDP: 415,
  ROOM_FULL: 503,
  FEED_FULL: 503,
  UNKNOWN_MACHINE: 404,
  UNKNOWN_RUNNING_NODE: 404,
  UNKNOWN_TYPE: 404,
  COMMAND_REFUSED: 409,
  CHANGE_REFUSED: 409,
  SOURCE_CHANGED: 409,
  NO_GRAPH_FILE: 409,
  NOTHING_TO_UNDO: 409,
  TEXT_FORBIDDEN: 403,
  PROCESS_FORBIDDEN: 403,
  NOT_JSON: 415,
  TOO_MANY_REQUESTS: 429,
  HOST_CLOSED: 503,
};

/** Answers with a problem of the error table, as `{ "error": { code, message, fix } }`. */
export function sendProblem(reply: FastifyReply, what: Problem): FastifyReply {
  const { error } = bodyOf(what);
  return sendRefusal(reply, statusOf(what.code) ?? (ERRORS[what.code].exit === 2 ? 400 : 500), error);
}

/** The status that goes with a code; undefined: that of its kind. */
export function statusOf(code: ErrorCode): number | undefined {
  return STATUS[code];
}

/** Answers with a refusal as `{ "error": … }`. */
export function sendRefusal(reply: FastifyReply, status: number, error: object): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(status).type('application/json; charset=utf-8').send({ error });
}

/** Answers with whatever was thrown; what is no problem of the table says nothing about the inside. */
export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  return sendProblem(reply, problemOf(error));
}

/** Answers what is not even HTTP. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  // Behind an answer that has begun nothing else may follow.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) return void socket.destroy();
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = JSON.stringify(bodyOf(problem('BAD_REQUEST', { reason: 'it is no valid HTTP' })));
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function bodyOf(what: Problem): { readonly error: object } {
  return { error: { code: what.code, message: formatProblem(what), fix: what.fix } };
}

/**
 * The problem of whatever was thrown.
 *
 * @param options `mediaType` is what a body of another kind is answered with, `limitBytes` how large one may be.
 */
export function problemOf(
  error: unknown,
  options: { readonly mediaType?: ErrorCode; readonly limitBytes?: number } = {},
): Problem {
  const { mediaType = 'NOT_SDP', limitBytes = BODY_LIMIT_BYTES } = options;
  if (error instanceof VoxError) return error.problems[0]!;
  const { statusCode = 500, code } = error as { statusCode?: number; code?: string };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return problem(mediaType);
  if (error instanceof SyntaxError) return problem('BAD_REQUEST', { reason: `the body is no JSON: ${error.message}` });
  if (statusCode === 413) return problem('BODY_TOO_LARGE', { limitKiB: Math.floor(limitBytes / 1024) });
  if (statusCode < 500 && error instanceof Error) return problem('BAD_REQUEST', { reason: error.message });
  return problem('INTERNAL', { reason: 'a request could not be answered' });
}
