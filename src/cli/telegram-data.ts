import { voxError } from '../errors.js';
import type { AccountStore } from '../calls/telegram/index.js';
import type { CliIo } from './io.js';
import { dataFolder, setUpPlugins, type PluginArgs } from './plugin-setup.js';

/** Where a command finds the accounts. */
export async function accountStore(io: CliIo, args: PluginArgs): Promise<AccountStore> {
  const { AccountStore: Store } = await import('../calls/telegram/index.js');
  const { config } = await setUpPlugins(io, args);
  return new Store(dataFolder(io, args, config));
}

/**
 * What this program is registered as at Telegram: `VOXGRAPH_TELEGRAM_API_ID` and `_HASH` or, without them, what an account that is signed in
 * has. @throws VoxError `TELEGRAM_API_MISSING`.
 */
export function telegramApi(store: AccountStore): { id: number; hash: string } {
  const { VOXGRAPH_TELEGRAM_API_ID: id = '', VOXGRAPH_TELEGRAM_API_HASH: hash = '' } = process.env;
  if (/^\d+$/.test(id) && hash !== '') return { id: Number(id), hash };
  if (id !== '' || hash !== '') throw voxError('TELEGRAM_API_WRONG');
  for (const name of store.names()) {
    const stored = store.read(name);
    if (stored) return stored.api;
  }
  throw voxError('TELEGRAM_API_MISSING');
}
