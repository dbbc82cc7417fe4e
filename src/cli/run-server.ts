import type { RoomServer } from '../calls/room/index.js';
import type { Engine } from '../engine.js';
import { VoxError } from '../errors.js';

/** Where an engine's server listens unless it is told otherwise. */
export const DEFAULT_PORT = 8765;

/** What is said about the server on the command line. */
export interface ServerArgs {
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** TCP port; default {@link DEFAULT_PORT}, and without rooms any other if that is taken. */
  readonly port?: number;
  /** What clients must show; default `VOXGRAPH_TOKEN` of the environment. */
  readonly token?: string;
  /** What those show who may write as admins and steer plugins; default `VOXGRAPH_ADMIN_TOKEN` of the environment. */
  readonly adminToken?: string;
  /** Origins of other sites whose pages may use the HTTP API; default none. */
  readonly corsOrigins?: readonly string[];
}

/**
 * Serves what calls need: rooms their page, and every call that lasts the HTTP API with the console, by which it is steered. A file that is
 * written needs none.
 *
 * @throws VoxError `PORT_TAKEN` and the like.
 */
export async function serveCalls(engine: Engine, calls: readonly string[], args: ServerArgs): Promise<RoomServer | undefined> {
  if (calls.every((call) => call.startsWith('file:'))) return undefined;
  const { host = '127.0.0.1', port, token = process.env['VOXGRAPH_TOKEN'] } = args;
  const { adminToken = process.env['VOXGRAPH_ADMIN_TOKEN'], corsOrigins = [] } = args;
  const options = { host, origins: corsOrigins, ...(token && { token }), ...(adminToken && { adminToken }) };
  try {
    return await engine.serveRooms({ ...options, port: port ?? DEFAULT_PORT });
  } catch (error) {
    // The address of a room's page is for people, and must be the one they know; that of a call elsewhere is looked up.
    const elsewhere = port === undefined && !calls.some((call) => call.startsWith('room:'));
    if (!elsewhere || !(error instanceof VoxError) || error.code !== 'PORT_TAKEN') throw error;
    return engine.serveRooms({ ...options, port: 0 });
  }
}

/** The address at which commands of this machine reach a server; without its token. */
export function steeringUrl({ url }: RoomServer): string {
  return new URL(url).origin.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]');
}
