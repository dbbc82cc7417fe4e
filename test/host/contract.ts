import { filter, firstValueFrom, map } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VoxError } from '../../src/errors.js';
import type { Plan } from '../../src/graph/plan-types.js';
import type { MediaHost } from '../../src/host/media-host.js';
import type { HostEvent } from '../../src/host/messages.js';

/** A plan of shipped nodes: a tone of so many milliseconds, a gain, a level meter, a sink that drops. */
export function tonePlan(durationMs?: number): Plan {
  const options = { frequencyHz: 440, levelDb: -18, wave: 'sine', channels: 1, ...(durationMs !== undefined && { durationMs }) };
  const wire = (node: string) => ({ audio: [{ node, port: 'audio', branches: false }] });
  const node = (id: string, type: string, options: object, inputs: object) =>
    ({ id, type, options, inputs, domain: 0, implicit: false }) as Plan['nodes'][number];
  return {
    version: 1,
    title: 'Tone',
    baseDir: '/',
    domains: [{ name: 'main', leader: 'drop' }],
    plugins: {},
    nodes: [
      node('tone', 'source.tone', options, {}),
      node('gain', 'effect.gain', { gainDb: 0 }, wire('tone')),
      node('drop', 'sink.null', {}, wire('gain')),
    ],
  };
}

