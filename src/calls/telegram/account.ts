import { map, type Observable, Subject } from 'rxjs';
import { createActor, type AnyStateMachine } from 'xstate';
import { CallError, callFailure } from '../../machines/failure.js';
import type { InspectMachine } from '../../machines/machine-log.js';
import { createSessionMachine, type SessionActor } from '../../machines/session.js';
import type { SessionEffects, SessionFact, SessionLimits, SessionLink } from '../../machines/session-types.js';
import type { Scheduler } from '../../time/scheduler.js';
import { xstateClock } from '../../time/xstate-clock.js';
import type { StoredAccount } from './account-store.js';
import { connectTelegram, type TelegramClientOptions } from './client.js';
import { telegramFailure } from './failures.js';
import type { TelegramLibrary } from './library.js';
import { type InvokeOptions, type LinkState, TelegramLinkError, type TelegramPort, type TelegramRequest } from './port.js';

/** What an account needs. */
export interface TelegramAccountOptions {
  /** Its name here. */
  readonly name: string;
  /** As its file holds it. */
  readonly stored: StoredAccount;
  readonly library: () => Promise<TelegramLibrary>;
  readonly scheduler: Scheduler;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Follows the session's machine. Default: nobody does. */
  readonly follow?: (machine: AnyStateMachine) => InspectMachine;
  /** Told when what is to be stored has changed. */
  readonly onChange?: (stored: StoredAccount) => void;
  /** More for the connection. */
  readonly client?: Partial<TelegramClientOptions>;
  readonly limits?: Partial<SessionLimits>;
}

/** One account with its connection, which is made again whenever it is lost. */
export class TelegramAccount {
  readonly name: string;
  /** What happens to the session. */
  readonly facts$ = new Subject<SessionFact>();
  readonly #options: TelegramAccountOptions;
  readonly #actor: SessionActor;
  #port: TelegramPort | undefined;
  #stored: StoredAccount;

  /** @param options the account; {@link start} connects. */
  constructor(options: TelegramAccountOptions) {
    this.name = options.name;
    this.#options = options;
    this.#stored = options.stored;
    const { nowMs, random, limits, scheduler } = options;
    const effects: SessionEffects = {
      connect: (signal) => this.#connect(signal),
      watch: () => this.#watch(),
      close: () => this.#drop(),
    };
    const machine = createSessionMachine({ effects, nowMs, random, ...(limits && { limits }) });
    const inspect = options.follow?.(machine);
    this.#actor = createActor(machine, {
      input: { account: options.name },
      clock: xstateClock(scheduler),
      ...(inspect && { inspect }),
    });
    this.#actor.on('*', (fact) => this.facts$.next(fact));
  }

  /** The state a person would name, such as `online`. */
  get status(): string {
    const { value } = this.#actor.getSnapshot();
    return typeof value === 'string' ? value : Object.keys(value)[0]!;
  }

  /** Begins to connect. */
  start(): void {
    this.#actor.start();
  }

  /** The connection, as soon as there is one. @throws CallError when the session is over, or nobody waits any more. */
  port(signal: AbortSignal): Promise<TelegramPort> {
    return new Promise((resolve, reject) => {
      let end = (): void => {};
      const aborted = (): void => {
        end();
        reject(new CallError(telegramFailure(new TelegramLinkError('aborted', 'nobody waits any more'))));
      };
      const look = (): boolean => {
        const snapshot = this.#actor.getSnapshot();
        if (snapshot.status !== 'active') {
          const reason = snapshot.context.end;
          const closed = callFailure('TELEGRAM_SESSION_ENDED', { reason: 'it was closed' }, 'never');
          reject(new CallError(reason?.type === 'signed-out' ? reason.failure : closed));
          return true;
        }
        if (!snapshot.matches('online') || !this.#port) return false;
        resolve(this.#port);
        return true;
      };
      if (signal.aborted) return aborted();
      if (look()) return;
      const watched = (): void => {
        if (look()) end();
      };
      const subscription = this.#actor.subscribe({ next: watched, complete: watched });
      signal.addEventListener('abort', aborted);
      end = () => {
        subscription.unsubscribe();
        signal.removeEventListener('abort', aborted);
      };
    });
  }

  /** Ends the connection; the account stays signed in. */
  async close(): Promise<void> {
    if (this.#actor.getSnapshot().status === 'active') {
      this.#actor.send({ type: 'session.close' });
      await new Promise<void>((done) => this.#actor.subscribe({ complete: done }));
    }
    this.facts$.complete();
  }

  async #connect(signal: AbortSignal): Promise<void> {
    await this.#drop();
    const { scheduler, client } = this.#options;
    const { api, keep } = this.#stored;
    let made: TelegramPort | undefined;
    try {
      made = await connectTelegram(await this.#options.library(), { api, keep, scheduler, ...client });
      const [me] = await made.invoke(new made.api.users.GetUsers({ id: [new made.api.InputUserSelf()] }), { signal });
      if (me?.className === 'User' && me.bot) throw new CallError(callFailure('TELEGRAM_BOT', {}, 'never'));
    } catch (error) {
      await made?.close();
      throw new CallError(telegramFailure(error));
    }
    if (signal.aborted) return made.close();
    this.#port = this.#watched(made);
    const now = made.keep();
    if (now && (now.dcId !== keep.dcId || now.ip !== keep.ip || now.key !== keep.key)) {
      this.#stored = { ...this.#stored, keep: now };
      this.#options.onChange?.(this.#stored);
    }
  }

  /** The same connection, but whoever finds out that the session is over tells it. */
  #watched(port: TelegramPort): TelegramPort {
    const invoke = async <R>(request: TelegramRequest<R>, options?: InvokeOptions): Promise<R> => {
      try {
        return await port.invoke(request, options);
      } catch (error) {
        const failure = telegramFailure(error);
        if (failure.code === 'TELEGRAM_SESSION_ENDED' && this.#actor.getSnapshot().status === 'active')
          this.#actor.send({ type: 'session.refused', failure });
        throw error;
      }
    };
    return {
      api: port.api,
      updates$: port.updates$,
      link$: port.link$,
      invoke,
      checkPassword: (question, password) => port.checkPassword(question, password),
      moveTo: (dcId) => port.moveTo(dcId),
      keep: () => port.keep(),
      close: () => port.close(),
    };
  }

  #watch(): Observable<SessionLink> {
    return this.#port!.link$.pipe(map(sessionLink));
  }

  async #drop(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    await port?.close();
  }
}

function sessionLink(link: LinkState): SessionLink {
  switch (link) {
    case 'up':
      return { type: 'link.up' };
    case 'down':
      return { type: 'link.down' };
    case 'lost':
      return { type: 'link.lost', failure: telegramFailure(new TelegramLinkError('unreachable', 'the connection is lost')) };
    case 'forgotten':
      return {
        type: 'link.lost',
        failure: telegramFailure(new TelegramLinkError('forgotten', 'Telegram does not know it any more')),
      };
  }
}
