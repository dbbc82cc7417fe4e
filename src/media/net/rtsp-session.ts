import { voxError, type VoxError } from '../../errors.js';
import type { HttpSettings } from './http-request.js';
import { statusError } from './http-source.js';
import { RtspConnection } from './rtsp-connection.js';
import { RtspLogin } from './rtsp-login.js';
import type { RtspMessage } from './rtsp-message.js';
import { isRtsp, requestUri, rtspHost } from './rtsp-url.js';
import { controlUrl, sdpMedia, type SdpMedia, type SdpStream } from './sdp-media.js';
import { saysBye } from './rtp-splice.js';
import { shownUrl } from './url.js';

/** What a session tells. */
export interface RtspSessionOutlets {
  /** A packet of a stream came. */
  packet(kind: SdpStream['kind'], bytes: Buffer): void;
  /** What the sender reports of a stream came: a compound of RTCP packets. */
  report(kind: SdpStream['kind'], bytes: Buffer): void;
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

/** Sound and pictures of one server, described and set up over one TCP connection, on which their packets come too (RFC 2326 section 10.12). */
export class RtspSession {
  readonly #start: URL;
  readonly #settings: HttpSettings;
  readonly #outlets: RtspSessionOutlets;
  readonly #connection: RtspConnection;
  readonly #url: URL;
  #login: RtspLogin | undefined;
  #media: SdpMedia | undefined;
  #streams: readonly SdpStream[] = [];
  #base = '';
  #id = '';
  /** What comes on which channel; the one behind it has the reports. */
  readonly #channels = new Map<number, SdpStream['kind']>();
  #keepAlive = 'GET_PARAMETER';
  #cancelTimer = () => {};

  private constructor(start: URL, url: URL, settings: HttpSettings, outlets: RtspSessionOutlets) {
    this.#start = start;
    this.#url = url;
    this.#settings = settings;
    this.#outlets = outlets;
    this.#connection = new RtspConnection(url, settings, {
      packet: (channel, bytes) => {
        const kind = this.#channels.get(channel);
        if (kind) return outlets.packet(kind, bytes);
        const reported = this.#channels.get(channel - 1);
        if (!reported) return;
        outlets.report(reported, bytes);
        // The pictures of a recording may be shorter than its sound.
        if (reported === this.#streams[0]?.kind && saysBye(bytes)) outlets.bye();
      },
      lost: (error) => {
        this.#cancelTimer();
        outlets.lost(error);
      },
    });
  }

