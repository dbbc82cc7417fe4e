import { filter, type Observable, throwError } from 'rxjs';
import type { Api } from 'telegram';
import { CallError, callFailure } from '../../machines/failure.js';
import type {
  CallRef,
  Joined,
  Membership,
  ParticipantInfo,
  SelfChange,
  Signalling,
  SignallingUpdate,
} from '../../machines/signalling.js';
import type { TransportAnswer, TransportParams } from '../../machines/transport.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { TelegramAddress } from './address.js';
import { type FetchedPart, fetchBroadcast } from './broadcast.js';
import { broadcastSource } from './broadcast-source.js';
import { TelegramControls, telegramVolume } from './controls.js';
import { watchCall, WATCH_TIMES, type WatchTimes } from './call-watch.js';
import { isDoneAlready, isRpc, telegramFailure } from './failures.js';
import { type CallPlace, findCall, findChat } from './find-call.js';
import { joinJson, readAnswer, toSigned } from './join-json.js';
import { participantOf } from './participants.js';
import type { TelegramPort } from './port.js';
import { newsIn, peopleOf } from './updates.js';

/** What the signalling of a Telegram call needs. */
export interface TelegramSignallingOptions {
  readonly address: TelegramAddress;
  /** The account's connection: another one after it was lost. Rejects while there is none. */
  readonly port: (signal: AbortSignal) => Promise<TelegramPort>;
  readonly scheduler: Scheduler;
  readonly times?: Partial<WatchTimes>;
}

/** Connections where a join is under way: an answer in the stream does not say which call it is for, so there is one at a time. */
const joining = new WeakMap<TelegramPort, Promise<unknown>>();

/** The words exchanged with Telegram about one call. */
export class TelegramSignalling implements Signalling {
  readonly #options: TelegramSignallingOptions;
  #found: { readonly port: TelegramPort; readonly place: CallPlace } | undefined;
  #source: number | undefined;
  #screenSource: number | undefined;

  /** @param options the address, and the account's connection. */
  constructor(options: TelegramSignallingOptions) {
    this.#options = options;
  }

  /** The call as it was found last, for what admins do with it; absent before. */
  get found(): { readonly port: TelegramPort; readonly place: CallPlace } | undefined {
    return this.#found;
  }

