import { streamWire } from '../../calls/room/tap-routes.js';
import { route, type Route } from '../route.js';
import { name } from '../schemas/common.js';
import { graphParams, runningGraph } from './graphs.js';

const wireParams = graphParams.extend({ wire: name('What it leaves, as `node.port`, or `node` where that has one output.') });

/** Routes that give what flows on wires. */
export const wireRoutes: readonly Route[] = [
  route({
    id: 'listenWire',
    method: 'GET',
    path: '/graphs/{graph}/wires/{wire}/audio',
    tag: 'Wires',
    summary: 'The sound of a wire as a WAV without end, 48 kHz stereo of 16 bits',
    params: wireParams,
    media: 'audio/wav',
    errors: ['UNKNOWN_GRAPH', 'UNKNOWN_WIRE'],
    example: false,
    handle: ({ host }, { params }, reply) => streamWire(host.taps, params, reply, { sound: true, type: 'audio/wav' }),
  }),
  route({
    id: 'seeWire',
    method: 'GET',
    path: '/graphs/{graph}/wires/{wire}/thumbnail',
    tag: 'Wires',
    summary: 'The newest picture of a wire of video as a JPEG of at most 240 pixels',
    details:
      'Made when it is asked for, and at most twice a second however many ask. Of several streams on one wire it is the first. `ETag` tells whether it is another one.',
    params: wireParams,
    media: 'image/jpeg',
    errors: ['UNKNOWN_GRAPH', 'UNKNOWN_PICTURE_WIRE', 'WIRE_WITHOUT_PICTURES', 'NO_PICTURE', 'PICTURE_FAILED'],
    example: false,
    handle: async ({ host }, { params: { graph, wire } }, reply) => {
      runningGraph(host, graph);
      const { ptsUs, jpeg } = await host.media.request({ type: 'wire.picture', graph, wire });
      const etag = `"${ptsUs}"`;
      reply.headers({ etag, 'cache-control': 'private, no-cache' });
      if (reply.request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type('image/jpeg').send(Buffer.from(jpeg, 'base64'));
    },
  }),
];
