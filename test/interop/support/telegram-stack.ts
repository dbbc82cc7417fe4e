import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { expect } from 'vitest';
import { AccountStore } from '../../../src/calls/telegram/account-store.js';
import type { TelegramLibrary } from '../../../src/calls/telegram/library.js';
import { createEngine, type Engine, type GraphSession } from '../../../src/engine.js';
import type { TelegramSetup } from '../../../src/engine/telegram-service.js';
import type { EventType } from '../../../src/events/event.js';
import { graphFromObject } from '../../../src/graph/load.js';
import { createRealtimeScheduler, type Scheduler } from '../../../src/time/index.js';
import { clientOptions, expectClean, keepOfUser } from '../../calls/telegram/support/centre.js';
import { LIBRARIES } from '../../calls/telegram/support/libraries.js';
import { type DataCentre, startDataCentre, TEST_API } from '../../harness/telegram/data-centre.js';
import type { CallSpec } from '../../harness/telegram/messages.js';
import { LocalSfu } from '../../harness/telegram/sfu/local-sfu.js';
import type { Sfu } from '../../harness/telegram/world/world.js';

/** The nodes of a graph file, as they are written. */
export type Nodes = Readonly<Record<string, object>>;

/** The media server of a stack. */
export interface StackSfu extends Sfu {
  /** What no correct client does. */
  readonly violations: readonly string[];
  /** How many connections there are. */
  readonly size: number;
  close(): Promise<void>;
}

/** Everything real but Telegram itself: gramjs, MTProto, ICE, DTLS, SRTP; engines of ours in a call of their own in each test. */
export class TelegramStack<S extends StackSfu = LocalSfu> {
  library!: TelegramLibrary;
  centre!: DataCentre;
  anna!: bigint;
  bert!: bigint;
  /** Emptied for each test. */
  folder = '';
  place!: { chat: bigint; call: bigint; address: string };
  readonly #engines: Engine[] = [];
  #made = 0;
  #timers: Scheduler | undefined;

  private constructor(readonly sfu: S) {}

  /** With the local SFU. */
  static async start(): Promise<TelegramStack> {
    const timers = createRealtimeScheduler();
    const stack = await TelegramStack.with(await LocalSfu.start({ timers }));
    stack.#timers = timers;
    return stack;
  }

  /** With another media server. */
  static async with<S extends StackSfu>(sfu: S): Promise<TelegramStack<S>> {
    const stack = new TelegramStack(sfu);
    [stack.library, stack.centre] = await Promise.all([LIBRARIES['telegram']!(), startDataCentre(stack.sfu)]);
    stack.anna = await stack.centre.addUser({ phone: '491511111111', firstName: 'Anna' });
    stack.bert = await stack.centre.addUser({ phone: '491522222222', firstName: 'Bert' });
    return stack;
  }

  /** A new group with a call. */
  async open(spec: CallSpec = {}): Promise<void> {
    const { centre, anna, bert } = this;
    this.folder = mkdtempSync(join(tmpdir(), 'voxgraph-call-'));
    const username = `whole${++this.#made}stack`;
    const chat = await centre.addChat({ kind: 'channel', title: 'Group', username, members: [anna, bert], admins: [bert] });
    this.place = { chat, call: await centre.addCall(chat, spec), address: `telegram:@${username}` };
  }

  /** Ends the test's engines. Fails if anybody did what no correct client does. */
  async clear(): Promise<void> {
    await Promise.all(this.#engines.splice(0).map((engine) => engine.close()));
    rmSync(this.folder, { recursive: true });
    expectClean(this.centre);
    expect(this.sfu.violations).toEqual([]);
    // Word of those who left is on its way to the media server.
    await expect.poll(() => this.sfu.size).toBe(0);
  }

  async close(): Promise<void> {
    await this.centre.close();
    await this.sfu.close();
    this.#timers?.close();
  }

  /** An engine with one account. */
  async engineFor(user: bigint, name: string): Promise<Engine> {
    const dataFolder = join(this.folder, name);
    const keep = await keepOfUser(this.centre, user);
    new AccountStore(dataFolder).write('main', { version: 1, api: TEST_API, keep, user: { id: String(user), name } });
    const { route } = clientOptions(this.centre);
    const telegram: TelegramSetup = { dataFolder, client: { ...(route && { route }) }, library: async () => this.library };
    const engine = createEngine({ telegram });
    this.#engines.push(engine);
    return engine;
  }

  /** Runs a graph in the call. */
  run(engine: Engine, nodes: Nodes): Promise<GraphSession> {
    return engine.run(graphFromObject({ version: 1, nodes }, { registry: engine.registry }), { call: this.place.address });
  }
}

/** The next event of a kind. */
export function next(engine: Engine, type: EventType, holds: (event: Record<string, unknown>) => boolean = () => true) {
  return firstValueFrom(
    engine.events$.pipe(filter((event) => event.type === type && holds(event as unknown as Record<string, unknown>))),
  );
}

/** Resolves when a graph has played so many more seconds. */
export async function played(session: GraphSession, seconds: number): Promise<void> {
  const from = (await session.stats()).positionUs;
  await expect.poll(async () => (await session.stats()).positionUs - from, { timeout: 60_000 }).toBeGreaterThan(seconds * 1e6);
}