  async resolve(_address: string, signal: AbortSignal): Promise<CallRef> {
    const { address } = this.#options;
    this.#source = undefined;
    return this.#typed(async () => {
      const port = await this.#options.port(signal);
      const chat = await findChat(port, address, signal);
      const place = await findCall(port, chat, address, signal);
      this.#found = { port, place };
      const { id, accessHash } = place.input;
      const start = place.call.scheduleDate;
      return {
        address: address.address,
        id: String(id),
        accessHash: String(accessHash),
        ...(start != null && { startsAtMs: start * 1000 }),
      };
    });
  }

  async join(_ref: CallRef, params: TransportParams, self: SelfChange, signal: AbortSignal): Promise<Joined> {
    return this.#typed(async () => {
      const { port, place } = await this.#at(signal);
      const request = new port.api.phone.JoinGroupCall({
        call: place.input,
        joinAs: await this.#joinAs(port, signal),
        params: new port.api.DataJSON({ data: joinJson(params) }),
        ...(self.muted === true && { muted: true }),
        // Whoever has no picture must say so, or is shown with an empty one.
        ...((self.videoStopped === true || params.sourceGroups.length === 0) && { videoStopped: true }),
        ...(this.#options.address.callInvite !== undefined && { inviteHash: this.#options.address.callInvite }),
      });
      const answer = await this.#connection(port, request, false, signal);
      [this.#source, this.#screenSource] = [params.source, undefined];
      return { answer };
    });
  }

  async leave({ ref, source }: Membership, signal: AbortSignal): Promise<void> {
    if (this.#source === source) this.#source = this.#screenSource = undefined;
    await this.#quietly(
      async () => {
        const { port, place } = await this.#at(signal);
        const call = String(place.input.id) === ref.id ? place.input : inputOf(port, ref);
        await port.invoke(new port.api.phone.LeaveGroupCall({ call, source: toSigned(source) }), { signal });
      },
      'GROUPCALL_JOIN_MISSING',
      'GROUPCALL_INVALID',
      'GROUPCALL_FORBIDDEN',
      'CHANNEL_PRIVATE',
    );
  }

  async edit(_membership: Membership, self: SelfChange, signal: AbortSignal): Promise<void> {
    const { muted, volume, handRaised, videoStopped, screenPaused } = self;
    await this.#quietly(async () => {
      const { port, place } = await this.#at(signal);
      const request = new port.api.phone.EditGroupCallParticipant({
        call: place.input,
        participant: await this.#joinAs(port, signal),
        ...(muted !== undefined && { muted }),
        ...(volume !== undefined && { volume: telegramVolume(volume) }),
        ...(handRaised !== undefined && { raiseHand: handRaised }),
        ...(videoStopped !== undefined && { videoStopped }),
        ...(screenPaused !== undefined && { presentationPaused: screenPaused }),
      });
      await port.invoke(request, { signal });
    });
  }

  updates(): Observable<SignallingUpdate> {
    const found = this.#found;
    if (!found)
      return throwError(
        () => new CallError(callFailure('CALL_CONNECTION_LOST', { reason: 'the call was not found yet' }, 'backoff')),
      );
    const { scheduler, times } = this.#options;
    return watchCall({
      ...found,
      scheduler,
      times: { ...WATCH_TIMES, ...times },
      source: () => this.#source,
      screenSource: () => this.#screenSource,
    });
  }

  /** Where the call's own stream is pushed to; for admins. The key is a secret. @throws CallError such as `TELEGRAM_NOT_RTMP`. */
  async rtmpPlace(signal: AbortSignal): Promise<{ readonly url: string; readonly key: string }> {
    return this.#typed(async () => {
      const { port, place } = await this.#at(signal);
      if (place.call.rtmpStream !== true)
        throw new CallError(callFailure('TELEGRAM_NOT_RTMP', { peer: place.chat.title }, 'never'));
      return new TelegramControls(port, place).rtmp({ signal });
    });
  }

  /** Shows a screen by a second connection. We must have joined. @throws CallError. */
  async joinPresentation(params: TransportParams, signal: AbortSignal): Promise<TransportAnswer> {
    return this.#typed(async () => {
      const { port, place } = await this.#at(signal);
      const data = new port.api.DataJSON({ data: joinJson(params) });
      const request = new port.api.phone.JoinGroupCallPresentation({ call: place.input, params: data });
      const answer = await this.#connection(port, request, true, signal);
      this.#screenSource = params.source;
      return answer;
    });
  }

  /** Takes the screen away. Resolves too if there was none. @throws CallError. */
  async leavePresentation(signal: AbortSignal): Promise<void> {
    this.#screenSource = undefined;
    await this.#quietly(async () => {
      const { port, place } = await this.#at(signal);
      await port.invoke(new port.api.phone.LeaveGroupCallPresentation({ call: place.input }), { signal });
    }, 'GROUPCALL_JOIN_MISSING');
  }

  /** Who sends these unsigned sources, of which no update told (yet); those that nobody sends are not in it. @throws CallError. */
  async describe(sources: readonly number[], signal: AbortSignal): Promise<readonly ParticipantInfo[]> {
    return this.#typed(async () => {
      const { port, place } = await this.#at(signal);
      const request = new port.api.phone.GetGroupParticipants({
        call: place.input,
        ids: [],
        sources: sources.map(toSigned),
        offset: '',
        limit: sources.length,
      });
      const got = await port.invoke(request, { signal });
      const people = peopleOf(got.users, got.chats);
      return got.participants.filter((row) => !row.self).map((row) => participantOf(row, people));
    });
  }

  /** The parts of the call's broadcast, from now on; errs with a CallError when they cannot be had any more. */
  broadcast(rtmp: boolean): Observable<FetchedPart> {
    const at = (signal: AbortSignal) => this.#at(signal);
    return fetchBroadcast(broadcastSource(at, rtmp), this.#options.scheduler);
  }

  /** Shows the group that we speak; others see it for some seconds (tdlib says it again every 4 s). Never rejects. */
  async sayThatWeSpeak(signal: AbortSignal): Promise<void> {
    const found = this.#found;
    if (!found) return;
    const { port, place } = found;
    const request = new port.api.messages.SetTyping({ peer: place.chat.peer, action: new port.api.SpeakingInGroupCallAction() });
    // Only a decoration.
    await port.invoke(request, { signal }).catch(() => {});
  }

  async #at(signal: AbortSignal): Promise<{ readonly port: TelegramPort; readonly place: CallPlace }> {
    // A process that was restarted leaves without having looked the call up.
    if (!this.#found) await this.resolve(this.#options.address.address, signal);
    return this.#found!;
  }

  async #joinAs(port: TelegramPort, signal: AbortSignal): Promise<Api.TypeInputPeer> {
    const { as } = this.#options.address;
    if (as === undefined) return new port.api.InputPeerSelf();
    const { peer } = await findChat(port, { chat: { username: as } }, signal);
    return peer;
  }

  /** Makes a request that is answered by `updateGroupCallConnection`: in its result or, as some clients saw it, in the stream. */
  async #connection(
    port: TelegramPort,
    request: Api.phone.JoinGroupCall | Api.phone.JoinGroupCallPresentation,
    presentation: boolean,
    signal: AbortSignal,
  ): Promise<TransportAnswer> {
    const before = joining.get(port);
    const work = (async () => {
      await before?.catch(() => {});
      const stream = firstConnection(port, presentation, signal);
      try {
        const result = await port.invoke(request, { signal });
        const [own] = newsIn(result)
          .map(({ update }) => update)
          .filter((update) => isConnection(update, presentation));
        return readAnswer((own ?? (await stream.first)).params.data);
      } finally {
        stream.end();
      }
    })();
    joining.set(port, work);
    return work;
  }

  /** Does something; its errors come typed. */
  async #typed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new CallError(telegramFailure(error, this.#about()));
    }
  }

  /** As {@link #typed}, but what is so already, or some errors, count as done. */
  async #quietly(work: () => Promise<void>, ...fine: string[]): Promise<void> {
    await this.#typed(async () => {
      try {
        await work();
      } catch (error) {
        if (!isDoneAlready(error) && !isRpc(error, ...fine)) throw error;
      }
    });
  }

  #about(): Readonly<Record<string, string>> {
    const { chat, as } = this.#options.address;
    return { peer: as ?? ('username' in chat ? `@${chat.username}` : 'the group of the invite link') };
  }
}

function inputOf(port: TelegramPort, { id, accessHash = '0' }: CallRef): Api.InputGroupCall {
  return new port.api.InputGroupCall({ id: BigInt(id) as never, accessHash: BigInt(accessHash) as never });
}

function isConnection(update: Api.TypeUpdate, presentation: boolean): update is Api.UpdateGroupCallConnection {
  return update.className === 'UpdateGroupCallConnection' && (update.presentation === true) === presentation;
}

function firstConnection(port: TelegramPort, presentation: boolean, signal: AbortSignal) {
  let end = (): void => {};
  const first = new Promise<Api.UpdateGroupCallConnection>((resolve, reject) => {
    const subscription = port.updates$.pipe(filter(({ update }) => isConnection(update, presentation))).subscribe({
      next: ({ update }) => resolve(update as Api.UpdateGroupCallConnection),
      complete: () => reject(new Error('the connection was closed')),
    });
    const aborted = (): void => reject(new Error('nobody waits any more'));
    signal.addEventListener('abort', aborted);
    end = () => {
      subscription.unsubscribe();
      signal.removeEventListener('abort', aborted);
    };
  });
  // It is waited for only when the result has none.
  first.catch(() => {});
  return { first, end: () => end() };
}
