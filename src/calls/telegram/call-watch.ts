import { type Observable, Observable as Stream, type Subscriber } from 'rxjs';
import type { Api } from 'telegram';
import { CallError } from '../../machines/failure.js';
import type { SignallingUpdate } from '../../machines/signalling.js';
import type { Cancel, Scheduler } from '../../time/scheduler.js';
import { isRpc, telegramFailure } from './failures.js';
import type { CallPlace } from './find-call.js';
import { toSigned, toUnsigned } from './join-json.js';
import type { OwnPlace } from './own-rows.js';
import { type Applied, ParticipantTable } from './participants.js';
import { TelegramLinkError, type TelegramPort } from './port.js';
import { peerId, peopleOf, type TelegramNews } from './updates.js';

/** Times of a watch, in milliseconds. */
export interface WatchTimes {
  /** How often the server is asked whether it still knows us (tdlib: 10 s). */
  readonly checkMs: number;
  /** How soon it is asked again when it did not answer (tdlib: 1 s). */
  readonly checkAgainMs: number;
  /** How long missing updates may still come before all is fetched. */
  readonly gapMs: number;
}

/** The times that are not given. */
export const WATCH_TIMES: WatchTimes = { checkMs: 10_000, checkAgainMs: 1000, gapMs: 1000 };

/** What a watch looks at. */
export interface Watched {
  readonly port: TelegramPort;
  readonly place: CallPlace;
  readonly scheduler: Scheduler;
  readonly times: WatchTimes;
  /** Our audio source, unsigned, as soon as we have joined. */
  readonly source: () => number | undefined;
  /** That of our screen, while we show one. */
  readonly screenSource?: () => number | undefined;
  /** Whom we appear as. Default: the account itself. */
  readonly joinAs?: (signal: AbortSignal) => Promise<Api.TypeInputPeer>;
  /** Each asks whether the server still knows us, out of turn. */
  readonly doubts$?: Observable<unknown>;
  /** What we know of our own row, and are told of it. */
  readonly own?: OwnPlace;
}

const PAGE = 100;
/** A call of more is not listed in full. */
const MOST_PAGES = 50;

/** What happens in a call, from subscribing on; errs when it cannot be known any more. */
export function watchCall(watched: Watched): Observable<SignallingUpdate> {
  return new Stream((subscriber) => {
    const watch = new Watch(watched, subscriber);
    return () => watch.end();
  });
}

/** What a watch waits for: to be asked again, for missing updates, to ask for who has come. */
type Timer = 'check' | 'gap' | 'learn';

class Watch {
  readonly #watched: Watched;
  readonly #out: Subscriber<SignallingUpdate>;
  readonly #table: ParticipantTable;
  readonly #abort = new AbortController();
  readonly #cancels = new Map<Timer, Cancel>();
  /** Of whom updates told too little. */
  readonly #unsure = new Set<number>();
  /** The version that the call itself was last told with. */
  #callVersion = -1;
  #fetching = false;
  #fetchAgain = false;
  #wasDown = false;

