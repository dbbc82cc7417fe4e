import { voxError, type VoxError } from '../../errors.js';
import type { HttpSettings } from './http-request.js';
import { statusError } from './http-source.js';
import { RtspConnection } from './rtsp-connection.js';
import { RtspLogin } from './rtsp-login.js';
import type { RtspMessage } from './rtsp-message.js';
import { isRtsp, requestUri, rtspHost } from './rtsp-url.js';
import { controlUrl, sdpAudio, type SdpAudio } from './sdp-audio.js';
import { saysBye } from './rtp-splice.js';
import { shownUrl } from './url.js';

/** What a session tells. */
export interface RtspSessionOutlets {
  /** A packet of sound came. */
  packet(bytes: Buffer): void;
  /** The server says that nothing more follows. */
  bye(): void;
  /** The connection is over. */
  lost(error: Error): void;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** How long a session lives when its server does not say, in seconds (RFC 2326 section 12.37). */
const USUAL_SEC = 60;

/** A server that takes nothing but UDP, which no firewall lets through. */
const UNSUPPORTED_TRANSPORT = 461;

/** Sound of one server, described and set up over one TCP connection, on which its packets come too (RFC 2326 section 10.12). */
export class RtspSession {
  readonly #start: URL;
  readonly #settings: HttpSettings;
  readonly #outlets: RtspSessionOutlets;
  readonly #connection: RtspConnection;
  readonly #url: URL;
  #login: RtspLogin | undefined;
  #audio: SdpAudio | undefined;
  #base = '';
  #id = '';
  #channel = 0;
  #keepAlive = 'GET_PARAMETER';
  #cancelTimer = () => {};

  private constructor(start: URL, url: URL, settings: HttpSettings, outlets: RtspSessionOutlets) {
    this.#start = start;
    this.#url = url;
    this.#settings = settings;
    this.#outlets = outlets;
    this.#connection = new RtspConnection(url, settings, {
      packet: (channel, bytes) => {
        if (channel === this.#channel) outlets.packet(bytes);
        else if (channel === this.#channel + 1 && saysBye(bytes)) outlets.bye();
      },
      lost: (error) => {
        this.#cancelTimer();
        outlets.lost(error);
      },
    });
  }

  /**
   * Connects, asks what there is, follows redirects, and sets up the first sound in it.
   *
   * @throws VoxError `URL_INVALID`, `URL_DNS`, `URL_UNREACHABLE`, `URL_NOT_PUBLIC`, `URL_CERTIFICATE`, `URL_REDIRECTS`, `URL_STATUS`,
   * `URL_NOT_MEDIA`, `STREAM_TIMEOUT`; the signal's reason when aborted.
   */
  static async open(start: URL, settings: HttpSettings, outlets: RtspSessionOutlets): Promise<RtspSession> {
    const seen = new Set<string>();
    let url = start;
    for (;;) {
      seen.add(url.href);
      settings.signal.throwIfAborted();
      const session = new RtspSession(start, url, settings, outlets);
      try {
        const answer = await session.#describe();
        if (answer === undefined) {
          await session.#setUp();
          return session;
        }
        session.close();
        url = redirected(start, answer, url);
        if (seen.has(url.href)) throw redirects(start, 'its redirects go in a circle');
        if (seen.size > MAX_REDIRECTS) throw redirects(start, `it redirects more than ${MAX_REDIRECTS} times`);
      } catch (error) {
        session.close();
        throw error;
      }
    }
  }

  /** What was set up. */
  get audio(): SdpAudio {
    return this.#audio!;
  }

  /** Whether reading stands still. */
  get paused(): boolean {
    return this.#connection.paused;
  }

  set paused(paused: boolean) {
    this.#connection.paused = paused;
  }

