import type { Api } from 'telegram';
import { isDoneAlready } from './failures.js';
import { type CallPlace, createCall, type NewCall } from './find-call.js';
import { asLong, type InvokeOptions, type TelegramPort } from './port.js';
import { FULL_VOLUME } from './participants.js';

/** Changes to somebody in a call, by an admin, or for ourselves alone by anybody else. */
export interface ParticipantChange {
  /** An admin's mute lasts until he allows speaking again; anybody else mutes for himself. */
  readonly muted?: boolean;
  /** 1 is 100 %, at most 2. */
  readonly volume?: number;
}

/** What is done with a call as a whole and with the others in it; most of it is for admins. */
export class TelegramControls {
  readonly #port: TelegramPort;
  readonly #place: CallPlace;

  /**
   * @param port the account's connection.
   * @param place the call.
   */
  constructor(port: TelegramPort, place: CallPlace) {
    this.#port = port;
    this.#place = place;
  }

  /** Starts a call in the same chat, now or later. @throws TelegramRpcError. */
  create(given: NewCall, signal?: AbortSignal): Promise<CallPlace> {
    return createCall(this.#port, this.#place.chat, given, signal);
  }

  /** Begins a scheduled call; resolves too if it has begun. @throws TelegramRpcError. */
  async start(options?: InvokeOptions): Promise<void> {
    await this.#ask(new this.#port.api.phone.StartScheduledGroupCall({ call: this.#place.input }), options);
  }

  /** Whether to be told when a scheduled call begins. @throws TelegramRpcError. */
  async subscribe(subscribed: boolean, options?: InvokeOptions): Promise<void> {
    await this.#ask(new this.#port.api.phone.ToggleGroupCallStartSubscription({ call: this.#place.input, subscribed }), options);
  }

  /** Ends the call for everybody; resolves too if it is over. @throws TelegramRpcError. */
  async end(options?: InvokeOptions): Promise<void> {
    await this.#ask(new this.#port.api.phone.DiscardGroupCall({ call: this.#place.input }), options);
  }

  /** Changes its title. @throws TelegramRpcError. */
  async setTitle(title: string, options?: InvokeOptions): Promise<void> {
    await this.#ask(new this.#port.api.phone.EditGroupCallTitle({ call: this.#place.input, title }), options);
  }

  /** Whether those who join are muted. @throws TelegramRpcError. */
  async setJoinMuted(joinMuted: boolean, options?: InvokeOptions): Promise<void> {
    await this.#ask(new this.#port.api.phone.ToggleGroupCallSettings({ call: this.#place.input, joinMuted }), options);
  }

  /** Lets Telegram record it, or end that; the recording comes to the admin's saved messages. @throws TelegramRpcError. */
  async record(
    on: boolean,
    given: { readonly title?: string; readonly video?: 'portrait' | 'landscape' } = {},
    options?: InvokeOptions,
  ): Promise<void> {
    const request = new this.#port.api.phone.ToggleGroupCallRecord({
      call: this.#place.input,
      ...(on && { start: true }),
      ...(on && given.title !== undefined && { title: given.title }),
      ...(on && given.video !== undefined && { video: true, videoPortrait: given.video === 'portrait' }),
    });
    await this.#ask(request, options);
  }

  /** Invites users, by their public names. @throws TelegramRpcError such as `USER_PRIVACY_RESTRICTED`, `USER_ALREADY_INVITED`. */
  async invite(usernames: readonly string[], options?: InvokeOptions): Promise<void> {
    const { api } = this.#port;
    const users: Api.TypeInputUser[] = [];
    for (const username of usernames) {
      const found = await this.#port.invoke(new api.contacts.ResolveUsername({ username: username.replace(/^@/, '') }), options);
      for (const user of found.users) {
        if (user.className === 'User')
          users.push(new api.InputUser({ userId: user.id, accessHash: user.accessHash ?? asLong('0') }));
      }
    }
    await this.#port.invoke(new api.phone.InviteToGroupCall({ call: this.#place.input, users }), options);
  }

  /** A link to the call itself; with one of `speaker` one may speak at once. @throws TelegramRpcError `PUBLIC_CHANNEL_MISSING`. */
  async inviteLink(speaker: boolean, options?: InvokeOptions): Promise<string> {
    const { api } = this.#port;
    const request = new api.phone.ExportGroupCallInvite({ call: this.#place.input, ...(speaker && { canSelfUnmute: true }) });
    return (await this.#port.invoke(request, options)).link;
  }

  /** Whom the account may join as: itself and channels of its own, with their names. @throws TelegramRpcError. */
  async joinAsPeers(options?: InvokeOptions): Promise<Api.phone.JoinAsPeers> {
    return this.#port.invoke(new this.#port.api.phone.GetGroupCallJoinAs({ peer: this.#place.chat.peer }), options);
  }

  /**
   * Mutes somebody else or changes his volume.
   *
   * @param participantId as the participants are told.
   * @throws TelegramRpcError `USER_VOLUME_INVALID`, `GROUPCALL_FORBIDDEN`, `PARTICIPANT_JOIN_MISSING`.
   */
  async editParticipant(participantId: string, change: ParticipantChange, options?: InvokeOptions): Promise<void> {
    const { api } = this.#port;
    const request = new api.phone.EditGroupCallParticipant({
      call: this.#place.input,
      participant: await this.#peer(participantId, options),
      ...(change.muted !== undefined && { muted: change.muted }),
      ...(change.volume !== undefined && { volume: telegramVolume(change.volume) }),
    });
    await this.#ask(request, options);
  }

  /** Writes in the group. @throws TelegramRpcError such as `CHAT_WRITE_FORBIDDEN`. */
  async say(text: string, options?: InvokeOptions): Promise<void> {
    const randomId = asLong(BigInt(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)) + 1n);
    await this.#port.invoke(
      new this.#port.api.messages.SendMessage({ peer: this.#place.chat.peer, message: text, randomId }),
      options,
    );
  }

  /** Where RTMP software must send, for calls made with `rtmp`; the key is a secret. @throws TelegramRpcError. */
  async rtmp(options?: InvokeOptions): Promise<{ readonly url: string; readonly key: string }> {
    const request = new this.#port.api.phone.GetGroupCallStreamRtmpUrl({ peer: this.#place.chat.peer, revoke: false });
    const { url, key } = await this.#port.invoke(request, options);
    return { url, key };
  }

  /** A participant as a request names him: with the hash of access that the server gives with the list. */
  async #peer(participantId: string, options?: InvokeOptions): Promise<Api.TypeInputPeer> {
    const { api } = this.#port;
    let offset = '';
    do {
      const request = new api.phone.GetGroupParticipants({ call: this.#place.input, ids: [], sources: [], offset, limit: 100 });
      const got = await this.#port.invoke(request, options);
      for (const user of got.users) {
        if (user.className === 'User' && String(user.id) === participantId)
          return new api.InputPeerUser({ userId: user.id, accessHash: user.accessHash ?? asLong('0') });
      }
      for (const chat of got.chats) {
        if (chat.className === 'Channel' && `-100${String(chat.id)}` === participantId)
          return new api.InputPeerChannel({ channelId: chat.id, accessHash: chat.accessHash ?? asLong('0') });
      }
      offset = got.nextOffset;
    } while (offset);
    return new api.InputPeerUser({ userId: asLong(participantId.replace(/^-100|^-/, '')), accessHash: asLong('0') });
  }

  async #ask(request: Parameters<TelegramPort['invoke']>[0], options?: InvokeOptions): Promise<void> {
    try {
      await this.#port.invoke(request, options);
    } catch (error) {
      if (!isDoneAlready(error)) throw error;
    }
  }
}

/** A volume as Telegram counts: 10,000 is 100 %. */
export function telegramVolume(volume: number): number {
  return Math.min(2 * FULL_VOLUME, Math.max(1, Math.round(volume * FULL_VOLUME)));
}
