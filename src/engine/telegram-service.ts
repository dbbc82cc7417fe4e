import type { CallEvent, CallMediaFactory, CallRequest } from '../calls/call-media.js';
import { parseTelegramAddress } from '../calls/telegram/address.js';
import type { TelegramAccount, TelegramClientOptions, TelegramLibrary, TelegramSignalling } from '../calls/telegram/index.js';
import { problem, type Problem, voxError } from '../errors.js';
import type { EngineEvent } from '../events/event.js';
import { nearestHint } from '../graph/registry.js';
import type { CallFailure } from '../machines/failure.js';
import type { SessionFact } from '../machines/session-types.js';
import type { Signalling } from '../machines/signalling.js';
import type { Transport } from '../machines/transport.js';
import type { MachineLog } from '../machines/machine-log.js';
import type { Scheduler } from '../time/scheduler.js';
import type { Observable } from 'rxjs';
import type { EngineTelegram } from './api.js';

/** The way to a call's media side, wherever that runs. */
export interface CallLink {
  /** Asks the media side; rejects with a VoxError. */
  request(request: CallRequest): Promise<unknown>;
  /** What the media side tells. */
  readonly events$: Observable<CallEvent>;
}

/** How a Telegram call's media flow: the media side, and what ties it to the signalling. */
export interface TelegramMediaSide {
  /** Makes the media side. */
  readonly backend: CallMediaFactory;
  /** Ties the two halves of a call. */
  readonly link: (
    signalling: TelegramSignalling,
    link: CallLink,
  ) => { readonly signalling: Signalling; readonly createTransport: () => Transport; close(): void };
}

/** Telegram, for an engine: what programs give, and what only tests do. */
export interface TelegramSetup extends EngineTelegram {
  /** More for the connections; for tests. */
  readonly client?: Partial<TelegramClientOptions>;
  /** What speaks to Telegram; for tests. Default: gramjs. */
  readonly library?: () => Promise<TelegramLibrary>;
  /** How media flow. Default: the shipped way. */
  readonly media?: TelegramMediaSide;
}

/** What the service needs of its engine. */
export interface TelegramServiceOptions {
  readonly telegram: TelegramSetup;
  readonly scheduler: Scheduler;
  readonly nowMs: () => number;
  readonly machines: MachineLog;
  readonly tell: (event: EngineEvent) => void;
}

/** A call's words with Telegram, and the end of them. */
export interface OpenSignalling {
  readonly signalling: TelegramSignalling;
  /** Does what is done by words with Telegram; undefined: it is for the media side. */
  readonly steer: (request: CallRequest) => Promise<unknown> | undefined;
  /** The account is closed with its last call. */
  release(): Promise<void>;
}

/** Loaded on first use, as rooms are. */
const loadTelegram = () => import('../calls/telegram/index.js');

/** The Telegram accounts of one engine: connected while a call of theirs is open. */
export class TelegramService {
  readonly #options: TelegramServiceOptions;
  readonly #accounts = new Map<string, { readonly account: TelegramAccount; calls: number }>();

  /** @param options where accounts lie, and whom to tell. */
  constructor(options: TelegramServiceOptions) {
    this.#options = options;
  }

  /** Opens the signalling of a call. @throws VoxError `TELEGRAM_NO_ACCOUNT`, `TELEGRAM_UNKNOWN_ACCOUNT`, `TELEGRAM_WHICH_ACCOUNT`. */
  async open(address: string): Promise<OpenSignalling> {
    const parsed = parseTelegramAddress(address);
    const telegram = await loadTelegram();
    const name = this.#choose(new telegram.AccountStore(this.#options.telegram.dataFolder), parsed.account);
    const entry = this.#accounts.get(name) ?? this.#start(telegram, name);
    entry.calls++;
    const { scheduler, nowMs } = this.#options;
    const signalling = new telegram.TelegramSignalling({
      address: parsed,
      scheduler,
      nowMs,
      port: (signal) => entry.account.port(signal),
    });
    let released = false;
    const release = async (): Promise<void> => {
      if (released) return;
      released = true;
      if (--entry.calls > 0) return;
      this.#accounts.delete(name);
      await entry.account.close();
    };
    const steer = (request: CallRequest) =>
      telegram.isByWords(request) ? telegram.steerTelegram(signalling, request) : undefined;
    return { signalling, steer, release };
  }

  /** Closes every account. */
  async close(): Promise<void> {
    const accounts = [...this.#accounts.values()];
    this.#accounts.clear();
    await Promise.all(accounts.map(({ account }) => account.close()));
  }

  #choose(store: { names(): string[] }, wanted: string | undefined): string {
    const names = store.names();
    if (wanted !== undefined && !names.includes(wanted)) {
      throw voxError('TELEGRAM_UNKNOWN_ACCOUNT', { account: wanted, hint: nearestHint(wanted, names) });
    }
    const name = wanted ?? names[0];
    if (name === undefined) throw voxError('TELEGRAM_NO_ACCOUNT');
    if (wanted === undefined && names.length > 1) throw voxError('TELEGRAM_WHICH_ACCOUNT', { names: names.join(', ') });
    return name;
  }

  #start(telegram: Awaited<ReturnType<typeof loadTelegram>>, name: string) {
    const { telegram: given, scheduler, nowMs, tell, machines } = this.#options;
    const store = new telegram.AccountStore(given.dataFolder);
    const stored = store.read(name);
    if (!stored) throw voxError('TELEGRAM_UNKNOWN_ACCOUNT', { account: name });
    const account = new telegram.TelegramAccount({
      name,
      stored,
      library: given.library ?? telegram.loadLibrary,
      scheduler,
      nowMs,
      random: Math.random,
      follow: (machine) => machines.follow(machine, { account: name }),
      onChange: (changed) => store.write(name, changed),
      ...(given.client && { client: given.client }),
    });
    account.facts$.subscribe((fact) => tell(accountEvent(name, fact)));
    account.start();
    const entry = { account, calls: 0 };
    this.#accounts.set(name, entry);
    return entry;
  }
}

function accountEvent(account: string, fact: SessionFact): EngineEvent {
  switch (fact.type) {
    case 'session.online':
      return { type: 'account.online', account };
    case 'session.offline':
      return {
        type: 'account.offline',
        account,
        ...(fact.wait && { untilMs: fact.wait.untilMs, problem: failureProblem(fact.wait.failure) }),
      };
    case 'session.ended': {
      const { reason } = fact;
      return {
        type: 'account.ended',
        account,
        reason: reason.type,
        ...(reason.type === 'signed-out' && { problem: failureProblem(reason.failure) }),
      };
    }
  }
}

/** A failure of a call or session as a row of the error table. */
export function failureProblem({ code, message }: CallFailure): Problem {
  return { ...problem(code), message };
}