  /** Lets the packets come, from a position in seconds. @throws VoxError as {@link RtspSession.open}. */
  async play(fromSec: number): Promise<void> {
    const range = { Range: `npt=${fromSec.toFixed(3)}-` };
    const answer = await this.#ask('PLAY', this.#aggregate, range);
    if (answer.status !== 200) throw statusError(this.#start, answer.status ?? 0);
  }

  /** Ends the session and the connection. Idempotent. */
  close(): void {
    this.#cancelTimer();
    if (this.#id !== '') this.#connection.tell('TEARDOWN', this.#aggregate, this.#headers('TEARDOWN', this.#aggregate, {}));
    this.#id = '';
    this.#connection.close();
  }

  /** Fills {@link RtspSession.audio}, or gives where else to ask. */
  async #describe(): Promise<string | undefined> {
    const uri = requestUri(this.#url);
    const answer = await this.#ask('DESCRIBE', uri, { Accept: 'application/sdp' });
    const to = first(answer, 'location');
    if (REDIRECTS.has(answer.status ?? 0) && to !== '') return to;
    if (answer.status !== 200) throw statusError(this.#start, answer.status ?? 0);
    const type = first(answer, 'content-type').split(';')[0]!.trim().toLowerCase();
    if (type !== '' && type !== 'application/sdp') throw this.#notMedia(`the server describes it by ${type}`);
    this.#audio = sdpAudio(answer.body.toString());
    if (!this.#audio) throw this.#notMedia('it has no sound');
    this.#base = first(answer, 'content-base') || first(answer, 'content-location') || uri;
    return undefined;
  }

  async #setUp(): Promise<void> {
    const uri = controlUrl(this.#base, this.audio.control);
    const answer = await this.#ask('SETUP', uri, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
    if (answer.status === UNSUPPORTED_TRANSPORT) throw this.#notMedia('its server does not send over TCP');
    if (answer.status !== 200) throw statusError(this.#start, answer.status ?? 0);
    const transport = first(answer, 'transport');
    if (!/\bTCP\b/i.test(transport)) throw this.#notMedia('its server does not send over TCP');
    this.#channel = Number(/interleaved=(\d+)/.exec(transport)?.[1] ?? 0);
    const [id = '', ...parameters] = first(answer, 'session').split(';');
    this.#id = id.trim();
    const stated = Number(/timeout\s*=\s*(\d+)/i.exec(parameters.join(';'))?.[1] ?? USUAL_SEC);
    // Twice in that time, so that one may be late.
    this.#stayAlive(Math.max(1, Math.min(stated || USUAL_SEC, 2 * USUAL_SEC) / 2) * 1000);
  }

  #stayAlive(everyMs: number): void {
    this.#cancelTimer = this.#settings.timer(everyMs, () => {
      this.#stayAlive(everyMs);
      this.#ask(this.#keepAlive, this.#aggregate).then(
        ({ status }) => {
          // Servers that do not know the one know the other, and those count any request.
          if (status !== 200) this.#keepAlive = 'OPTIONS';
        },
        // A question that is not answered is a lost connection.
        (error: Error) => {
          this.#cancelTimer();
          this.#outlets.lost(error);
        },
      );
    });
  }

  get #aggregate(): string {
    return controlUrl(this.#base, this.#audio?.sessionControl ?? '');
  }

  async #ask(method: string, uri: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspMessage> {
    const answer = await this.#connection.ask(method, uri, this.#headers(method, uri, headers));
    const { username, password } = this.#url;
    if (answer.status !== 401 || username === '') return answer;
    const credentials = { user: decoded(username), password: decoded(password) };
    this.#login = RtspLogin.answer(answer.headers.get('www-authenticate') ?? [], credentials);
    return this.#login ? this.#connection.ask(method, uri, this.#headers(method, uri, headers)) : answer;
  }

  #headers(method: string, uri: string, headers: Readonly<Record<string, string>>): Record<string, string> {
    // Whoever is redirected to must not learn what was meant for the first server.
    const own = rtspHost(this.#url) === rtspHost(this.#start) ? this.#settings.headers : {};
    return {
      ...own,
      ...headers,
      ...(this.#id !== '' && { Session: this.#id }),
      ...(this.#login && { Authorization: this.#login.header({ method, uri }) }),
    };
  }

  #notMedia(reason: string): VoxError {
    return voxError('URL_NOT_MEDIA', { url: shownUrl(this.#start), reason });
  }
}

/** A percent sign that begins no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function first({ headers }: RtspMessage, name: string): string {
  return headers.get(name)?.[0] ?? '';
}

function redirects(url: URL, reason: string): VoxError {
  return voxError('URL_REDIRECTS', { url: shownUrl(url), reason });
}

function redirected(start: URL, to: string, from: URL): URL {
  if (!URL.canParse(to, from.href)) throw redirects(start, `it redirects to "${to}", which is no address`);
  const url = new URL(to, from.href);
  if (!isRtsp(url) || rtspHost(url) === '') throw redirects(start, `it redirects to ${shownUrl(url)}, and only rtsp is followed`);
  // A login is for the server it was given for.
  if (rtspHost(url) === rtspHost(from) && url.username === '') {
    url.username = from.username;
    url.password = from.password;
  }
  return url;
}
