import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** What a part of the server may know of who may what. */
export interface ServerAccess {
  /** Whether whoever sent these headers may change things. */
  maySteer(headers: IncomingHttpHeaders): boolean;
  /** Whether an admin token is needed for that. */
  readonly needsAdmin: boolean;
}

/** Something else that the server of rooms serves, such as the API and the console. */
export interface ServerPart {
  /** Whether a browser, or a probe, must be able to load this path before it can show a token. */
  isPublic(path: string): boolean;
  /** Adds its routes. */
  mount(app: FastifyInstance, access: ServerAccess): void | Promise<void>;
}
