import { z } from 'zod';
import { voxError } from '../../errors.js';
import { route, type Route } from '../route.js';
import { name } from '../schemas/common.js';
import { callState } from '../schemas/state.js';

const call = z
  .object({
    call: z.string().meta({ description: 'Its address, such as room:lobby.' }),
    graph: z.string().meta({ description: 'The graph that runs in it.' }).optional(),
    state: callState,
  })
  .meta({ id: 'Call' });

/** Routes that show calls. */
export const callRoutes: readonly Route[] = [
  route({
    id: 'listCalls',
    method: 'GET',
    path: '/calls',
    tag: 'Calls',
    summary: 'The open calls',
    answer: z.object({ calls: z.array(call) }),
    handle: ({ host }) => ({
      calls: Object.entries(host.engine.state.calls).map(([id, state]) => ({ ...placed(host, id), state: state as never })),
    }),
  }),
  route({
    id: 'getCall',
    method: 'GET',
    path: '/calls/{call}',
    tag: 'Calls',
    summary: 'One call: its state, and who is there',
    params: z.strictObject({ call: name('Its address, such as `room:lobby`.') }),
    answer: call,
    errors: ['UNKNOWN_CALL'],
    example: { path: '/calls/room:lobby' },
    handle: ({ host }, { params }) => {
      const { calls } = host.engine.state;
      const state = Object.hasOwn(calls, params.call) ? calls[params.call] : undefined;
      if (!state) throw voxError('UNKNOWN_CALL', { call: params.call });
      return { ...placed(host, params.call), state: state as never };
    },
  }),
];

function placed(host: { readonly graphs: ReadonlyMap<string, { readonly call: string | undefined }> }, id: string) {
  const found = [...host.graphs].find(([, graph]) => graph.call === id);
  return { call: id, ...(found && { graph: found[0] }) };
}
