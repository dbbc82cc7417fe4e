import { VoxError, voxError } from '../../errors.js';
import { DEFAULT_RETRY, type RetryPolicy } from '../net/retry.js';
import type { ByteSource, NetworkFact, Timer } from '../net/byte-source.js';
import { isHls } from '../net/hls-playlist.js';
import { openHlsSource } from '../net/hls-source.js';
import { HttpSource, openHttpSource, type HttpSourceSettings } from '../net/http-source.js';
import { shownUrl } from '../net/shown-url.js';
import type { AudioReader } from './audio-reader.js';
import { openNetworkAudio, type NetworkAudioOptions } from './stream-reader.js';

/** How an address is opened. */
export interface OpenUrlOptions extends NetworkAudioOptions {
  /** Measures time-outs and delays: a scheduler's `after`. */
  readonly timer: Timer;
  /** How long the head of an answer may take, in milliseconds; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** How long nothing may come, in milliseconds; default 10 000. */
  readonly readTimeoutMs?: number;
  /** Refuses addresses that are not of the public internet, wherever names, redirects and playlists lead; default false. */
  readonly publicOnly?: boolean;
  /** Headers to send to the server. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What is done about lost connections. */
  readonly retry?: RetryPolicy;
  /** Told what happens on the way, such as a new title. */
  readonly tell?: (fact: NetworkFact) => void;
  /** Gives up opening, and ends what was opened. */
  readonly signal?: AbortSignal;
}

/** Content types that are never sound. */
const TEXT_TYPES = /^(text\/html|application\/xhtml\+xml|application\/json)$/;

/** Checks an address. @throws VoxError `URL_INVALID`. */
export function parseUrl(src: string): URL {
  if (!URL.canParse(src)) throw voxError('URL_INVALID', { url: src, reason: 'it is no address' });
  const url = new URL(src);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw voxError('URL_INVALID', { url: shownUrl(url), reason: `${url.protocol}// is not supported` });
  }
  return url;
}

/**
 * Opens the sound at an address as 48 kHz frames: a file or a live stream over HTTP. FFmpeg gets bytes only, so nothing in a
 * stream or playlist can make it open a file or another address.
 *
 * @throws VoxError `URL_INVALID`, `URL_DNS`, `URL_UNREACHABLE`, `URL_NOT_PUBLIC`, `URL_CERTIFICATE`, `URL_REDIRECTS`, `URL_STATUS`,
 * `URL_NOT_MEDIA`, `STREAM_TIMEOUT`, `CODEC_MISSING`; the signal's reason when aborted.
 */
export async function openUrl(src: string, options: OpenUrlOptions): Promise<AudioReader> {
  const url = parseUrl(src);
  const name = shownUrl(url);
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const settings: HttpSourceSettings = {
    timer: options.timer,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    readTimeoutMs: options.readTimeoutMs ?? 10_000,
    publicOnly: options.publicOnly ?? false,
    headers: options.headers ?? {},
    retry: options.retry ?? DEFAULT_RETRY,
    tell: options.tell ?? (() => {}),
    signal,
  };
  const source = await openSource(url, settings);
  const abort = () => source.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const reader = await openNetworkAudio(source, name, options);
    if (signal.aborted) reader.close();
    signal.throwIfAborted();
    return reader;
  } catch (error) {
    signal.throwIfAborted();
    throw misnamed(error, source, name);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** A playlist is as short as text; whatever is longer is none. */
const MOST_LIST_BYTES = 8 * 1024 * 1024;

/** Lists that name lists end here. */
const MOST_LISTS = 3;

/** What an address gives; behind an HLS playlist its segments, behind a station's list (m3u, pls) the first address in it. */
async function openSource(url: URL, settings: HttpSourceSettings, lists = 0): Promise<ByteSource> {
  const source = await openHttpSource(url, settings);
  try {
    await source.ready(16);
    if (!/^\s*(#EXTM3U|\[playlist\])/i.test(Buffer.from(source.head).toString('latin1'))) return source;
    const text = await readText(source);
    if (isHls(text)) return await openHlsSource(url, source.url, text, settings);
    const entry = firstAddress(text);
    if (entry === undefined || lists >= MOST_LISTS)
      throw voxError('URL_NOT_MEDIA', { url: shownUrl(url), reason: 'it is a list without an address in it' });
    return await openSource(parseUrl(entry), settings, lists + 1);
  } catch (error) {
    source.close();
    settings.signal.throwIfAborted();
    throw error;
  }
}

async function readText(source: ByteSource): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for (let bytes = await source.read(65_536); bytes && length <= MOST_LIST_BYTES; bytes = await source.read(65_536)) {
    parts.push(bytes);
    length += bytes.length;
  }
  source.close();
  return Buffer.concat(parts).toString();
}

/** Only whole addresses count: whatever else a list from the network names, such as a file, is not looked at. */
function firstAddress(text: string): string | undefined {
  return /^\s*(?:File\d+\s*=\s*)?(https?:\/\/\S+)\s*$/im.exec(text)?.[1];
}

/** A page where sound was expected is the commonest mistake, so it is said plainly. */
function misnamed(error: unknown, source: ByteSource, name: string): unknown {
  const unknown = error instanceof VoxError && error.code === 'URL_NOT_MEDIA';
  if (!unknown || !(source instanceof HttpSource) || !TEXT_TYPES.test(source.contentType)) return error;
  return voxError('URL_NOT_MEDIA', { url: name, reason: `the server sends ${source.contentType}` });
}
