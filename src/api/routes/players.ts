import { z } from 'zod';
import { volumeNodes } from '../../engine/players.js';
import { route, type Route } from '../route.js';
import { atMs } from '../schemas/common.js';
import type { RunningGraph } from '../api-host.js';

/** Most tracks of a queue that are told. */
const MOST_TRACKS = 500;

const track = z
  .object({
    id: z.string(),
    src: z.string().meta({ description: 'The file or address.' }),
    title: z.string().optional(),
    requester: z.string().meta({ description: 'Who asked for it.' }).optional(),
  })
  .meta({ id: 'QueuedTrack', description: 'A track of a queue.' });

const player = z
  .object({
    graph: z.string(),
    call: z.string().meta({ description: 'The call that it is heard in.' }).optional(),
    node: z.string(),
    kind: z
      .enum(['queue', 'recording'])
      .meta({ description: '`queue`: one track after another; `recording`: one file or address.' }),
    status: z.enum(['loading', 'playing', 'paused', 'idle', 'ended', 'failed']).meta({
      description:
        '`loading` until what was chosen is heard, `idle` with nothing to play, `ended` when it gives nothing any more.',
    }),
    src: z.string().meta({ description: 'The file or address that plays.' }).optional(),
    title: z.string().optional(),
    positionMs: z.number().meta({ description: 'Where it is in the file, in milliseconds, to 20 ms.' }),
    durationMs: z.number().meta({ description: 'How long the file is, in milliseconds, where that is known.' }).optional(),
    tempo: z.number().meta({ description: 'How many seconds of it pass in one, while it plays; absent: one.' }).optional(),
    queue: z
      .object({
        tracks: z.array(track).meta({ description: `In the order of playing; at most ${MOST_TRACKS}, those that come next.` }),
        index: z.number().int().meta({ description: 'Place of the current track in `tracks`; their number when it is through.' }),
        total: z.number().int().meta({ description: 'How many tracks there are.' }),
        repeat: z.enum(['off', 'track', 'queue']),
        shuffle: z.enum(['off', 'on', 'dynamic']),
      })
      .optional(),
    gainDb: z
      .number()
      .meta({ description: "How loud the graph's music is set, in decibels, where one node sets it." })
      .optional(),
  })
  .meta({ id: 'Player', description: 'A node that plays, and where it is.' });

/** The route that tells what plays. */
export const playerRoutes: readonly Route[] = [
  route({
    id: 'listPlayers',
    method: 'GET',
    path: '/players',
    tag: 'Calls',
    summary: 'What plays, and where it is',
    details: 'Of each node that plays files, addresses or a queue. Those of a call come in the order of its graph.',
    query: z.strictObject({ call: z.string().meta({ description: 'Only those of this call.' }).optional() }),
    answer: z.object({
      atMs: atMs.meta({ description: 'When that was, in milliseconds since 1970.' }),
      players: z.array(player),
    }),
    example: {},
    handle: ({ host }, { query }) => ({
      atMs: host.nowMs(),
      players: [...host.graphs].flatMap(([graph, running]) =>
        query.call === undefined || running.call === query.call ? playersOf(graph, running) : [],
      ),
    }),
  }),
];

function playersOf(graph: string, { session, call }: RunningGraph): z.input<typeof player>[] {
  const gainDb = gainOf(session);
  return session.players().map(({ queue, ...plays }) => ({
    graph,
    ...(call !== undefined && { call }),
    ...plays,
    ...(queue && { queue: shown(queue) }),
    ...(gainDb !== undefined && { gainDb }),
  }));
}

function shown({
  tracks,
  order,
  index,
  repeat,
  shuffle,
}: NonNullable<ReturnType<RunningGraph['session']['players']>[0]['queue']>) {
  const byId = new Map(tracks.map((one) => [one.id, one]));
  const from = order.length > MOST_TRACKS ? Math.min(index, order.length - MOST_TRACKS) : 0;
  const some = order.slice(from, from + MOST_TRACKS).flatMap((id) => {
    const found = byId.get(id);
    if (!found) return [];
    const { src, title, requester } = found;
    return [{ id, src, ...(title !== undefined && { title }), ...(requester !== undefined && { requester }) }];
  });
  return { tracks: some, index: index - from, total: order.length, repeat, shuffle };
}

function gainOf({ plan, changed }: RunningGraph['session']): number | undefined {
  const [node, ...more] = volumeNodes(plan);
  if (!node || more.length > 0) return undefined;
  const { gainDb } = { ...node.options, ...changed.get(node.id) };
  return typeof gainDb === 'number' ? gainDb : 0;
}