  /**
   * Connects, asks what there is, follows redirects, and sets up the first sound in it, and the first pictures if they are wanted.
   *
   * @param video true: pictures are wanted beside the sound; false: where there is no sound only; undefined: never.
   * @throws VoxError `URL_INVALID`, `URL_DNS`, `URL_UNREACHABLE`, `URL_NOT_PUBLIC`, `URL_CERTIFICATE`, `URL_REDIRECTS`, `URL_STATUS`,
   * `URL_NOT_MEDIA`, `STREAM_TIMEOUT`; the signal's reason when aborted.
   */
  static async open(
    start: URL,
    settings: HttpSettings,
    outlets: RtspSessionOutlets,
    video: boolean | undefined,
  ): Promise<RtspSession> {
    const seen = new Set<string>();
    let url = start;
    for (;;) {
      seen.add(url.href);
      settings.signal.throwIfAborted();
      const session = new RtspSession(start, url, settings, outlets);
      try {
        const answer = await session.#describe(video);
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

  /** What the server says about it. */
  get media(): SdpMedia {
    return this.#media!;
  }

  /** What was set up: the sound before the pictures. */
  get streams(): readonly SdpStream[] {
    return this.#streams;
  }

  /** Whether reading stands still. */
  get paused(): boolean {
    return this.#connection.paused;
  }

  set paused(paused: boolean) {
    this.#connection.paused = paused;
  }

  /**
   * Lets the packets come, from a position in seconds.
   *
   * @returns what the packets of each stream are stamped with at that position, where the server says so.
   * @throws VoxError as {@link RtspSession.open}.
   */
  async play(fromSec: number): Promise<ReadonlyMap<SdpStream['kind'], number>> {
    const range = { Range: `npt=${fromSec.toFixed(3)}-` };
    const answer = await this.#ask('PLAY', this.#aggregate, range);
    if (answer.status !== 200) throw statusError(this.#start, answer.status ?? 0);
    return this.#stamps(first(answer, 'rtp-info'));
  }

  /** Ends the session and the connection. Idempotent. */
  close(): void {
    this.#cancelTimer();
    if (this.#id !== '') this.#connection.tell('TEARDOWN', this.#aggregate, this.#headers('TEARDOWN', this.#aggregate, {}));
    this.#id = '';
    this.#connection.close();
  }

  /** `RTP-Info: url=…/trackID=1;seq=7;rtptime=90000,url=…` (RFC 2326 section 12.33). */
  #stamps(info: string): ReadonlyMap<SdpStream['kind'], number> {
    const stamps = new Map<SdpStream['kind'], number>();
    for (const part of info.split(/,(?=\s*url=)/)) {
      const [, url = ''] = /\burl="?([^;"]+)/.exec(part) ?? [];
      const [, time] = /\brtptime=(\d+)/.exec(part) ?? [];
      const stream = this.#streams.find(({ control }) => url !== '' && controlUrl(this.#base, control).endsWith(url.trim()));
      if (stream && time !== undefined) stamps.set(stream.kind, Number(time) >>> 0);
    }
    return stamps;
  }

  /** Fills {@link RtspSession.media}, or gives where else to ask. */
  async #describe(wantsVideo: boolean | undefined): Promise<string | undefined> {
    const uri = requestUri(this.#url);
    const answer = await this.#ask('DESCRIBE', uri, { Accept: 'application/sdp' });
    const to = first(answer, 'location');
    if (REDIRECTS.has(answer.status ?? 0) && to !== '') return to;
    if (answer.status !== 200) throw statusError(this.#start, answer.status ?? 0);
    const type = first(answer, 'content-type').split(';')[0]!.trim().toLowerCase();
    if (type !== '' && type !== 'application/sdp') throw this.#notMedia(`the server describes it by ${type}`);
    const media = sdpMedia(answer.body.toString());
    const { audio, video } = media;
    this.#media = media;
    const shown = wantsVideo === true || (wantsVideo === false && !audio) ? video : undefined;
    this.#streams = [audio, shown].filter((stream) => stream !== undefined);
    if (this.#streams.length === 0)
      throw this.#notMedia(wantsVideo === undefined ? 'it has no sound' : 'it has neither sound nor pictures');
    this.#base = first(answer, 'content-base') || first(answer, 'content-location') || uri;
    return undefined;
  }

  async #setUp(): Promise<void> {
    const [main, ...others] = this.#streams;
    const fault = await this.#setUpOne(main!, 0);
    if (fault) throw fault;
    // A server that has sound has done its part.
    for (const [i, stream] of others.entries()) {
      if (await this.#setUpOne(stream, 2 * (i + 1))) this.#streams = this.#streams.filter((other) => other !== stream);
    }
  }

  /** Sets one stream up on a channel and the one behind it; gives why not. */
  async #setUpOne({ kind, control }: SdpStream, channel: number): Promise<VoxError | undefined> {
    const uri = controlUrl(this.#base, control);
    const asked = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`;
    const answer = await this.#ask('SETUP', uri, { Transport: asked });
    if (answer.status === UNSUPPORTED_TRANSPORT) return this.#notMedia('its server does not send over TCP');
    if (answer.status !== 200) return statusError(this.#start, answer.status ?? 0);
    const transport = first(answer, 'transport');
    if (!/\bTCP\b/i.test(transport)) return this.#notMedia('its server does not send over TCP');
    this.#channels.set(Number(/interleaved=(\d+)/.exec(transport)?.[1] ?? channel), kind);
    if (this.#id !== '') return undefined;
    const [id = '', ...parameters] = first(answer, 'session').split(';');
    this.#id = id.trim();
    const stated = Number(/timeout\s*=\s*(\d+)/i.exec(parameters.join(';'))?.[1] ?? USUAL_SEC);
    // Twice in that time, so that one may be late.
    this.#stayAlive(Math.max(1, Math.min(stated || USUAL_SEC, 2 * USUAL_SEC) / 2) * 1000);
    return undefined;
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
    return controlUrl(this.#base, this.#media?.sessionControl ?? '');
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
