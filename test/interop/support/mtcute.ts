import { createCipheriv, createHash, createHmac, pbkdf2Sync, randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateSync, gunzipSync } from 'node:zlib';
import { connectTcp } from '@fuman/node';
import { IntermediatePacketCodec, MemoryStorage, MtClient, type TelegramTransport, type tl } from '@mtcute/core';
import { addPublicKey, BaseCryptoProvider, type ICryptoProvider } from '@mtcute/core/utils.js';
import { ige256Decrypt, ige256Encrypt, initSync } from '@mtcute/wasm';
import { type DataCentre, TEST_API } from '../../harness/telegram/data-centre.js';

const require = createRequire(import.meta.url);

/** What mtcute needs of cryptography, from Node and from mtcute's own WebAssembly. */
class NodeCrypto extends BaseCryptoProvider implements ICryptoProvider {
  initialize(): void {
    initSync(readFileSync(require.resolve('@mtcute/wasm/mtcute.wasm')));
  }
  sha1(data: Uint8Array): Uint8Array {
    return createHash('sha1').update(data).digest();
  }
  sha256(data: Uint8Array): Uint8Array {
    return createHash('sha256').update(data).digest();
  }
  hmacSha256(data: Uint8Array, key: Uint8Array): Uint8Array {
    return createHmac('sha256', key).update(data).digest();
  }
  pbkdf2(password: Uint8Array, salt: Uint8Array, iterations: number, length = 64, algorithm = 'sha512'): Uint8Array {
    return pbkdf2Sync(password, salt, iterations, length, algorithm);
  }
  createAesCtr(key: Uint8Array, iv: Uint8Array): { process(data: Uint8Array): Uint8Array } {
    const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, iv);
    return { process: (data) => cipher.update(data) };
  }
  createAesIge(key: Uint8Array, iv: Uint8Array) {
    return {
      encrypt: (data: Uint8Array) => ige256Encrypt(data, key, iv),
      decrypt: (data: Uint8Array) => ige256Decrypt(data, key, iv),
    };
  }
  gzip(data: Uint8Array, maxSize: number): Uint8Array | null {
    const packed = deflateSync(data);
    return packed.length > maxSize ? null : packed;
  }
  gunzip(data: Uint8Array): Uint8Array {
    return gunzipSync(data);
  }
  randomFill(bytes: Uint8Array): void {
    randomFillSync(bytes);
  }
}

/** Another client of MTProto in the local data centre: mtcute, with its own key exchange, schema and packets. */
export class Mtcute {
  readonly client: MtClient;
  /** Updates that were pushed. */
  readonly updates: tl.TypeUpdates[] = [];
  readonly errors: unknown[] = [];

  constructor(centre: DataCentre) {
    const crypto = new NodeCrypto();
    const transport: TelegramTransport = {
      connect: ({ ipAddress }) => {
        const port = centre.routes.get(ipAddress);
        if (port === undefined) throw new Error(`a test would connect to ${ipAddress}`);
        return connectTcp({ address: '127.0.0.1', port });
      },
      packetCodec: () => new IntermediatePacketCodec(),
    };
    const dc = { id: 1, ipAddress: '127.0.1.1', port: 443 };
    this.client = new MtClient({
      apiId: TEST_API.id,
      apiHash: TEST_API.hash,
      storage: new MemoryStorage(),
      crypto,
      platform: { beforeExit: () => () => {}, log: () => {}, getDefaultLogLevel: () => 0, getDeviceModel: () => 'test' },
      defaultDcs: { main: dc, media: dc },
      transport,
      onError: (error) => this.errors.push(error),
    });
    this.client.onUpdate.add((update) => this.updates.push(update));
    addPublicKey(crypto, centre.publicKey.pem);
  }

  /** Connects, with a new key. */
  connect(): Promise<void> {
    return this.client.connect();
  }

  /** Makes a request. @throws Error with Telegram's own word. */
  async call<T extends tl.RpcMethod>(request: T): Promise<tl.RpcCallReturn[T['_']]> {
    const answer = (await this.client.call(request as never)) as { _: string; errorMessage?: string };
    if (answer?._ === 'mt_rpc_error') throw new Error(answer.errorMessage);
    return answer as tl.RpcCallReturn[T['_']];
  }

  async close(): Promise<void> {
    await this.client.disconnect();
    await this.client.destroy();
  }
}
