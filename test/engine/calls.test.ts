import { afterEach, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine.js';
import { graphFromObject } from '../../src/graph/load.js';
import type { Plan } from '../../src/graph/plan-types.js';
import { EMPTY_STATE, ENDED_GRAPHS_KEPT, reduce } from '../../src/events/state.js';
import type { EngineEvent } from '../../src/events/event.js';

const engines: Engine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

function engineOf(): { engine: Engine; plan: Plan; told: EngineEvent[] } {
  const engine = createEngine();
  engines.push(engine);
  const told: EngineEvent[] = [];
  engine.events$.subscribe((event) => told.push(event));
  const plan = graphFromObject(
    {
      version: 1,
      title: 'Tone',
      nodes: {
        tone: { type: 'source.tone' },
        opus: { type: 'encode.opus', in: { audio: 'tone' } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
    },
    { registry: engine.registry },
  );
  return { engine, plan, told };
}

describe('calls of an engine', () => {
  test('a call takes one graph at a time, also when two ask at once', async () => {
    const { engine, plan } = engineOf();
    const [first, second] = await Promise.allSettled([
      engine.run(plan, { call: 'room:a' }),
      engine.run(plan, { call: 'room:a' }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'CALL_TAKEN' } });
    await expect(engine.run(plan, { call: 'room:a' })).rejects.toMatchObject({ code: 'CALL_TAKEN' });
    const other = await engine.run(plan, { call: 'room:b' });
    await other.stop();
  });

  test('a call is free again when its graph has ended', async () => {
    const { engine, plan } = engineOf();
    const session = await engine.run(plan, { call: 'room:a' });
    expect(engine.state.calls['room:a']?.status).toBe('live');
    await session.stop();
    await session.ended;
    expect(engine.state.calls).toEqual({});
    const again = await engine.run(plan, { call: 'room:a' });
    expect(engine.state.graphs[again.id]?.status).toBe('running');
  });

  test('what is no address is refused before anything runs', async () => {
    const { engine, plan, told } = engineOf();
    for (const call of ['', 'room', 'room:', 'room:a b', 'phone:1', 'file:']) {
      await expect(engine.run(plan, { call }), call).rejects.toMatchObject({ code: 'BAD_CALL_ADDRESS' });
    }
    expect(told).toEqual([]);
  });

  test('a graph that cannot run leaves no call behind', async () => {
    const { engine, plan } = engineOf();
    const broken: Plan = {
      ...plan,
      nodes: plan.nodes.map((node) => (node.id === 'tone' ? { ...node, type: 'source.nope' } : node)),
    };
    await expect(engine.run(broken, { call: 'room:a' })).rejects.toMatchObject({ code: 'UNKNOWN_TYPE' });
    expect(engine.state.calls).toEqual({});
    await engine.run(plan, { call: 'room:a' });
  });

  test('the events replay to the same state', async () => {
    const { engine, plan, told } = engineOf();
    const session = await engine.run(plan, { call: 'room:a' });
    await session.stop();
    await session.ended;
    await engine.run(plan, { call: 'room:b' });
    expect(told.length).toBeGreaterThan(8);
    expect(told.reduce(reduce, EMPTY_STATE)).toEqual(engine.state);
    expect(JSON.parse(JSON.stringify(engine.state))).toEqual(engine.state);
  });

  test('closing twice is closing once, with graphs running', async () => {
    const { engine, plan } = engineOf();
    const session = await engine.run(plan, { call: 'room:a' });
    await Promise.all([engine.close(), engine.close()]);
    expect(await session.ended).toBe('stopped');
    await expect(engine.run(plan, { call: 'room:a' })).rejects.toMatchObject({ code: 'HOST_CLOSED' });
  });
});

describe('the state of an engine', () => {
  test('remembers only the last ended graphs, and every running one', () => {
    let state = EMPTY_STATE;
    const tell = (event: EngineEvent) => (state = reduce(state, event));
    tell({ type: 'graph.loaded', graph: 'runs', title: 'Runs' });
    for (let i = 0; i < 3 * ENDED_GRAPHS_KEPT; i++) {
      tell({ type: 'graph.loaded', graph: `g${i}`, title: 'Ends' });
      tell({ type: 'graph.ended', graph: `g${i}`, reason: 'finished' });
    }
    tell({ type: 'graph.loaded', graph: 'last', title: 'Last' });
    const ids = Object.keys(state.graphs);
    expect(ids).toHaveLength(ENDED_GRAPHS_KEPT + 2);
    expect(ids).toContain('runs');
    expect(ids).toContain(`g${3 * ENDED_GRAPHS_KEPT - 1}`);
    expect(ids).not.toContain('g0');
  });
});
