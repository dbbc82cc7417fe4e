import createClient from 'openapi-fetch';
import { afterEach, describe, expect, it } from 'vitest';
import type { components, paths } from '../../src/cli/api.generated.js';
import { served } from './support.js';

let open: Awaited<ReturnType<typeof served>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

describe('a client that is generated from the OpenAPI document', () => {
  it('drives a call', async () => {
    const { base, during, scheduler, session } = (open = await served());
    const api = createClient<paths>({ baseUrl: base });
    const [{ call, graph }] = (await api.GET('/api/v1/calls')).data!.calls as [components['schemas']['Call']];
    expect(call).toBe('room:lobby');
    const path = { call };
    expect((await during(api.POST('/api/v1/calls/{call}/pause', { params: { path } }))).data).toEqual({ done: true });
    await scheduler.play(100);
    const { state } = (await api.GET('/api/v1/calls/{call}', { params: { path } })).data!;
    expect(state.status).toBe('live');
    expect(session.playbacks.get('music')!.actor.getSnapshot().matches({ active: 'paused' })).toBe(true);
    await during(api.POST('/api/v1/calls/{call}/seek', { params: { path }, body: { positionMs: 3000 } }));
    await during(api.POST('/api/v1/calls/{call}/resume', { params: { path } }));
    await scheduler.play(200);
    expect(session.playbacks.get('music')!.actor.getSnapshot().context.positionMs).toBeGreaterThanOrEqual(3000);
    const node = { path: { graph: graph!, node: 'volume' } };
    await during(api.PATCH('/api/v1/graphs/{graph}/nodes/{node}', { params: node, body: { options: { gainDb: -12 } } }));
    const { plan } = (await api.GET('/api/v1/graphs/{graph}', { params: { path: { graph: graph! } } })).data!;
    expect(plan.nodes.find(({ id }) => id === 'volume')!.options).toEqual({ gainDb: -12 });
    const wrong = await api.POST('/api/v1/calls/{call}/seek', { params: { path }, body: { positionMs: -1 } });
    expect([wrong.response.status, wrong.error!.error.code]).toEqual([400, 'INPUT_WRONG']);
    await during(api.POST('/api/v1/calls/{call}/leave', { params: { path } }));
    await scheduler.play(100);
    expect(await during(session.ended)).toBe('stopped');
    expect((await api.GET('/api/v1/calls')).data!.calls).toEqual([]);
  });
});
