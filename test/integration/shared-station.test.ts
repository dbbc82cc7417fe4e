import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine, type GraphSession } from '../../src/engine.js';
import { graphFromObject } from '../../src/graph/load.js';
import type { GraphEvent } from '../../src/graph/run/graph-events.js';
import { makeTempDir, sine, writeSignal } from '../support/media-fixtures.js';
import { sendFile, serve } from '../support/media-server.js';

const temp = makeTempDir();
afterAll(() => temp.remove());
let mp3: Buffer;
beforeAll(async () => {
  mp3 = readFileSync(await writeSignal(temp.path('tone.mp3'), sine(440), 20 * 48_000));
});

const LONG = { timeout: 15_000, interval: 20 };

it('one station in five rooms is one connection and one encoder, until one room pauses', async () => {
  const server = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'audio/mpeg', 'icy-name': 'Station', 'icy-br': '128' });
    response.write(mp3);
  });
  const engine = createEngine();
  const plan = graphFromObject(
    {
      version: 1,
      nodes: {
        station: { type: 'source.url', options: { src: server.url } },
        gain: { type: 'effect.gain', in: { audio: 'station' }, options: { gainDb: -6 } },
        call: { type: 'sink.call', in: { audio: 'gain' } },
      },
    },
    { registry: engine.registry },
  );
  const heard = new Map<string, GraphEvent[]>();
  const sessions: GraphSession[] = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((name) => engine.run(plan, { call: `room:${name}` })),
  );
  for (const { id, events$ } of sessions) {
    heard.set(id, []);
    events$.subscribe((event) => heard.get(id)!.push(event));
  }
  await expect
    .poll(async () => (await sessions[4]!.stats()).stats.nodes['call~opus']?.counters.encoded ?? 0, LONG)
    .toBeGreaterThan(20);
  for (const session of sessions) {
    const { nodes } = (await session.stats()).stats;
    expect([nodes['station']?.shared, nodes['gain']?.shared, nodes['call~opus']?.shared]).toEqual([5, 5, 5]);
  }
  expect([server.requests.length, server.connections()]).toEqual([1, 1]);
  const [first, second] = sessions;
  const machine = (session: GraphSession) => session.playbacks.get('station')!.actor;
  const states = () => sessions.map((session) => JSON.stringify(machine(session).getSnapshot().value));
  await expect.poll(states, LONG).toEqual(sessions.map(() => '{"active":"playing"}'));
  machine(first!).send({ type: 'source.pause' });
  await expect.poll(() => heard.get(first!.id)!.map(({ type }) => type), LONG).toContain('node.unshared');
  await expect.poll(() => states()[0], LONG).toBe('{"active":"paused"}');
  expect(server.requests.length).toBe(2);
  expect((await second!.stats()).stats.nodes['station']).toMatchObject({ shared: 4, counters: {} });
  expect(states().slice(1)).toEqual(Array(4).fill('{"active":"playing"}'));
  await engine.close();
  await expect.poll(() => server.connections(), LONG).toBe(0);
});

it('a file behind an address is played from its start in each', async () => {
  const server = await serve((request, response) => sendFile(request, response, mp3, 'audio/mpeg'));
  const engine = createEngine();
  const plan = graphFromObject(
    {
      version: 1,
      nodes: {
        song: { type: 'source.url', options: { src: server.url } },
        call: { type: 'sink.call', in: { audio: 'song' } },
      },
    },
    { registry: engine.registry },
  );
  const sessions = await Promise.all(['a', 'b'].map((name) => engine.run(plan, { call: `room:${name}` })));
  for (const session of sessions) expect((await session.stats()).stats.nodes['song']?.shared).toBe(1);
  await engine.close();
});
