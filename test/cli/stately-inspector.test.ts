import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { inspectMachines } from '../../src/cli/stately-inspector.js';
import { createRealtimeScheduler } from '../../src/time/index.js';
import { lab } from '../plugins/lab.js';

interface Server {
  on(event: 'connection', run: (socket: { on(event: 'message', run: (data: Buffer) => void): void }) => void): void;
  on(event: 'listening', run: () => void): void;
  address(): { readonly port: number };
  close(): void;
}
// It comes with @statelyai/inspect, as what its server listens with.
const { WebSocketServer } = createRequire(import.meta.url)('ws') as { WebSocketServer: new (options: object) => Server };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe("Stately's inspector", () => {
  it('is told of each machine, its events and its states', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    closers.push(() => server.close());
    await new Promise<void>((done) => server.on('listening', done));
    const told: { type: string; sessionId: string; name?: string; definition?: string; snapshot?: { value?: unknown } }[] = [];
    let heard = () => {};
    server.on('connection', (socket) =>
      socket.on('message', (data) => {
        told.push(JSON.parse(String(data)) as (typeof told)[number]);
        heard();
      }),
    );
    const { engine, scheduler } = lab();
    const clock = createRealtimeScheduler();
    closers.push(
      () => engine.close(),
      () => clock.close(),
    );
    closers.push(await inspectMachines(engine, `ws://127.0.0.1:${server.address().port}`, clock));
    const { graphFromObject } = await import('../../src/graph/load.js');
    const nodes = { tone: { type: 'source.tone' }, out: { type: 'sink.null', in: { audio: 'tone' } } };
    await engine.run(graphFromObject({ version: 1, nodes }, { registry: engine.registry }), { call: 'room:lobby' });
    await scheduler.play(100);
    const isLive = () =>
      told.some(({ type, snapshot }) => type === '@xstate.snapshot' && JSON.stringify(snapshot?.value ?? '').includes('live'));
    while (!isLive()) await new Promise<void>((done) => (heard = done));
    const call = told.find(({ type, definition }) => type === '@xstate.actor' && definition?.includes('"id":"call"'))!;
    expect(JSON.parse(call.definition!)).toMatchObject({ id: 'call', initial: 'starting' });
    expect(told.filter(({ sessionId }) => sessionId === call.sessionId).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['@xstate.actor', '@xstate.event', '@xstate.snapshot']),
    );
  });
});
