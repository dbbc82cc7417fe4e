import { createDecipheriv } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { problem, reasonOf, VoxError, voxError, type Problem } from '../../errors.js';
import type { ByteSource } from './byte-source.js';
import { fetchBytes } from './fetch-bytes.js';
import { chooseVariant, parseHls, type HlsPlaylist, type HlsRange, type HlsSegment } from './hls-playlist.js';
import type { HttpSourceSettings } from './http-source.js';
import { ReadBuffer } from './read-buffer.js';
import { retryDelayMs } from './retry.js';
import { shownUrl } from './url.js';

/** The demuxers of segments: MPEG-TS, fragmented MP4 and packed audio (RFC 8216 3). */
const FORMATS = 'mpegts,mov,mp4,m4a,3gp,3g2,mj2,aac,mp3,ac3,eac3';

/** The next segment is fetched when fewer bytes than this wait. */
const LOW_WATER = 256 * 1024;

/** A live stream is joined so many segments before its end (RFC 8216 6.3.3). */
const LIVE_SEGMENTS = 3;

const MOST_LIST_BYTES = 8 * 1024 * 1024;
const MOST_SEGMENT_BYTES = 64 * 1024 * 1024;
const MOST_KEY_BYTES = 16;

/** Opens an HLS stream whose playlist has been fetched already. @throws VoxError `URL_NOT_MEDIA`, and those of fetching. */
export async function openHlsSource(start: URL, listUrl: URL, text: string, settings: HttpSourceSettings): Promise<HlsSource> {
  const agents = newAgents();
  const all = { ...settings, agents };
  try {
    const choice = worded(start, () => chooseVariant(text, listUrl.href, settings.video));
    const sound = choice ? await fetchBytes(new URL(choice.sound), all, MOST_LIST_BYTES) : undefined;
    const listed = sound ?? { url: listUrl, bytes: Buffer.from(text) };
    const playlist = worded(start, () => parseHls(listed.bytes.toString(), listed.url.href));
    if (playlist.segments.length === 0 && playlist.ended) throw notMedia(start, 'its playlist is empty');
    const pictures = choice?.pictures === undefined ? undefined : await openPictures(start, choice.pictures, all);
    return new HlsSource(start, listed.url, playlist, all, pictures);
  } catch (error) {
    release(agents);
    throw error;
  }
}

/** Pictures that cannot be had leave the sound. */
async function openPictures(start: URL, list: string, settings: HttpSourceSettings): Promise<HlsSource | undefined> {
  const agents = newAgents();
  try {
    // What happens to them happens beside the sound, which alone is told of.
    const own = { ...settings, agents, tell: () => {} };
    const { bytes, url } = await fetchBytes(new URL(list), own, MOST_LIST_BYTES);
    return new HlsSource(start, url, parseHls(bytes.toString(), url.href), own);
  } catch {
    release(agents);
    settings.signal.throwIfAborted();
    return undefined;
  }
}

function notMedia(url: URL, reason: string): VoxError {
  return voxError('URL_NOT_MEDIA', { url: shownUrl(url), reason });
}

function worded<T>(url: URL, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw notMedia(url, reasonOf(error));
  }
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

type Settings = HttpSourceSettings & { readonly agents: Agents };

function newAgents(): Agents {
  const options = { keepAlive: true, maxSockets: 2 };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}

function release({ http, https }: Agents): void {
  http.destroy();
  https.destroy();
}

/**
 * The segments of an HLS stream (RFC 8216) as one row of bytes. A live one is joined three segments before its end, and again there
 * when its server no longer has what comes next.
 */
export class HlsSource implements ByteSource {
  readonly length = undefined;
  readonly seekable = false;
  readonly live: boolean;
  readonly formats = FORMATS;
  failure: Problem | undefined;
  readonly #start: URL;
  readonly #listUrl: URL;
  readonly #settings: Settings;
  readonly #buffer = new ReadBuffer();
  readonly #aborted = new AbortController();
  #playlist: HlsPlaylist;
  #next: number;
  #map = '';
  #keyUrl = '';
  #key: Buffer = Buffer.alloc(0);
  #head = Buffer.alloc(0);
  #attempt = 0;
  #wake = () => {};

  /**
   * @param start what was asked for. @param listUrl where the media playlist is. @param playlist it. @param settings of requests.
   * @param pictures those that belong to it, where they come apart; closed with it.
   */
  constructor(
    start: URL,
    listUrl: URL,
    playlist: HlsPlaylist,
    settings: Settings,
    readonly pictures?: HlsSource,
  ) {
    this.#start = start;
    this.#listUrl = listUrl;
    this.#playlist = playlist;
    this.#settings = { ...settings, signal: AbortSignal.any([settings.signal, this.#aborted.signal]) };
    this.live = !playlist.ended;
    this.#next = this.#joinAt();
    void this.#run();
  }

  get head(): Uint8Array {
    return this.#head;
  }

