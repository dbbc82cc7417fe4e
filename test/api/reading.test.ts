import { afterEach, describe, expect, it } from 'vitest';
import { served } from './support.js';

let open: Awaited<ReturnType<typeof served>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});
const start = async (...args: Parameters<typeof served>) => (open = await served(...args));

describe('what the API shows', () => {
  it('is the engine, its state and its number', async () => {
    const { get, engine } = await start();
    const info = await get('/info');
    expect(info.json).toMatchObject({ name: 'voxgraph', maySteer: true, adminTokenNeeded: false });
    const { json } = await get('/state');
    expect(json.engine).toBe(info.json.engine);
    expect(json.seq).toBeGreaterThan(3);
    expect(json.state).toEqual(JSON.parse(JSON.stringify(engine.state)));
  });

  it('is each graph as it is drawn', async () => {
    const { get } = await start();
    expect((await get('/graphs')).json).toEqual({
      graphs: [{ id: 'graph-1', title: 'Radio', status: 'running', call: 'room:lobby', file: 'radio.json' }],
    });
    const { plan } = (await get('/graphs/graph-1')).json;
    const volume = plan.nodes.find(({ id }: { id: string }) => id === 'volume');
    expect(volume).toMatchObject({
      type: 'effect.gain',
      role: 'effect',
      options: { gainDb: -6 },
      liveOptions: ['gainDb'],
      canBypass: true,
      bypassed: false,
      optional: false,
    });
    expect(plan.wires).toContainEqual(
      expect.objectContaining({
        id: 'opus.audio>call.audio',
        outlet: 'opus.audio',
        kind: 'packets',
        queue: { frames: 5, overflow: 'drop-oldest' },
      }),
    );
    const known = new Set(plan.nodes.map(({ id }: { id: string }) => id));
    for (const { from, to } of plan.wires) expect([known.has(from.node), known.has(to.node)]).toEqual([true, true]);
    expect(plan.domains).toContainEqual({ name: 'call', leader: 'call' });
  });

  it('is figures, calls, node types and the schema of graph files', async () => {
    const { get, scheduler } = await start();
    await scheduler.play(1000);
    const stats = (await get('/graphs/graph-1/stats')).json;
    expect(stats.positionUs).toBeGreaterThanOrEqual(900_000);
    expect(stats.stats.nodes.volume.passed.audio).toBeGreaterThan(40);
    expect((await get('/calls/room:lobby')).json).toMatchObject({
      call: 'room:lobby',
      graph: 'graph-1',
      state: { status: 'live' },
    });
    expect((await get('/calls')).json.calls).toHaveLength(1);
    const { nodeTypes } = (await get('/node-types')).json;
    expect(nodeTypes).toContainEqual(expect.objectContaining({ type: 'mix.duck', group: 'mix' }));
    const gain = (await get('/node-types/effect.gain')).json;
    expect(gain.options.properties.gainDb).toMatchObject({ type: 'number', minimum: -60, maximum: 24, default: 0 });
    expect((await get('/graph.schema.json')).json.properties.nodes).toBeDefined();
  });

  it('is the machines, their charts and their steps', async () => {
    const { get, scheduler, session } = await start();
    await scheduler.play(500);
    const { charts, instances } = (await get('/machines')).json;
    expect(charts.map(({ id }: { id: string }) => id)).toEqual(['call', 'plugin', 'session', 'signIn', 'source']);
    const call = instances.find(({ machine }: { machine: string }) => machine === 'call');
    expect(call).toMatchObject({ instance: 'call-1', subject: { call: 'room:lobby' }, ended: false });
    expect(call.value.attempt.live.audio.playback).toBe('playing');
    const source = instances.find(({ machine }: { machine: string }) => machine === 'source');
    expect(source.subject).toEqual({ graph: 'graph-1', node: 'music' });
    const { transitions } = (await get('/machines/call-1/transitions')).json;
    expect(transitions[0]).toMatchObject({ event: '(start)', from: null, to: 'resolving' });
    expect(transitions.map(({ event }: { event: string }) => event)).toContain('transport.connected');
    const known = new Set(JSON.stringify(charts).match(/"id":"[^"]+"/g));
    for (const { transitionIds } of transitions)
      for (const id of transitionIds as string[]) expect(known).toContain(`"id":${JSON.stringify(id)}`);
    const last = transitions.at(-1).n as number;
    session.playbacks.get('music')!.actor.send({ type: 'source.pause' });
    await scheduler.play(200);
    const steps = (await get(`/machines/${source.instance}/transitions?after=${last}`)).json.transitions;
    expect(steps.map(({ event }: { event: string }) => event).slice(-2)).toEqual(['source.pause', 'stream.paused']);
    expect((await get('/machines/call-9/transitions')).json.error.code).toBe('UNKNOWN_MACHINE');
  });

  it('refuses what does not exist or is written wrongly, with a reason', async () => {
    const { get, ask, post } = await start();
    const refusal = ({ status, json }: Awaited<ReturnType<typeof get>>) => [status, json.error.code, json.error.where];
    expect(refusal(await get('/graphs/graph-9'))).toEqual([404, 'UNKNOWN_GRAPH', undefined]);
    expect(refusal(await get('/node-types/effect.gian'))).toEqual([404, 'UNKNOWN_TYPE', undefined]);
    expect(refusal(await get('/calls/__proto__'))).toEqual([404, 'UNKNOWN_CALL', undefined]);
    expect(refusal(await get('/machines/call-1/transitions?after=x'))).toEqual([400, 'INPUT_WRONG', 'query.after']);
    expect(refusal(await get('/nowhere'))).toEqual([404, 'PATH_UNKNOWN', undefined]);
    expect(refusal(await ask('DELETE', '/api/v1/state'))).toEqual([405, 'METHOD_WRONG', undefined]);
    expect(refusal(await post('/state', {}))).toEqual([405, 'METHOD_WRONG', undefined]);
  });
});
