import { type Observable, Subject, tap, throwError } from 'rxjs';
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
import { TelegramControls } from './controls.js';
import { askForConnection } from './connection-answer.js';
import { watchCall, WATCH_TIMES, type WatchTimes } from './call-watch.js';
import { isDoneAlready, isRpc, telegramFailure } from './failures.js';
import { type CallPlace, findCall, findChat } from './find-call.js';
import { joinJson, toSigned } from './join-json.js';
import { ownEdits } from './own-edits.js';
import type { OwnMute } from './own-rows.js';
import { participantOf } from './participants.js';
import type { TelegramPort } from './port.js';
import { peopleOf } from './updates.js';

/** What the signalling of a Telegram call needs. */
export interface TelegramSignallingOptions {
  readonly address: TelegramAddress;
  /** The account's connection: another one after it was lost. Rejects while there is none. */
  readonly port: (signal: AbortSignal) => Promise<TelegramPort>;
  readonly scheduler: Scheduler;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly times?: Partial<WatchTimes>;
}

/** The words exchanged with Telegram about one call. */
export class TelegramSignalling implements Signalling {
  readonly #options: TelegramSignallingOptions;
  #found: { readonly port: TelegramPort; readonly place: CallPlace } | undefined;
  #source: number | undefined;
  #screenSource: number | undefined;
  /** What we asked to join with last: what the server says of it may come before its answer. */
  #offered: number | undefined;
  /** How the server knows us by our own words, and what it says of our sound itself. */
  #told: SelfChange = {};
  #ownMute: OwnMute | undefined;
  /** The server's clock at our join, in milliseconds since 1970, and ours, in microseconds. */
  #clock: { readonly serverMs: number; readonly atUs: number } | undefined;
  /** Asks whether we are in the call, out of turn. */
  readonly #doubts = new Subject<void>();

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
      const place = await findCall(port, chat, address, this.#options.nowMs(), signal);
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
      const muted = self.muted === true;
      // Whoever has no picture must say so, or is shown with an empty one.
      const videoStopped = self.videoStopped === true || params.sourceGroups.length === 0;
      const request = new port.api.phone.JoinGroupCall({
        call: place.input,
        joinAs: await this.#joinAs(port, signal),
        params: new port.api.DataJSON({ data: joinJson(params) }),
        ...(muted && { muted }),
        ...(videoStopped && { videoStopped }),
        ...(this.#options.address.callInvite !== undefined && { inviteHash: this.#options.address.callInvite }),
      });
      [this.#offered, this.#ownMute, this.#told] = [params.source, undefined, { muted, videoStopped }];
      const { answer, dateSec, call = place.call } = await askForConnection(port, request, signal);
      [this.#source, this.#screenSource] = [params.source, undefined];
      this.#clock = dateSec ? { serverMs: dateSec * 1000, atUs: this.#options.scheduler.nowUs() } : undefined;
      if (String(call.id) === String(place.input.id)) this.#found = { port, place: { ...place, call } };
      // The call itself says so too (tdesktop).
      const rtmp = call.rtmpStream === true;
      return { answer: answer.kind === 'broadcast' ? { ...answer, rtmp: answer.rtmp || rtmp } : answer };
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
    const { port, place } = await this.#at(signal);
    const participant = await this.#typed(() => this.#joinAs(port, signal));
    const failures: unknown[] = [];
    // One thing at a time, as tdesktop and tdlib do: a refusal of one, such as to speak, leaves the others done.
    for (const { told, asked } of ownEdits(self, this.#told, this.#ownMute)) {
      const request = new port.api.phone.EditGroupCallParticipant({ call: place.input, participant, ...asked });
      const before = this.#told;
      // Its update may come before its answer.
      this.#told = { ...before, ...told };
      try {
        await this.#quietly(async () => void (await this.#doubting(port.invoke(request, { signal }))));
        if (told.muted !== undefined && this.#ownMute) this.#ownMute = { ...this.#ownMute, muted: told.muted };
      } catch (error) {
        this.#told = before;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
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
      doubts$: this.#doubts,
      joinAs: (signal) => this.#joinAs(found.port, signal),
      own: {
        source: () => this.#offered,
        wantsMuted: () => this.#told.muted === true,
        onMute: (mute) => (this.#ownMute = mute),
      },
    }).pipe(
      tap(({ type }) => {
        if (type === 'self.muted') this.#told = { ...this.#told, muted: true };
        // With leave to speak the hand is down.
        if (type === 'self.allowed') this.#told = { ...this.#told, handRaised: false };
      }),
    );
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
      const { answer } = await this.#doubting(askForConnection(port, request, signal));
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
    return fetchBroadcast(
      broadcastSource(at, rtmp, () => this.#serverMs()),
      this.#options.scheduler,
    );
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

  /** The server's clock, to a second; undefined: it never told. */
  #serverMs(): number | undefined {
    const { scheduler } = this.#options;
    return this.#clock && this.#clock.serverMs + (scheduler.nowUs() - this.#clock.atUs) / 1000;
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

  /** What comes of a request that only somebody in the call may make: a refusal says that perhaps we are not (tdesktop joins anew then). */
  async #doubting<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isRpc(error, 'GROUPCALL_FORBIDDEN', 'GROUPCALL_JOIN_MISSING', 'PARTICIPANT_JOIN_MISSING')) this.#doubts.next();
      throw error;
    }
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
    if ('number' in chat) return { peer: as ?? chat.number };
    return { peer: as ?? ('username' in chat ? `@${chat.username}` : 'the group of the invite link') };
  }
}

function inputOf(port: TelegramPort, { id, accessHash = '0' }: CallRef): Api.InputGroupCall {
  return new port.api.InputGroupCall({ id: BigInt(id) as never, accessHash: BigInt(accessHash) as never });
}