  read(size: number): Buffer | null | Promise<Buffer | null> {
    const bytes = this.#buffer.read(size);
    if (this.#buffer.length < LOW_WATER) this.#wake();
    return bytes;
  }

  ready(bytes: number): Promise<void> {
    return this.#buffer.ready(Math.min(bytes, LOW_WATER));
  }

  seek(): void {
    throw new Error('HLS streams cannot be sought by bytes');
  }

  close(): void {
    this.#aborted.abort(new Error('closed'));
    this.pictures?.close();
    release(this.#settings.agents);
    this.#buffer.end();
    this.#wake();
  }

  #joinAt(): number {
    const { segments, ended } = this.#playlist;
    return segments[ended ? 0 : Math.max(0, segments.length - LIVE_SEGMENTS)]?.sequence ?? 0;
  }

  get #closed(): boolean {
    return this.#aborted.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      if (this.#buffer.length >= LOW_WATER) await new Promise<void>((done) => (this.#wake = done));
      else if (!(await this.#step())) break;
    }
    this.#buffer.end();
  }

  /** Fetches one segment, or waits for one. False at the end. */
  async #step(): Promise<boolean> {
    try {
      const segment = this.#playlist.segments.find(({ sequence }) => sequence >= this.#next);
      if (segment) {
        await this.#fetch(segment);
        this.#next = segment.sequence + 1;
      } else if (this.#playlist.ended) return false;
      else {
        // Half a target duration when nothing was new (RFC 8216 6.3.4).
        await this.#pause(this.#playlist.targetMs / 2);
        if (!this.#closed) await this.#reload();
      }
      if (this.#attempt > 0) this.#settings.tell({ type: 'reconnected', attempts: this.#attempt });
      this.#attempt = 0;
      return true;
    } catch (error) {
      return this.#retry(error);
    }
  }

  async #retry(error: unknown): Promise<boolean> {
    if (this.#closed) return false;
    const { retry, tell } = this.#settings;
    const found = error instanceof VoxError ? error.problems[0]! : problem('INTERNAL', { reason: reasonOf(error) });
    const gone = found.code === 'URL_STATUS' && !this.live;
    if (gone || found.code === 'URL_NOT_MEDIA' || this.#attempt >= retry.attempts) {
      this.failure = found;
      return false;
    }
    const attempt = ++this.#attempt;
    const delayMs = retryDelayMs(retry, attempt);
    tell({ type: 'reconnecting', attempt, delayMs, problem: found });
    await this.#pause(delayMs);
    // What is no longer there is skipped: the stream is joined in the present.
    if (this.live && !this.#closed) {
      try {
        await this.#reload();
      } catch {
        // The next attempt meets it again, and counts.
      }
      if (found.code === 'URL_STATUS') this.#next = Math.max(this.#next + 1, this.#joinAt());
    }
    return true;
  }

  async #reload(): Promise<void> {
    const { bytes, url } = await fetchBytes(this.#listUrl, this.#settings, MOST_LIST_BYTES);
    this.#playlist = worded(this.#start, () => parseHls(bytes.toString(), url.href));
    const { segments } = this.#playlist;
    const first = segments[0]?.sequence ?? this.#next;
    const last = segments.at(-1)?.sequence ?? this.#next;
    // Fallen behind, or a server that began to count anew.
    if (this.#next < first || this.#next > last + 1 + segments.length) this.#next = this.#joinAt();
  }

  async #fetch({ url, range, map, key }: HlsSegment): Promise<void> {
    if (map) {
      const name = `${map.url} ${map.range?.first ?? ''}`;
      if (name !== this.#map) {
        this.#came(await this.#bytes(map.url, map.range));
        this.#map = name;
      }
    }
    const bytes = await this.#bytes(url, range);
    if (!key) return this.#came(bytes);
    if (key.url !== this.#keyUrl) {
      const fetched = await fetchBytes(new URL(key.url), this.#settings, MOST_KEY_BYTES);
      if (fetched.bytes.length !== MOST_KEY_BYTES) throw notMedia(this.#start, 'its key is none for AES-128');
      this.#key = fetched.bytes;
      this.#keyUrl = key.url;
    }
    this.#came(worded(this.#start, () => decrypt(bytes, this.#key, key.iv)));
  }

  async #bytes(url: string, range: HlsRange | undefined): Promise<Buffer> {
    return (await fetchBytes(new URL(url), this.#settings, MOST_SEGMENT_BYTES, range)).bytes;
  }

  #came(bytes: Buffer): void {
    if (this.#head.length === 0) this.#head = Buffer.from(bytes.subarray(0, 1024));
    this.#buffer.push(bytes);
  }

  async #pause(delayMs: number): Promise<void> {
    await new Promise<void>((done) => {
      const { signal } = this.#aborted;
      if (signal.aborted) return done();
      const cancel = this.#settings.timer(delayMs, () => {
        signal.removeEventListener('abort', aborted);
        done();
      });
      const aborted = () => {
        cancel();
        done();
      };
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}

function decrypt(bytes: Buffer, key: Buffer, iv: Buffer): Buffer {
  const decipher = createDecipheriv('aes-128-cbc', key, iv);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}
