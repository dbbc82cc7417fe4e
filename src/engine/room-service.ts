import type { RoomService } from '../calls/room/index.js';
import type { MediaHost } from '../host/media-host.js';
import type { EngineState } from '../events/state.js';

/** What the room server asks, answered by messages to the media host and by the engine's state. */
export function createRoomService(host: MediaHost, rooms: () => readonly string[], state: () => EngineState): RoomService {
  const request = (room: string, what: { type: string; [key: string]: unknown }) =>
    host.request({ type: 'call.request', call: `room:${room}`, request: what });
  let taps = 0;
  return {
    rooms,
    graphs: () => {
      const running = Object.entries(state().graphs).filter(([, graph]) => graph.status === 'running');
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
    offer: async (room, role, sdp, participantId) =>
      (await request(room, { type: 'peer.offer', role, sdp, ...(participantId !== undefined && { participantId }) })) as {
        peerId: string;
        sdp: string;
      },
    close: async (room, peerId) => ((await request(room, { type: 'peer.close', peerId })) as { closed: boolean }).closed,
    status: async (room) => {
      const { calls, graphs } = state();
      const call = calls[`room:${room}`];
      const graph = Object.values(graphs).find((g) => g.call === `room:${room}` && g.status === 'running');
      return { room, title: graph?.title ?? '', speakers: call?.participants.length ?? 0, listeners: call?.listeners ?? 0 };
    },
  };
}
