import type { RoomServer } from '../calls/room/index.js';
import type { Engine } from '../engine.js';
import { VoxError, voxError } from '../errors.js';

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
  for (const secret of [token, adminToken]) checkToken(secret);
  for (const origin of corsOrigins) checkOrigin(origin);
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

/** Browsers put a token into a header, which takes no other characters. */
function checkToken(token: string | undefined): void {
  if (token && !/^[\x21-\x7e]+$/.test(token))
    throw voxError('USAGE', { reason: 'a token is made of letters, digits and signs of ASCII, without spaces' });
}

/** What browsers call a site by: its scheme, host and port, and nothing behind. */
function checkOrigin(given: string): void {
  const { origin } = URL.parse(given) ?? {};
  if (origin === given && /^https?:/.test(given)) return;
  const hint = origin && /^https?:/.test(origin) ? origin : 'https://panel.example';
  throw voxError('USAGE', { reason: `--cors-origin takes a site such as ${hint}, not "${given}"` });
}

/** The address at which commands of this machine reach a server; without its token. */
export function steeringUrl({ url }: RoomServer): string {
  return new URL(url).origin.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]');
}