  constructor(watched: Watched, out: Subscriber<SignallingUpdate>) {
    this.#watched = watched;
    this.#out = out;
    this.#table = new ParticipantTable(watched.own);
    const { port } = watched;
    out.add(
      port.updates$.subscribe({
        next: (news) => this.#hear(news),
        complete: () => this.#lost(new TelegramLinkError('closed', 'the account was closed')),
      }),
    );
    out.add(
      port.link$.subscribe((link) => {
        if (link === 'down') this.#wasDown = true;
        else if (link === 'up' && this.#wasDown) this.#back();
        else if (link === 'lost') this.#lost(new TelegramLinkError('unreachable', 'the connection to Telegram is lost'));
        else if (link === 'forgotten')
          this.#lost(new TelegramLinkError('forgotten', 'Telegram does not know the session any more'));
      }),
    );
    if (watched.doubts$) out.add(watched.doubts$.subscribe(() => void this.#check()));
    this.#later('check', watched.times.checkMs, () => void this.#check());
    void this.#fetch();
  }

  end(): void {
    this.#abort.abort();
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  /** The connection was away: updates that came meanwhile are lost, and carry no pts by which they could be asked for. */
  #back(): void {
    this.#wasDown = false;
    void this.#fetch();
    void this.#check();
  }

  /** An update that cannot be read is like one that never came: all is fetched. */
  #hear(news: TelegramNews): void {
    try {
      this.#read(news);
    } catch {
      this.#later('gap', this.#watched.times.gapMs, () => void this.#fetch());
    }
  }

  #read({ update, people }: TelegramNews): void {
    const { place } = this.#watched;
    switch (update.className) {
      case 'UpdateGroupCallParticipants':
        if (!sameCall(update.call, place)) return;
        this.#applied(this.#table.apply({ rows: update.participants, people, version: update.version }));
        return;
      case 'UpdateGroupCall':
        if (String(update.call.id) !== String(place.input.id)) return;
        if (update.call.className === 'GroupCallDiscarded') this.#out.next({ type: 'call.discarded' });
        else {
          if (place.call.scheduleDate != null && update.call.scheduleDate == null) this.#out.next({ type: 'call.began' });
          // The call has moved on, and what moved it may be under way, or lost (tdlib, on_receive_group_call_version).
          this.#callVersion = Math.max(this.#callVersion, update.call.version);
          if (this.#table.version >= 0 && this.#callVersion > this.#table.version) this.#fetchSoon();
        }
        return;
      case 'UpdateChannel':
      case 'UpdateChat': {
        const id = update.className === 'UpdateChannel' ? `-100${String(update.channelId)}` : `-${String(update.chatId)}`;
        const kind = id === place.chat.id ? people.get(id)?.className : undefined;
        if (kind === 'ChannelForbidden' || kind === 'ChatForbidden') this.#out.next({ type: 'self.kicked' });
        return;
      }
      default:
    }
  }

  #applied({ facts, gap, unsure }: Applied): void {
    for (const fact of facts) this.#out.next(fact);
    for (const source of unsure) this.#unsure.add(source);
    // Many come together: they are asked for together.
    if (unsure.length > 0 && !this.#cancels.has('learn'))
      this.#later('learn', this.#watched.times.gapMs, () => void this.#learn());
    if (gap) this.#fetchSoon();
    else if (this.#table.version >= this.#callVersion) this.#cancel('gap');
  }

  /** What is missing may only be late: it costs a moment to find out, and a whole list to ask. */
  #fetchSoon(): void {
    if (!this.#cancels.has('gap')) this.#later('gap', this.#watched.times.gapMs, () => void this.#fetch());
  }

  /** Asks for what updates for everybody leave out: what we set of those who have come. */
  async #learn(): Promise<void> {
    const { port, place } = this.#watched;
    const limit = Math.min(PAGE, this.#unsure.size);
    const wanted = [...this.#unsure].slice(0, limit).map(toSigned);
    this.#unsure.clear();
    const request = new port.api.phone.GetGroupParticipants({ call: place.input, ids: [], sources: wanted, offset: '', limit });
    try {
      const { participants: rows, users, chats } = await port.invoke(request, { signal: this.#abort.signal });
      if (this.#out.closed) return;
      for (const fact of this.#table.learn({ rows, people: peopleOf(users, chats) })) this.#out.next(fact);
    } catch {
      // He is in the call all the same, at the volume that everybody hears.
    }
  }

  async #fetch(): Promise<void> {
    if (this.#fetching) {
      this.#fetchAgain = true;
      return;
    }
    this.#fetching = true;
    this.#table.asked();
    try {
      const rows = await this.#pages();
      this.#callVersion = -1;
      if (!this.#out.closed) this.#applied(this.#table.reset(rows));
    } catch (error) {
      if (!this.#out.closed) this.#refused(error, 'gap', () => void this.#fetch());
    } finally {
      this.#fetching = false;
    }
    if (this.#fetchAgain && !this.#out.closed) {
      this.#fetchAgain = false;
      await this.#fetch();
    }
  }

  async #pages() {
    const { port, place } = this.#watched;
    const rows = new Map<string, Api.GroupCallParticipant>();
    const people = new Map<string, Api.TypeUser | Api.TypeChat>();
    let offset = '';
    let version = 0;
    for (let page = 0; page < MOST_PAGES; page++) {
      const request = new port.api.phone.GetGroupParticipants({ call: place.input, ids: [], sources: [], offset, limit: PAGE });
      const got = await port.invoke(request, { signal: this.#abort.signal });
      for (const row of got.participants) rows.set(peerId(row.peer), row);
      for (const [id, one] of peopleOf(got.users, got.chats)) people.set(id, one);
      // Updates since the first page come again by their version.
      if (page === 0) ({ version } = got);
      offset = got.nextOffset;
      if (!offset) break;
    }
    return { rows: [...rows.values()], people, version };
  }

  /** Asks whether the server still knows our source; without it others hear nothing of us. */
  async #check(): Promise<void> {
    const { port, place, times } = this.#watched;
    this.#cancel('check');
    const source = this.#watched.source();
    if (source !== undefined) {
      try {
        const screen = this.#watched.screenSource?.();
        const sources = [source, ...(screen === undefined ? [] : [screen])].map(toSigned);
        const request = new port.api.phone.CheckGroupCall({ call: place.input, sources });
        const known = await port.invoke(request, { signal: this.#abort.signal });
        if (!known.some((one) => toUnsigned(one) === source)) return await this.#missed(source);
        // As tdesktop: the screen alone is shown anew.
        if (screen !== undefined && !known.some((one) => toUnsigned(one) === screen) && this.#watched.screenSource?.() === screen)
          this.#out.next({ type: 'presentation.dropped', source: screen });
      } catch (error) {
        if (this.#out.closed) return;
        if (isRpc(error, 'GROUPCALL_JOIN_MISSING')) return this.#dropped(source);
        return this.#refused(error, 'check', () => void this.#check());
      }
    }
    if (!this.#out.closed) this.#later('check', times.checkMs, () => void this.#check());
  }

  /** The server does not know our source: has it forgotten us, or did our account join from elsewhere? Coming back would be a fight then. */
  async #missed(source: number): Promise<void> {
    const { port, place } = this.#watched;
    // As a channel we are in the list by its name alone.
    const ids = [(await this.#watched.joinAs?.(this.#abort.signal)) ?? new port.api.InputPeerSelf()];
    const request = new port.api.phone.GetGroupParticipants({ call: place.input, ids, sources: [], offset: '', limit: 1 });
    const { participants } = await port.invoke(request, { signal: this.#abort.signal });
    const own = participants.find((row) => row.self && !row.left);
    if (!own || toUnsigned(own.source) === source) this.#dropped(source);
    else if (!this.#out.closed) this.#out.next({ type: 'self.replaced', source: toUnsigned(own.source) });
  }

  #dropped(source: number): void {
    // Meanwhile we may have joined anew.
    if (!this.#out.closed && this.#watched.source() === source) this.#out.next({ type: 'self.dropped', source });
  }

  #refused(error: unknown, what: Timer, again: () => void): void {
    if (isRpc(error, 'GROUPCALL_INVALID', 'GROUPCALL_ALREADY_DISCARDED')) return this.#out.next({ type: 'call.discarded' });
    if (isRpc(error, 'GROUPCALL_FORBIDDEN', 'CHANNEL_PRIVATE', 'CHAT_FORBIDDEN')) return this.#out.next({ type: 'self.kicked' });
    const failure = telegramFailure(error);
    if (failure.retry === 'never') return this.#lost(error);
    this.#later(what, failure.retryAfterMs ?? this.#watched.times.checkAgainMs, again);
  }

  #lost(error: unknown): void {
    this.#out.error(new CallError(telegramFailure(error)));
  }

  #later(what: Timer, delayMs: number, run: () => void): void {
    this.#cancel(what);
    const cancel = this.#watched.scheduler.after(delayMs, () => {
      this.#cancels.delete(what);
      run();
    });
    this.#cancels.set(what, cancel);
  }

  #cancel(what: Timer): void {
    this.#cancels.get(what)?.();
    this.#cancels.delete(what);
  }
}

function sameCall(call: Api.TypeInputGroupCall, place: CallPlace): boolean {
  return 'id' in call && String(call.id) === String(place.input.id);
}
