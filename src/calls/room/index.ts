/**
 * Rooms of this process, which any browser or WHIP/WHEP client joins over HTTP.
 * @module
 */
export { RoomMedia, type RoomPeer, type RoomStats } from './room-media.js';
export { checkRoomName, roomConfig, type PeerRole, type RoomConfig } from './room-requests.js';
export type { ChatLine } from './control-routes.js';
export { startRoomServer, type RoomServer, type RoomServerOptions, type RoomService } from './room-server.js';
