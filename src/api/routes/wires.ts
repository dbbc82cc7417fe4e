import { streamWire } from '../../calls/room/tap-routes.js';
import { route, type Route } from '../route.js';
import { name } from '../schemas/common.js';
import { graphParams } from './graphs.js';

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
];
