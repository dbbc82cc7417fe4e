import { z } from 'zod';
import { route, type Route } from '../route.js';
import { flag, wholeNumber } from '../schemas/common.js';

const DETAILS = `A stream of server-sent events. \`id:\` is the number of a fact; a reader that comes back with \`Last-Event-ID\`, or \`?after=\`, gets what it missed, from the last 2000 facts. When that is not possible, or no number is given, it begins with \`reset\`.

| Event | Data |
| --- | --- |
| \`reset\` | \`{ engine, seq, state }\`: forget what you had |
| \`fact\` | a fact, with \`seq\`, \`atMs\` and \`type\` |
| \`transition\` | a step of a machine, as \`/machines/{instance}/transitions\` gives them |
| \`log\` | \`{ seq, atMs, level, code, message, fix, graph?, node?, call?, plugin? }\`: a problem that a fact tells of |
| \`stats\` | with \`?stats=1\`, twice a second for each graph: \`{ graph, positionUs, stats, levels }\` |
| \`lag\` | \`{ dropped, stats, others }\`: a slow reader missed so many messages, figures first and never facts; with \`cut: true\` and a \`reason\` the stream ends |

\`EventSource\` cannot show a token; read the stream by \`fetch\` where one is needed.`;

/** The feed. */
export const feedRoutes: readonly Route[] = [
  route({
    id: 'readFeed',
    method: 'GET',
    path: '/feed',
    tag: 'Feed',
    summary: 'Everything that happens, as it happens',
    details: DETAILS,
    query: z.strictObject({
      after: wholeNumber('The number of the last fact you have.').optional(),
      engine: z
        .string()
        .max(64)
        .meta({ description: 'The run of the engine that number is of; of another one it means nothing.' })
        .optional(),
      stats: flag('Whether figures come too.').optional(),
    }),
    media: 'text/event-stream',
    errors: ['FEED_FULL'],
    handle: (api, { query, caller, lastEventId }, reply) => {
      api.feed.check();
      const { stats = false } = query;
      const known = query.engine === undefined || query.engine === api.engine;
      const after = known ? (numberOf(lastEventId) ?? query.after) : undefined;
      // What was set so far belongs to the answer.
      const headers = Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined));
      reply.hijack();
      reply.raw.writeHead(200, {
        ...(headers as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      reply.raw.write('retry: 1000\n\n');
      api.feed.add(reply.raw, { after, stats, maySteer: caller.maySteer });
      if (stats) api.stats.begin();
    },
  }),
];

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
