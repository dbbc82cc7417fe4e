import { countClicks } from '../../../../src/engine/graph-test/clicks.js';
import { InProcessHost } from '../../../../src/host/in-process.js';
import { goertzelDb } from '../../../../src/media/dsp/measure.js';
import { createPluginLoader } from '../../../../src/plugins/loader/plugin-loader.js';
import type { AnnouncerState } from '../../../../src/plugins/builtin/announcer/state.js';
import { lab } from '../../lab.js';
import { PaperRoom } from './paper-room.js';

export const CALL = 'room:lobby';

/** The shipped graph in a paper room, in virtual time; the wire behind the fader is listened to. */
export async function stage(params: Record<string, string | number>, graph = 'graphs/announcer.json') {
  const room = new PaperRoom();
  let host!: InProcessHost;
  const world = lab({
    loader: createPluginLoader(),
    host: (parts) => (host = new InProcessHost({ ...parts, backends: { ...parts.backends, room: room.open } })),
  });
  const { engine, scheduler, of } = world;
  const session = await engine.run(graph, { call: CALL, params });
  const wires: Record<string, number[]> = { bed: [], announcement: [] };
  host.events$.subscribe((event) => {
    if (event.type !== 'tap' || event.ended || event.pcm === undefined) return;
    const pcm = Buffer.from(event.pcm, 'base64');
    for (let at = 0; at < pcm.length; at += 4) wires[event.tap]!.push(pcm.readInt16LE(at) / 32_768);
  });
  const ids = session.plan.nodes.map(({ id }) => id);
  for (const wire of Object.keys(wires).filter((id) => ids.includes(id)))
    await host.request({ type: 'tap.open', tap: wire, graph: session.id, wire, sound: true });
  const state = () => world.state(`announcer@${CALL}`) as unknown as AnnouncerState;
  const startMs = scheduler.nowUs() / 1000;
  const part = (wire: string, fromMs: number, toMs: number) => Float32Array.from(wires[wire]!.slice(fromMs * 48, toMs * 48));
  return {
    ...world,
    session,
    room,
    /** Since the listening began. */
    nowMs: () => scheduler.nowUs() / 1000 - startMs,
    /** Peak level of the music behind the fader in a part, to a tenth of a decibel. */
    musicDb: (fromMs: number, toMs: number) => Math.round(goertzelDb(part('bed', fromMs, toMs), 3000, 48_000) * 10) / 10,
    clicks: (wire = 'bed') => countClicks(Float32Array.from(wires[wire]!)),
    /** Milliseconds at which a wire begins and ends to sound, to 20 ms. */
    spans: (wire: string): number[] => {
      const edges: number[] = [];
      for (let ms = 0; ms + 20 <= wires[wire]!.length / 48; ms += 20) {
        const sounds = part(wire, ms, ms + 20).some((x) => Math.abs(x) > 0.001);
        if (sounds !== (edges.length % 2 === 1)) edges.push(ms);
      }
      return edges;
    },
    desk: () => state().desks[session.id]!,
    lately: () => state().lately,
    send: async (message: string, payload: object = {}) => {
      const reply = engine.send('announcer', message, payload);
      reply.catch(() => {});
      await scheduler.play(20);
      return reply;
    },
    refused: () => of('command.refused').map(({ problem }) => problem.message),
    close: async () => {
      await session.stop();
      await engine.close();
    },
  };
}
