import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../../errors.js';
import { sendProblem } from './http-errors.js';

/** SDP's media type. */
export const SDP = 'application/sdp';

/** Answers OPTIONS, and every method but those that are for this path. */
export function allowOnly(
  app: FastifyInstance,
  path: string,
  ...methods: readonly ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[]
): void {
  const allow = [...methods, 'OPTIONS'].join(', ');
  app.options(path, async (_request, reply) => {
    if (methods.includes('POST')) reply.header('accept-post', path.includes('/wh') ? SDP : 'application/json');
    return reply.code(204).header('allow', allow).send();
  });
  const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((other) => !(methods as readonly string[]).includes(other));
  // Before the body is looked at: what it holds makes no difference.
  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    sendProblem(reply.header('allow', allow), problem('METHOD_WRONG', { ...asked(request), allow }));
  app.route({ method: others, url: path, onRequest: refuse, handler: refuse });
}

/** What a request asks for. */
export function asked({ method, url }: FastifyRequest): { method: string; path: string } {
  return { method, path: url.split('?')[0]! };
}