/** What every media host must do, wherever it runs its graphs. It needs the shipped nodes and the backend `file`. */
export function describeMediaHost(name: string, make: () => Promise<MediaHost> | MediaHost): void {
  describe(`${name} as a media host`, () => {
    let host: MediaHost;
    let events: HostEvent[];
    beforeEach(async () => {
      host = await make();
      events = [];
      host.events$.subscribe((event) => events.push(event));
    });
    afterEach(() => host.close());

    const ended = (graph: string) =>
      firstValueFrom(
        host.events$.pipe(
          map((message) => message.type === 'graph' && message.event),
          filter((event) => event !== false && event.type === 'graph.ended' && event.graph === graph),
        ),
      );
    const load = (graph: string, plan: Plan, pace: 'realtime' | 'offline' = 'offline') =>
      host.request({ type: 'graph.load', graph, plan, pace });
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'resolved',
        (error: unknown) => (error instanceof VoxError ? error.code : error),
      );

    it('runs a graph offline to its end, with events in order and as plain JSON', async () => {
      expect(await load('g', tonePlan(100))).toBeNull();
      const end = ended('g');
      expect(await host.request({ type: 'graph.start', graph: 'g' })).toBeNull();
      expect(await end).toEqual({ type: 'graph.ended', graph: 'g', reason: 'finished', positionUs: 100_000 });
      const types = events.map((e) => e.type === 'graph' && e.event.type);
      expect([types[0], types.at(-1)]).toEqual(['graph.started', 'graph.ended']);
      expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    });

    it('keeps no hand on what it was given', async () => {
      const plan = tonePlan(40);
      await load('g', plan);
      (plan.nodes as unknown[]).length = 0;
      const end = ended('g');
      await host.request({ type: 'graph.start', graph: 'g' });
      expect(await end).toMatchObject({ positionUs: 40_000 });
    });

    it('knows nothing of an ended graph', async () => {
      await load('g', tonePlan());
      await host.request({ type: 'graph.start', graph: 'g' });
      await host.request({ type: 'graph.stop', graph: 'g' });
      await new Promise((resolve) => setImmediate(resolve));
      expect(await code(host.request({ type: 'graph.stats', graph: 'g' }))).toBe('UNKNOWN_GRAPH');
      // Its id is free again.
      expect(await code(load('g', tonePlan()))).toBe('resolved');
    });

    it('answers stats as plain JSON', async () => {
      await load('g', tonePlan(), 'realtime');
      await host.request({ type: 'graph.start', graph: 'g' });
      const reply = await host.request({ type: 'graph.stats', graph: 'g' });
      expect(JSON.parse(JSON.stringify(reply))).toEqual(reply);
      expect(Object.keys(reply.stats.nodes)).toEqual(['tone', 'gain', 'drop']);
    });

    it('changes options, or refuses and changes nothing', async () => {
      await load('g', tonePlan(), 'realtime');
      await host.request({ type: 'graph.start', graph: 'g' });
      const set = (node: string, options: Record<string, unknown>) =>
        code(host.request({ type: 'node.set', graph: 'g', node, options }));
      expect(await set('gain', { gainDb: -6 })).toBe('resolved');
      expect(await set('gain', { gainDb: 'loud' })).toBe('BAD_OPTION');
      expect(await set('gain', { gian: 1 })).toBe('UNKNOWN_OPTION');
      expect(await set('none', {})).toBe('UNKNOWN_RUNNING_NODE');
      const changed = events.filter((e) => e.type === 'graph' && e.event.type === 'node.options-changed');
      expect(changed).toEqual([
        { type: 'graph', event: { type: 'node.options-changed', graph: 'g', node: 'gain', options: { gainDb: -6 } } },
      ]);
    });

    it('refuses what it does not know', async () => {
      expect(await code(host.request({ type: 'graph.start', graph: 'x' }))).toBe('UNKNOWN_GRAPH');
      expect(await code(host.request({ type: 'graph.stop', graph: 'x' }))).toBe('UNKNOWN_GRAPH');
      expect(await code(host.request({ type: 'call.stats', call: 'x' }))).toBe('UNKNOWN_CALL');
      expect(await code(host.request({ type: 'call.close', call: 'x' }))).toBe('UNKNOWN_CALL');
      expect(await code(host.request({ type: 'call.open', call: 'x', backend: 'toString', config: {} }))).toBe(
        'BAD_CALL_ADDRESS',
      );
      expect(await code(host.request({ type: 'call.open', call: 'x', backend: 'file', config: { path: 7 } }))).toBe('INTERNAL');
      expect(await code(host.request({ type: 'constructor' } as never))).toBe('INTERNAL');
      await load('g', tonePlan());
      expect(await code(load('g', tonePlan()))).toBe('INTERNAL');
      expect(await code(host.request({ type: 'watch', graph: 'g', node: 'none', event: 'x' }))).toBe('UNKNOWN_RUNNING_NODE');
      expect(await code(host.request({ type: 'watch', graph: 'g', node: '*', event: 'x' }))).toBe('resolved');
    });

    it('leaves nothing behind of a graph that cannot be loaded', async () => {
      const plan = tonePlan();
      const bad = { ...plan, nodes: [...plan.nodes, { ...plan.nodes[1]!, id: 'x', type: 'effect.none' }] };
      expect(await code(load('g', bad))).toBe('UNKNOWN_TYPE');
      expect(await code(host.request({ type: 'graph.stats', graph: 'g' }))).toBe('UNKNOWN_GRAPH');
      expect(await code(host.request({ type: 'graph.load', graph: 'g', plan, pace: 'offline', call: 'none' }))).toBe(
        'UNKNOWN_CALL',
      );
      expect(await code(load('g', plan))).toBe('resolved');
      expect(events).toEqual([]);
    });

    it('opens and closes a call', async () => {
      const open = () => host.request({ type: 'call.open', call: 'c', backend: 'file', config: { cwd: '/' } });
      const both = await Promise.all([code(open()), code(open())]);
      expect(both.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(['INTERNAL', 'resolved']);
      expect(await host.request({ type: 'call.stats', call: 'c' })).toMatchObject({ packets: 0 });
      expect(await code(host.request({ type: 'call.request', call: 'c', request: { type: 'dance' } }))).toBe('USAGE');
      await host.request({ type: 'call.close', call: 'c' });
      expect(await code(host.request({ type: 'call.stats', call: 'c' }))).toBe('UNKNOWN_CALL');
    });

    it('closes with everything in it, also while a graph starts and a call opens', async () => {
      await load('a', tonePlan(), 'realtime');
      await host.request({ type: 'graph.start', graph: 'a' });
      await load('b', tonePlan(), 'realtime');
      const starting = code(host.request({ type: 'graph.start', graph: 'b' }));
      const opening = code(host.request({ type: 'call.open', call: 'c', backend: 'file', config: { cwd: '/' } }));
      let complete = false;
      host.events$.subscribe({ complete: () => (complete = true) });
      await Promise.all([host.close(), host.close()]);
      expect(complete).toBe(true);
      expect(await starting).toBe('resolved');
      expect(await opening).toBe('HOST_CLOSED');
      expect(await code(load('z', tonePlan()))).toBe('HOST_CLOSED');
      expect(events.filter((e) => e.type === 'graph' && e.event.type === 'graph.ended')).toHaveLength(2);
    });
  });
}
