import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { typeScriptArgs } from '../../support/run-typescript.js';
import type { FromCentre, Operations, ToCentre } from './messages.js';
import { TEST_KEY } from './mtproto/keys.js';
import type { TlObject } from './tl/codec.js';
import { FakeSfu } from './fake-sfu.js';
import type { Sfu } from './world/world.js';

/** What programs of the tests are registered as. */
export const TEST_API = { id: 12_345, hash: '0123456789abcdef0123456789abcdef' };

/** What clients believe the data centres' addresses to be; the tests lead them to loopback ports. */
const ADDRESSES = { 1: '127.0.1.1', 2: '127.0.1.2' } as const;

type Remote = { [K in keyof Operations]: (...args: Parameters<Operations[K]>) => Promise<Awaited<ReturnType<Operations[K]>>> };

/** A request that a client made. */
export interface Asked {
  readonly user: bigint | undefined;
  readonly request: TlObject;
}

/** The local data centre as a test holds it: the operations, what clients asked, and where it listens. */
export interface DataCentre extends Remote {
  /** Every request so far. */
  readonly asked: readonly Asked[];
  /** Names of the requests so far, those of the connection itself left out. */
  methods(): string[];
  /** Resolves with the first request of a method that comes, or came, at or after a number of `asked`. */
  next(method: string, from?: number): Promise<Asked>;
  /** What no correct client does. */
  readonly violations: readonly string[];
  /** Where a client must connect instead of an address of Telegram. */
  readonly routes: ReadonlyMap<string, number>;
  /** The public key that it proves itself with. */
  readonly publicKey: typeof TEST_KEY;
  close(): Promise<void>;
}

/** Starts a data centre in a process of its own. */
export async function startDataCentre(sfu: Sfu = new FakeSfu()): Promise<DataCentre> {
  const args = typeScriptArgs(fileURLToPath(new URL('./process.ts', import.meta.url)));
  const file = args.at(-1)!;
  const child = fork(file, [String(TEST_API.id), TEST_API.hash], {
    execArgv: args.slice(0, -1),
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return connectTo(child, sfu);
}

async function connectTo(child: ChildProcess, sfu: Sfu): Promise<DataCentre> {
  const waiting = new Map<number, { done: (value: unknown) => void; failed: (error: Error) => void }>();
  const asked: Asked[] = [];
  const violations: string[] = [];
  const watchers = new Set<() => void>();
  let last = 0;
  const send = (message: ToCentre): void => void child.send(message);
  child.on('message', (message: FromCentre) => {
    switch (message.type) {
      case 'done': {
        const call = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.error === undefined) call?.done(message.value);
        else call?.failed(new Error(message.error));
        return;
      }
      case 'request':
        asked.push({ user: message.user, request: message.request });
        for (const look of watchers) look();
        return;
      case 'violation':
        violations.push(message.what);
        return;
      case 'sfu.join':
        sfu.join(message.place, message.params).then(
          (answer) => send({ type: 'sfu.done', id: message.id, answer }),
          (error: unknown) => send({ type: 'sfu.done', id: message.id, error: String(error) }),
        );
        return;
      case 'sfu.leave':
        sfu.leave(message.place);
        return;
      case 'sfu.allow':
        sfu.allow?.(message.place, { audio: message.audio });
    }
  });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  void gone.then(() => {
    for (const { failed } of waiting.values()) failed(new Error('the data centre ended'));
  });
  const remote = new Proxy({} as Remote, {
    get: (_, op) => {
      // Whatever asks whether it is a promise is told no.
      if (typeof op !== 'string' || op === 'then') return undefined;
      return (...args: unknown[]) =>
        new Promise((done, failed) => {
          waiting.set(++last, { done, failed });
          send({ type: 'call', id: last, op: op as keyof Operations, args });
        });
    },
  });
  const next = (method: string, from = 0): Promise<Asked> =>
    new Promise((done) => {
      const look = (): void => {
        const found = asked.slice(from).find(({ request }) => request._ === method);
        if (!found) return;
        watchers.delete(look);
        done(found);
      };
      watchers.add(look);
      look();
    });
  const routes = new Map<string, number>();
  for (const [id, ip] of Object.entries(ADDRESSES)) routes.set(ip, await remote.listen(Number(id), ip));
  const own = {
    asked,
    violations,
    routes,
    publicKey: TEST_KEY,
    next,
    methods: () =>
      asked
        .map(({ request }) => request._)
        .filter((name) => !['help.GetConfig', 'updates.GetState', 'users.GetUsers'].includes(name)),
    close: async () => {
      child.disconnect();
      await gone;
    },
  };
  return new Proxy(own as unknown as DataCentre, {
    get: (target, key) => Reflect.get(key in own ? target : remote, key) as unknown,
  });
}
