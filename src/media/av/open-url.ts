import { DEFAULT_RETRY, type RetryPolicy } from '../net/retry.js';
import type { NetworkFact, Timer } from '../net/byte-source.js';
import type { HttpSourceSettings } from '../net/http-source.js';
import { parseUrl, shownUrl } from '../net/url.js';
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

/**
 * Opens the sound at an address as 48 kHz frames: a file or a live stream over HTTP, or a stream of an RTSP server. FFmpeg gets bytes
 * and packets only, so nothing in a stream or playlist can make it open a file or another address.
 *
 * @throws VoxError `URL_INVALID`, `URL_DNS`, `URL_UNREACHABLE`, `URL_NOT_PUBLIC`, `URL_CERTIFICATE`, `URL_REDIRECTS`, `URL_STATUS`,
 * `URL_NOT_MEDIA`, `STREAM_TIMEOUT`, `CODEC_MISSING`; the signal's reason when aborted.
 */
export async function openUrl(src: string, options: OpenUrlOptions): Promise<AudioReader> {
  const url = parseUrl(src);
  const name = shownUrl(url);
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  let reader: AudioReader | undefined;
  const settings: HttpSourceSettings = {
    timer: options.timer,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    readTimeoutMs: options.readTimeoutMs ?? 10_000,
    publicOnly: options.publicOnly ?? false,
    headers: options.headers ?? {},
    retry: options.retry ?? DEFAULT_RETRY,
    ...(options.video !== undefined && { video: options.video }),
    tell: (fact) => {
      if (fact.type === 'reconnected' && reader?.remote?.live) reader.pictures?.lost();
      options.tell?.(fact);
    },
    signal,
  };
  // Loaded on first use: Node's HTTP and TLS take longer to load than all of FFmpeg.
  const { misnamed, openAddress } = await import('../net/open-address.js');
  const source = await openAddress(url, settings);
  const abort = () => source.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    reader = await openNetworkAudio(source, name, options);
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
