import type { ChatLine, RoomService } from '../calls/room/index.js';
import type { MediaHost } from '../host/media-host.js';
import type { Observable } from 'rxjs';
import type { StampedEvent } from '../events/event.js';
import type { EngineState } from '../events/state.js';
import type { PluginInfo } from '../plugins/plugin-info.js';

/** Messages of one room that its page can show. */
const CHAT_LINES = 50;

/** What the room server is answered by. */
export interface RoomEngine {
  readonly host: MediaHost;
  /** Names of the open rooms. */
  rooms(): readonly string[];
  /** The present state. */
  state(): EngineState;
  readonly events$: Observable<StampedEvent>;
  /** The plugins, for people. */
  plugins(): readonly PluginInfo[];
  setPlugin(plugin: string, enabled: boolean): void;
  send(plugin: string, message: string, payload: unknown): Promise<unknown>;
}

/** What the room server asks, answered by messages to the media host and by the engine's state. */
export function createRoomService(engine: RoomEngine): RoomService {
  const { host } = engine;
  const request = (room: string, what: { type: string; [key: string]: unknown }) =>
    host.request({ type: 'call.request', call: `room:${room}`, request: what });
  let taps = 0;
  const chats = keepChats(engine.events$);
  return {
    rooms: () => engine.rooms(),
    plugins: () => engine.plugins(),
    setPlugin: async (plugin, enabled) => engine.setPlugin(plugin, enabled),
    tellPlugin: (plugin, message, payload) => engine.send(plugin, message, payload),
    say: async (room, text, { address, ...from }) => void (await request(room, { type: 'chat.receive', text, from, address })),
    chat: (room, participantId) =>
      (chats.get(`room:${room}`) ?? [])
        .filter(({ to }) => to === undefined || to === participantId)
        .map(({ to: _, ...line }) => line),
    graphs: () => {
      const running = Object.entries(engine.state().graphs).filter(([, graph]) => graph.status === 'running');
      return running.map(([id, { title, call }]) => ({ id, title, ...(call !== undefined && { call }) }));
    },
    tap: async (graph, wire, sound, told) => {
      const tap = `tap-${++taps}`;
      const listening = host.events$.subscribe((message) => {
        if (message.type === 'tap' && message.tap === tap) told(message);
      });
      try {
        await host.request({ type: 'tap.open', tap, graph, wire, sound });
      } catch (error) {
        listening.unsubscribe();
        throw error;
      }
      return () => {
        listening.unsubscribe();
        // The host may have closed meanwhile, and the tap with it.
        host.request({ type: 'tap.close', tap }).catch(() => {});
      };
    },
    offer: async (room, role, sdp, from) =>
      (await request(room, { type: 'peer.offer', role, sdp, ...from })) as {
        peerId: string;
        sdp: string;
      },
    close: async (room, peerId) => ((await request(room, { type: 'peer.close', peerId })) as { closed: boolean }).closed,
    status: async (room) => {
      const { calls, graphs } = engine.state();
      const call = calls[`room:${room}`];
      const graph = Object.values(graphs).find((g) => g.call === `room:${room}` && g.status === 'running');
      return { room, title: graph?.title ?? '', speakers: call?.participants.length ?? 0, listeners: call?.listeners ?? 0 };
    },
  };
}

/** The last messages of each open room, by call. */
function keepChats(events$: Observable<StampedEvent>): ReadonlyMap<string, readonly (ChatLine & { readonly to?: string })[]> {
  const chats = new Map<string, (ChatLine & { readonly to?: string })[]>();
  events$.subscribe((event) => {
    if (event.type === 'call.closed') chats.delete(event.call);
    if (event.type !== 'message.received' && event.type !== 'message.sent') return;
    const { call, atMs, text } = event;
    const lines = chats.get(call) ?? [];
    chats.set(call, lines);
    if (event.type === 'message.received') lines.push({ atMs, text, from: event.from.name ?? event.from.id });
    else lines.push({ atMs, text, ...(event.to !== undefined && { to: event.to }) });
    if (lines.length > CHAT_LINES) lines.shift();
  });
  return chats;
}
