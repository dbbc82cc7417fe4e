import type { Api } from 'telegram';
import type { MemorySession } from 'telegram/sessions/index.js';
import type { TelegramLibrary } from './library.js';
import type { TelegramKeep } from './port.js';

/** Where a new account begins: gramjs's own first data centre. */
const FIRST = { dcId: 4, ip: '149.154.167.91' };
/** The library ignores the port, but takes 32767 at most. */
const PORT = 80;

/**
 * A session that remembers nobody. The library's own keeps one row for each mention of each peer, for ever (20,001 after 5,000 updates); voxgraph
 * names peers by what an answer just told, so none is needed.
 */
export async function boundedSession(
  library: TelegramLibrary,
  keep: TelegramKeep | undefined,
  first = FIRST,
): Promise<MemorySession> {
  class BoundedSession extends library.MemorySession {
    override processEntities(_entities: Api.TypeEntityLike | readonly Api.TypeEntityLike[]): void {}
  }
  const session = new BoundedSession();
  const { dcId, ip } = keep ?? first;
  session.setDC(dcId, ip, PORT);
  if (keep) {
    const key = new library.AuthKey();
    await key.setKey(Buffer.from(keep.key, 'base64'));
    session.setAuthKey(key, dcId);
  }
  return session;
}

/** What a session must keep; nothing before it has a key. */
export function keepOf(session: MemorySession): TelegramKeep | undefined {
  const key = session.getAuthKey(session.dcId)?.getKey();
  return key ? { dcId: session.dcId, ip: session.serverAddress, key: key.toString('base64') } : undefined;
}
