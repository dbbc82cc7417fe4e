import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { ERRORS, VoxError, formatProblem, voxError, type ErrorCode, type Problem } from '../errors.js';
import { problemOf, sendRefusal, statusOf } from '../calls/room/http-errors.js';

/** Answers with whatever was thrown, as the API words it: never 5xx for what the client did wrong. */
export function sendApiError(reply: FastifyReply, error: unknown): FastifyReply {
  const { bodyLimit } = reply.request.routeOptions;
  const first = problemOf(error, { mediaType: 'NOT_JSON', ...(bodyLimit !== undefined && { limitBytes: bodyLimit }) });
  const problems =
    error instanceof VoxError && error.problems.length > 1 ? error.problems.map((one) => textProblem(one)) : undefined;
  const where = whereOf(first);
  // What does not exist in a text is the text's fault, and not the address's.
  const status = apiStatus(first.code);
  return sendRefusal(reply, status === 404 && first.place ? 400 : status, {
    code: first.code,
    message: first.place || !first.path ? formatProblem(first) : first.message,
    fix: first.fix,
    ...(where !== undefined && { where }),
    ...(problems && { problems }),
  });
}

/** What the API answers a problem with: what the engine could not do for a client is 422, what is its own fault 500. */
export function apiStatus(code: ErrorCode): number {
  const known = statusOf(code);
  if (known !== undefined) return known;
  if (code === 'INTERNAL') return 500;
  return ERRORS[code].exit === 2 ? 400 : 422;
}

/** A problem of a text as the API shows it. */
export function textProblem(
  { code, message, fix, place, path, node }: Problem,
  severity: 'error' | 'warning' = 'error',
  end?: { readonly endLine: number; readonly endColumn: number },
): z.output<typeof import('./schemas/common.js').problemSchema> {
  return {
    code,
    message,
    fix,
    severity,
    ...(place && { line: place.line, column: place.column }),
    ...end,
    ...(path !== undefined && { path }),
    ...(node !== undefined && { node }),
  };
}

function whereOf({ place, path }: Problem): string | undefined {
  return place ? `${place.file}:${place.line}:${place.column}` : path;
}

/**
 * Checks a part of a request.
 *
 * @param part `params`, `query` or `body`.
 * @throws VoxError `INPUT_WRONG` with everything that is wrong.
 */
export function checked<S extends z.ZodType>(schema: S, given: unknown, part: string): z.output<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const path = [part, ...issue.path.map(String)].join('.');
    return voxError('INPUT_WRONG', { where: path, reason: issue.message.slice(0, 300) }, { path }).problems[0]!;
  });
  throw new VoxError(problems[0]!, ...problems.slice(1, 10));
}
