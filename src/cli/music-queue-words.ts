import { VoxError } from '../errors.js';
import type { EngineClient } from './engine-client.js';

/** A track that waits or plays, as `music-queue` tells it. */
export interface QueuedTrack {
  readonly id: string;
  readonly src: string;
  readonly title: string;
  readonly requester: string | null;
}

/** The key of the plugin `music-queue` that keeps the queue of a call; undefined: none does, or only admins may see it. */
export async function musicQueue(client: EngineClient, call: string): Promise<string | undefined> {
  try {
    const [{ plugins }, { graph }] = await Promise.all([
      client.get('/api/v1/plugins'),
      client.get('/api/v1/calls/{call}', { call }),
    ]);
    const found = plugins.find((one) => one.name === 'music-queue' && one.status === 'enabled' && (one.graph ?? graph) === graph);
    return found?.key;
  } catch (error) {
    if (error instanceof VoxError && error.code === 'ADMIN_TOKEN_NEEDED') return undefined;
    throw error;
  }
}

/** Tells it something; gives its reply. */
export async function tellQueue(
  client: EngineClient,
  plugin: string,
  call: string,
  message: string,
  payload: object = {},
): Promise<unknown> {
  const { reply } = await client.post(
    '/api/v1/plugins/{plugin}/messages',
    { plugin },
    { message, payload: { call, ...payload } },
  );
  return reply;
}
