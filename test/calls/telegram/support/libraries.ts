import { createRequire } from 'node:module';
import { loadLibrary, type TelegramLibrary } from '../../../../src/calls/telegram/library.js';
import { TEST_KEY } from '../../../harness/telegram/mtproto/keys.js';

const require = createRequire(import.meta.url);

/** The packages that the adapter's suite runs with, by name. */
export const LIBRARIES: Readonly<Record<string, () => Promise<TelegramLibrary>>> = {
  telegram: async () => {
    trustTestKey('telegram');
    return loadLibrary();
  },
  teleproto: async () => {
    trustTestKey('teleproto');
    const part = (path: string): object => require(`teleproto${path}`) as object;
    return {
      ...part(''),
      ...part('/sessions'),
      ...part('/crypto/AuthKey'),
      ...part('/extensions'),
      ...part('/events'),
      ...part('/Password'),
    } as TelegramLibrary;
  },
};

/** Lets a library believe the data centre of the tests, in this process only. */
function trustTestKey(name: string): void {
  const { _serverKeys } = require(`${name}/crypto/RSA`) as { _serverKeys: Map<string, { n: unknown; e: number }> };
  const bigInt = require('big-integer') as (text: string) => unknown;
  _serverKeys.set(TEST_KEY.fingerprint.toString(), { n: bigInt(TEST_KEY.n.toString()), e: TEST_KEY.e });
}
