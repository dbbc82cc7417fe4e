import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeer, type NetworkHook } from '../../../src/calls/webrtc/index.js';
import { RoomMedia, type RoomServer, type RoomServerOptions } from '../../../src/calls/room/index.js';
import { createEngine, type Engine, type GraphSession } from '../../../src/engine.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { InProcessHost } from '../../../src/host/in-process.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { createPluginLoader } from '../../../src/plugins/loader/plugin-loader.js';
import { createRealtimeScheduler } from '../../../src/time/index.js';

/** The nodes of a graph file, as they are written. */
export type Nodes = Readonly<Record<string, object>>;

/** What a stage is made of. */
export interface StageOptions {
  /** The graph of each room. */
  readonly rooms: Readonly<Record<string, Nodes>>;
  readonly server?: RoomServerOptions;
  readonly maxPeers?: number;
  /** Bends the network of every peer. */
  readonly network?: NetworkHook;
  /** What is done before the graphs run, such as installing plugins. */
  readonly prepare?: (engine: Engine) => Promise<unknown>;
}

/** An engine with its rooms on loopback. */
export interface Stage {
  readonly engine: Engine;
  readonly server: RoomServer;
  readonly origin: string;
  /** Where the graph files lie; gone when it is closed. */
  readonly folder: string;
  /** By room. */
  readonly graphs: Readonly<Record<string, GraphSession>>;
  /** The media side of each room. */
  readonly media: Readonly<Record<string, RoomMedia>>;
  /** What the page is told of a room. */
  status(room?: string): Promise<{ listeners: number; speakers: number; title: string }>;
  close(): Promise<void>;
}

/** Opens rooms and serves them. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'vox-stage-'));
  const media: Record<string, RoomMedia> = {};
  const scheduler = createRealtimeScheduler();
  const registry = createRegistry(builtinNodes);
  const openRoom = async (config: Readonly<Record<string, unknown>>): Promise<RoomMedia> => {
    const { network } = options;
    const room = new RoomMedia(config, scheduler, (peer) => createPeer({ ...peer, ...(network && { network }) }));
    return (media[String(config['room'])] = room);
  };
  // A busy machine must not take the meters away that tests read.
  const engine = createEngine({
    host: (parts) => new InProcessHost({ ...parts, governor: false, backends: { room: openRoom } }),
    scheduler,
    registry,
    loader: createPluginLoader(),
    ...(options.maxPeers && { maxPeers: options.maxPeers }),
  });
  const server = await engine.serveRooms({ port: 0, ...options.server });
  const origin = `http://127.0.0.1:${server.port}`;
  await options.prepare?.(engine);
  const graphs: Record<string, GraphSession> = {};
  for (const [room, nodes] of Object.entries(options.rooms)) {
    const file = join(folder, `${room}.json`);
    writeFileSync(file, JSON.stringify({ version: 1, title: `Graph of ${room}`, nodes }));
    graphs[room] = await engine.run(file, { call: `room:${room}` });
  }
  return {
    engine,
    server,
    origin,
    folder,
    graphs,
    media,
    status: async (room = Object.keys(options.rooms)[0]!) => {
      const response = await fetch(`${origin}/rooms/${room}`);
      return (await response.json()) as { listeners: number; speakers: number; title: string };
    },
    close: async () => {
      await engine.close();
      scheduler.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A tone that the room hears. */
export function toneRoom(frequencyHz: number, options: object = {}, levelDb = -12): Nodes {
  return {
    tone: { type: 'source.tone', options: { frequencyHz, levelDb, channels: 1 } },
    opus: { type: 'encode.opus', in: { audio: 'tone' }, options },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  };
}

/** Waits until `condition` holds, looking every 20 ms; the limit is generous on purpose. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs = 30_000,
  what: () => unknown = () => condition.toString(),
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${JSON.stringify(await what())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
