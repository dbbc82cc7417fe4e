import { filter, type Observable } from 'rxjs';
import type { Api } from 'telegram';
import { CallError, callFailure } from '../../machines/failure.js';
import type { QrCode, SentCode, SignInEffects, SignInStep } from '../../machines/sign-in-types.js';
import type { StoredAccount } from './account-store.js';
import { connectTelegram, type TelegramClientOptions } from './client.js';
import { isRpc, telegramFailure } from './failures.js';
import type { TelegramLibrary } from './library.js';
import type { TelegramPort } from './port.js';
import { nameOf } from './updates.js';

/** What a sign-in needs. */
export interface TelegramSignInOptions extends TelegramClientOptions {
  readonly library: () => Promise<TelegramLibrary>;
  /** Stores the account. */
  readonly save: (account: StoredAccount) => void;
}

const SIGNED_IN: SignInStep = { type: 'signed-in' };

/** A sign-in as Telegram has it. Phone number, hash of the code and key stay in here. */
export class TelegramSignIn implements SignInEffects {
  readonly #options: TelegramSignInOptions;
  #port: TelegramPort | undefined;
  #sent: { readonly phone: string; readonly hash: string } | undefined;
  #state: 'open' | 'signed-in' | 'kept' = 'open';

  /** @param options the program's api id and hash, and where to store the account. */
  constructor(options: TelegramSignInOptions) {
    this.#options = options;
  }

  async connect(): Promise<void> {
    await this.#typed(async () => {
      await this.#port?.close();
      this.#port = await connectTelegram(await this.#options.library(), this.#options);
    });
  }

  async sendCode(phone: string, signal: AbortSignal): Promise<SentCode> {
    const phoneNumber = phone.replaceAll(/[^\d+]/g, '');
    return this.#typed(async (port) => {
      const { id, hash } = this.#options.api;
      const settings = new port.api.CodeSettings({});
      const request = new port.api.auth.SendCode({ phoneNumber, apiId: id, apiHash: hash, settings });
      return this.#codeSent(phoneNumber, await port.invoke(request, { signal }));
    });
  }

  async resendCode(signal: AbortSignal): Promise<SentCode> {
    return this.#typed(async (port) => {
      const { phone, hash } = this.#sent!;
      const request = new port.api.auth.ResendCode({ phoneNumber: phone, phoneCodeHash: hash });
      return this.#codeSent(phone, await port.invoke(request, { signal }));
    });
  }

  async checkCode(code: string, signal: AbortSignal): Promise<SignInStep> {
    return this.#typed(async (port) => {
      const { phone, hash } = this.#sent!;
      const phoneCode = code.replaceAll(/\s|-/g, '');
      const request = new port.api.auth.SignIn({ phoneNumber: phone, phoneCodeHash: hash, phoneCode });
      const answer = await this.#orPassword(port, () => port.invoke(request, { signal }), signal);
      if ('type' in answer) return answer;
      if (answer.className === 'auth.AuthorizationSignUpRequired')
        throw new CallError(callFailure('TELEGRAM_NOT_REGISTERED', {}, 'never'));
      this.#state = 'signed-in';
      return SIGNED_IN;
    });
  }

  async checkPassword(password: string, signal: AbortSignal): Promise<SignInStep> {
    return this.#typed(async (port) => {
      // A question is good for one answer.
      const question = await port.invoke(new port.api.account.GetPassword(), { signal });
      const answer = await port.checkPassword(question, password);
      await port.invoke(new port.api.auth.CheckPassword({ password: answer }), { signal });
      this.#state = 'signed-in';
      return SIGNED_IN;
    });
  }

  async requestQr(signal: AbortSignal): Promise<QrCode | SignInStep> {
    return this.#typed(async (port) => {
      const { id, hash } = this.#options.api;
      const ask = () => port.invoke(new port.api.auth.ExportLoginToken({ apiId: id, apiHash: hash, exceptIds: [] }), { signal });
      let answer = await this.#orPassword(port, ask, signal);
      if ('className' in answer && answer.className === 'auth.LoginTokenMigrateTo') {
        const { dcId, token } = answer;
        await port.moveTo(dcId);
        answer = await this.#orPassword(
          port,
          () => port.invoke(new port.api.auth.ImportLoginToken({ token }), { signal }),
          signal,
        );
      }
      if ('type' in answer) return answer;
      if (answer.className === 'auth.LoginToken') {
        // https://core.telegram.org/api/qr-login
        return { url: `tg://login?token=${answer.token.toString('base64url')}`, expiresAtMs: answer.expires * 1000 };
      }
      this.#state = 'signed-in';
      return SIGNED_IN;
    });
  }

  scanned(): Observable<unknown> {
    return this.#port!.updates$.pipe(filter(({ update }) => update.className === 'UpdateLoginToken'));
  }

  async keep(signal: AbortSignal): Promise<void> {
    await this.#typed(async (port) => {
      const [me] = await port.invoke(new port.api.users.GetUsers({ id: [new port.api.InputUserSelf()] }), { signal });
      const keep = port.keep();
      if (me?.className !== 'User' || !keep) throw new Error('Telegram does not say who is signed in');
      if (me.bot) throw new CallError(callFailure('TELEGRAM_BOT', {}, 'never'));
      const user = { id: String(me.id), name: nameOf(me) ?? '', ...(me.username != null && { username: me.username }) };
      this.#options.save({ version: 1, api: { id: this.#options.api.id, hash: this.#options.api.hash }, keep, user });
      this.#state = 'kept';
    });
  }

  async close(): Promise<void> {
    const port = this.#port;
    if (!port) return;
    // What was begun is taken back, or a code stays valid and a session that nobody has stays in the list of devices.
    if (this.#state === 'open' && this.#sent) {
      const { phone, hash } = this.#sent;
      await port
        .invoke(new port.api.auth.CancelCode({ phoneNumber: phone, phoneCodeHash: hash }), { limitMs: 3000 })
        .catch(() => {});
    }
    if (this.#state === 'signed-in') await port.invoke(new port.api.auth.LogOut(), { limitMs: 3000 }).catch(() => {});
    await port.close();
  }

  #codeSent(phone: string, sent: Api.auth.TypeSentCode): SentCode {
    if (sent.className !== 'auth.SentCode') throw new Error('Telegram signed in without a code');
    this.#sent = { phone, hash: sent.phoneCodeHash };
    const via = sent.type.className.replace('auth.SentCodeType', '');
    if (via === 'SetUpEmailRequired') {
      const error = 'an e-mail address must be set up for the account first, in the Telegram app';
      throw new CallError(callFailure('TELEGRAM_REFUSED', { method: 'auth.sendCode', error }, 'never'));
    }
    return { via: via.charAt(0).toLowerCase() + via.slice(1), ...('length' in sent.type && { length: sent.type.length }) };
  }

  /** What a request answers, or that a password is wanted. */
  async #orPassword<T extends object>(
    port: TelegramPort,
    ask: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | Extract<SignInStep, { type: 'password' }>> {
    try {
      return await ask();
    } catch (error) {
      if (!isRpc(error, 'SESSION_PASSWORD_NEEDED')) throw error;
      const { hint } = await port.invoke(new port.api.account.GetPassword(), { signal });
      return { type: 'password', hint: hint ?? '' };
    }
  }

  async #typed<T>(work: (port: TelegramPort) => Promise<T>): Promise<T> {
    try {
      return await work(this.#port!);
    } catch (error) {
      throw new CallError(telegramFailure(error));
    }
  }
}
