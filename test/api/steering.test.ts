import { afterEach, describe, expect, it } from 'vitest';
import { idle } from '../plugins/lab.js';
import { served } from './support.js';

let open: Awaited<ReturnType<typeof served>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(...args: Parameters<typeof served>) {
  const made = await served(...args);
  open = made;
  await made.scheduler.play(300);
  return made;
}

const refusal = ({ status, json }: { status: number; json: { error?: { code: string; where?: string } } }) => [
  status,
  json.error?.code,
  json.error?.where,
];

describe('steering over HTTP', () => {
  it('pauses, plays, seeks and sets the volume of a call', async () => {
    const { post, get, during, session, scheduler } = await start();
    const lobby = (verb: string, body?: object) => during(post(`/calls/room:lobby/${verb}`, body));
    expect((await lobby('pause')).json).toEqual({ done: true });
    await scheduler.play(100);
    const state = () => session.playbacks.get('music')!.actor.getSnapshot();
    expect(state().matches({ active: 'paused' })).toBe(true);
    await lobby('seek', { positionMs: 2000 });
    await scheduler.play(100);
    expect(state().context.positionMs).toBe(2000);
    await lobby('resume', {});
    await lobby('volume', { percent: 50 });
    const { nodes } = (await get('/graphs/graph-1')).json.plan;
    expect(nodes.find(({ id }: { id: string }) => id === 'volume').options).toEqual({ gainDb: -6.02 });
    expect(refusal(await lobby('seek', {}))).toEqual([400, 'INPUT_WRONG', 'body.positionMs']);
    expect(refusal(await lobby('volume', {}))).toEqual([400, 'COMMAND_WRONG', undefined]);
    expect(refusal(await lobby('skip'))).toEqual([409, 'COMMAND_REFUSED', undefined]);
    expect(refusal(await during(post('/calls/room:hall/pause')))).toEqual([404, 'UNKNOWN_CALL', undefined]);
    expect(refusal(await lobby('tell', { text: 'hi', to: 'anna' }))).toEqual([404, 'UNKNOWN_PARTICIPANT', undefined]);
    expect(refusal(await lobby('participants/anna/mute'))).toEqual([404, 'UNKNOWN_PARTICIPANT', undefined]);
    expect(refusal(await lobby('participants/anna/volume', { percent: 50 }))).toEqual([404, 'UNKNOWN_PARTICIPANT', undefined]);
    expect(refusal(await lobby('participants/anna/volume', {}))).toEqual([400, 'INPUT_WRONG', 'body.percent']);
    expect((await lobby('mute')).json).toEqual({ done: true });
    expect((await get('/calls/room:lobby')).json.state).toMatchObject({ selfMuted: true });
    expect((await lobby('mute', { muted: false })).json).toEqual({ done: true });
    // What only Telegram's calls can.
    for (const verb of ['raise-hand', 'record', 'end'])
      expect([verb, ...refusal(await lobby(verb))]).toEqual([verb, 409, 'COMMAND_REFUSED', undefined]);
    expect(refusal(await lobby('title', { title: 'Evening' }))).toEqual([409, 'COMMAND_REFUSED', undefined]);
    expect(refusal(await lobby('invite', { users: ['@anna'] }))).toEqual([409, 'COMMAND_REFUSED', undefined]);
    expect(refusal(await lobby('invite', {}))).toEqual([400, 'INPUT_WRONG', 'body.users']);
  });

  it('changes options of a node, and leaves it out', async () => {
    const { ask, get, during, scheduler, session } = await start();
    const patch = (node: string, body: unknown) => during(ask('PATCH', `/api/v1/graphs/graph-1/nodes/${node}`, body));
    const volume = async () => (await get('/graphs/graph-1')).json.plan.nodes.find(({ id }: { id: string }) => id === 'volume');
    expect((await patch('volume', { options: { gainDb: -20 }, bypassed: true })).json).toEqual({ done: true });
    await scheduler.play(100);
    expect(await volume()).toMatchObject({ options: { gainDb: -20 }, bypassed: true });
    // Other options do not bring it back; only who left it out does.
    await patch('volume', { options: { gainDb: -30 } });
    await scheduler.play(100);
    const { stats } = await session.stats();
    expect(stats.nodes['volume']).toMatchObject({ state: 'bypassed', leftOut: true });
    const passed = stats.nodes['volume']!.passed['audio']!;
    await patch('volume', { bypassed: false });
    await scheduler.play(100);
    expect(await volume()).toMatchObject({ options: { gainDb: -30 }, bypassed: false });
    const after = (await session.stats()).stats.nodes['volume']!;
    expect(after).toMatchObject({ state: 'running', faults: 0 });
    expect(after.passed['audio']).toBeGreaterThan(passed);
    expect(refusal(await patch('volume', {}))).toEqual([400, 'INPUT_WRONG', 'body']);
    expect(refusal(await patch('volume', { options: { gainDB: 1 } })).slice(0, 2)).toEqual([400, 'UNKNOWN_OPTION']);
    expect(refusal(await patch('volume', { options: { gainDb: 'loud' } })).slice(0, 2)).toEqual([400, 'BAD_OPTION']);
    expect(refusal(await patch('nowhere', { bypassed: true }))).toEqual([404, 'UNKNOWN_RUNNING_NODE', undefined]);
    expect(refusal(await patch('music', { bypassed: true }))).toEqual([400, 'CANNOT_BYPASS', undefined]);
  });

  it('takes any command, and refuses what is none', async () => {
    const { post, during } = await start();
    const execute = (body: unknown) => during(post('/commands', body));
    expect((await execute({ type: 'node.set', node: 'duck', options: { depthDb: -3 } })).json).toEqual({ done: true });
    expect(refusal(await execute({ type: 'call.puase' }))).toEqual([400, 'COMMAND_WRONG', undefined]);
    expect(refusal(await execute([]))).toEqual([400, 'INPUT_WRONG', 'body']);
    expect(refusal(await execute('{'))).toEqual([400, 'BAD_REQUEST', undefined]);
    expect(refusal(await post('/commands', 'a=1', { 'content-type': 'text/plain' }))).toEqual([415, 'NOT_JSON', undefined]);
    expect(refusal(await post('/commands', 'v=0', { 'content-type': 'application/sdp' }))).toEqual([415, 'NOT_JSON', undefined]);
    expect(refusal(await post('/commands', `"${'x'.repeat(200_000)}"`))).toEqual([413, 'BODY_TOO_LARGE', undefined]);
  });

  it('lists, switches, configures and talks to plugins', async () => {
    const { post, get, during } = await start({ engine: { plugins: [{ definition: idle('helper') }] } });
    const { plugins } = (await get('/plugins')).json;
    const key = plugins[0].key as string;
    expect(plugins).toMatchObject([{ name: 'helper', status: 'enabled', config: {} }]);
    await during(post(`/plugins/${key}/disable`));
    expect((await get('/plugins')).json.plugins[0].status).toBe('disabled');
    await during(post(`/plugins/${key}/enable`));
    expect(refusal(await during(post(`/plugins/${key}/messages`, { message: 'nonsense' }))).slice(0, 2)).toEqual([
      404,
      'UNKNOWN_MESSAGE',
    ]);
    expect(refusal(await during(post(`/plugins/${key}/configure`, { config: { nonsense: 1 } })))[1]).toBe(
      'UNKNOWN_PLUGIN_OPTION',
    );
    expect(refusal(await during(post('/plugins/nobody/enable')))).toEqual([404, 'UNKNOWN_PLUGIN', undefined]);
  });

  it('is for those with the admin token, once there is one', async () => {
    const { post, get, ask, during } = await start({ token: 'in', adminToken: 'boss' });
    const shown = { authorization: 'Bearer in' };
    const boss = { authorization: 'Bearer boss' };
    expect(refusal(await post('/calls/room:lobby/pause', {}, shown)).slice(0, 2)).toEqual([403, 'ADMIN_TOKEN_NEEDED']);
    expect(refusal(await ask('PATCH', '/api/v1/graphs/graph-1/nodes/volume', { bypassed: true }, shown))[0]).toBe(403);
    expect(refusal(await get('/plugins', shown))[0]).toBe(403);
    expect(refusal(await post('/calls/room:lobby/pause', {}))).toEqual([401, 'TOKEN_WRONG', undefined]);
    expect((await during(post('/calls/room:lobby/pause', {}, boss))).status).toBe(200);
  });
});
