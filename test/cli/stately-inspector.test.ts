import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { createBrowserReceiver, createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { afterEach, describe, expect, it } from 'vitest';
import { createMachine, type AnyStateMachine } from 'xstate';
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

  it('shows what its own server, its receiver and its page take, and charts that xstate can make again', async () => {
    const port = await freePort();
    const server = createInspectorServer({ port, autoOpen: false });
    closers.push(() => server.stop());
    const clock = createRealtimeScheduler();
    const { engine, scheduler } = lab();
    closers.push(
      () => engine.close(),
      () => clock.close(),
    );
    const taken: StatelyInspectionEvent[] = [];
    let heard = () => {};
    createWebSocketReceiver({ server: `ws://127.0.0.1:${port}` }).subscribe((event) => {
      taken.push(event);
      heard();
    });
    // The server keeps 200 messages for who comes late: the receiver must be there before there are more.
    const greeter = new WebSocket(`ws://127.0.0.1:${port}`);
    const hello = JSON.stringify({ type: '@xstate.event', sessionId: 'hello', createdAt: '0' });
    greeter.addEventListener('open', () => greeter.send(hello));
    while (taken.length === 0) await new Promise<void>((done) => (heard = done));
    greeter.close();
    taken.length = 0;
    closers.push(await inspectMachines(engine, `ws://127.0.0.1:${port}`, clock));
    const { graphFromObject } = await import('../../src/graph/load.js');
    const nodes = { tone: { type: 'source.tone' }, out: { type: 'sink.null', in: { audio: 'tone' } } };
    await engine.run(graphFromObject({ version: 1, nodes }, { registry: engine.registry }), { call: 'room:lobby' });
    await scheduler.play(100);
    const isLive = () => taken.some((event) => event.type === '@xstate.snapshot' && valueOf(event).includes('live'));
    while (!isLive()) await new Promise<void>((done) => (heard = done));

    // The page of the inspector takes its messages from a window, and passes over what is no event of the protocol.
    let toPage: (message: { data: unknown }) => void = () => {};
    const page = { addEventListener: (_: string, run: typeof toPage) => (toPage = run), opener: null, parent: null };
    const drawn: StatelyInspectionEvent[] = [];
    createBrowserReceiver({ window: page as unknown as Window }).subscribe((event) => drawn.push(event));
    for (const data of taken) toPage({ data });
    expect(drawn).toEqual(taken);

    // What it draws: each chart as the machine has it, in a state that there is.
    const machines = new Map<string, AnyStateMachine>();
    for (const event of drawn) {
      expect(event).toMatchObject({ sessionId: expect.any(String), createdAt: expect.stringMatching(/^\d+$/) });
      if (event.type === '@xstate.actor' && event.definition?.includes('"states"'))
        machines.set(event.sessionId, createMachine(JSON.parse(event.definition)));
    }
    const called = [...machines.values()].find(({ id }) => id === 'call')!;
    expect(Object.keys(called.states)).toContain('attempt');
    let resolved = 0;
    for (const event of drawn) {
      const machine = event.type === '@xstate.snapshot' ? machines.get(event.sessionId) : undefined;
      if (!machine) continue;
      const { value } = (event as { snapshot: { value: string } }).snapshot;
      expect(machine.resolveState({ value, context: {} }).value).toEqual(value);
      resolved++;
    }
    expect(resolved).toBeGreaterThan(3);
  });
});

function valueOf({ snapshot }: { readonly snapshot: object }): string {
  return JSON.stringify((snapshot as { value?: unknown }).value ?? '');
}

/** A port that nobody listens on: that of the package's server cannot be left to the system. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
