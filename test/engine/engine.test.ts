import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EMPTY_STATE, reduce } from '../../src/events/state.js';
import type { EngineEvent } from '../../src/events/event.js';
import { createEngine } from '../../src/engine.js';
import { createVirtualScheduler } from '../../src/time/index.js';
import { tonePlan } from '../host/contract.js';
import type { Plan } from '../../src/graph/plan-types.js';

const folder = mkdtempSync(join(tmpdir(), 'voxgraph-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lab() {
  const scheduler = createVirtualScheduler();
  const engine = createEngine({ scheduler });
  const events: EngineEvent[] = [];
  engine.events$.subscribe((event) => events.push(event));
  return { scheduler, engine, events, types: () => events.map((event) => event.type) };
}

function callPlan(durationMs?: number): Plan {
  const plan = tonePlan(durationMs);
  const wire = (node: string, port: string) => ({ audio: [{ node, port, branches: false }] });
  return {
    ...plan,
    domains: [{ name: 'main', leader: 'call' }],
    nodes: [
      plan.nodes[0]!,
      { ...plan.nodes[1]!, id: 'opus', type: 'encode.opus', options: {}, inputs: wire('tone', 'audio') },
      { ...plan.nodes[2]!, id: 'call', type: 'sink.call', options: {}, inputs: wire('opus', 'audio') },
    ],
  };
}

describe('an engine', () => {
  it('runs a graph in virtual time; the state follows from the events alone', async () => {
    const { scheduler, engine, events } = lab();
    const session = await engine.run(tonePlan(200));
    await scheduler.play(400);
    expect(await session.ended).toBe('finished');
    expect(events.reduce(reduce, EMPTY_STATE)).toEqual(engine.state);
    expect(engine.state.graphs[session.id]).toMatchObject({ title: 'Tone', status: 'ended', problems: {} });
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    await engine.close();
  });

  it('changes options, refuses wrong ones, and stops twice', async () => {
    const { scheduler, engine } = lab();
    const session = await engine.run(tonePlan());
    await scheduler.play(100);
    await session.setOptions('gain', { gainDb: -3 });
    await expect(session.setOptions('gain', { gainDb: 99 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    expect((await session.stats()).positionUs).toBeGreaterThan(0);
    await Promise.all([session.stop(), session.stop()].map((p) => p.catch(() => {})));
    await session.stop();
    expect(await session.ended).toBe('stopped');
    await engine.close();
    await engine.close();
  });

  it('closing ends what runs', async () => {
    const { engine, types } = lab();
    const session = await engine.run(tonePlan());
    await engine.close();
    expect(await session.ended).toBe('stopped');
    expect(types()).toContain('graph.ended');
    await expect(engine.run(tonePlan())).rejects.toMatchObject({ code: 'HOST_CLOSED' });
  });

  it('a graph that cannot run leaves nothing', async () => {
    const { engine, events } = lab();
    const plan = tonePlan();
    await expect(engine.run({ ...plan, nodes: [{ ...plan.nodes[0]!, type: 'source.none' }] })).rejects.toMatchObject({
      code: 'UNKNOWN_TYPE',
    });
    await expect(engine.run(plan, { call: 'nowhere' })).rejects.toMatchObject({ code: 'BAD_CALL_ADDRESS' });
    expect(events).toEqual([]);
    expect(engine.state).toEqual(EMPTY_STATE);
    await engine.close();
  });
});

describe('a call', () => {
  it('reaches live, and ends with its last graph', async () => {
    const { scheduler, engine, events } = lab();
    const registered = callPlan(100);
    const options = engine.registry.get('encode.opus')!.options.parse({}) as Record<string, unknown>;
    const plan = { ...registered, nodes: registered.nodes.map((n) => (n.id === 'opus' ? { ...n, options } : n)) };
    const session = await engine.run(plan, { call: 'room:test' });
    expect(engine.state.calls['room:test']).toMatchObject({ address: 'room:test', status: 'live' });
    await scheduler.play(300);
    await session.ended;
    expect(engine.state.calls).toEqual({});
    expect(events.reduce(reduce, EMPTY_STATE)).toEqual(engine.state);
    const moved = events.flatMap((event) => (event.type === 'call.moved' ? [event.status] : []));
    expect(moved).toContain('live');
    await engine.close();
  });
});

describe('rendering', () => {
  const graphFile = join(folder, 'graph.json');
  writeFileSync(
    graphFile,
    JSON.stringify({
      version: 1,
      nodes: {
        tone: { type: 'source.tone' },
        opus: { type: 'encode.opus', in: { audio: 'tone' } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
    }),
  );
  const left = (name: string) => readdirSync(folder).filter((file) => file.includes(name));

  it('ends on close, and what was made stays a whole file', async () => {
    const engine = createEngine();
    const session = await engine.render(graphFile, { output: join(folder, 'closed.ogg') });
    while ((await session.stats()).positionUs === 0) await new Promise((resolve) => setImmediate(resolve));
    await engine.close();
    expect(await session.ended).toBe('stopped');
    expect(left('closed')).toEqual(['closed.ogg']);
  });

  it('aborted leaves no file', async () => {
    const engine = createEngine();
    const session = await engine.render(graphFile, { output: join(folder, 'aborted.ogg') });
    await session.abort();
    await session.ended;
    expect(left('aborted')).toEqual([]);
    await engine.close();
  });
});
