import { voxError } from '../../errors.js';
import { connectionError, requestUrl, type HttpSettings } from './http-request.js';
import type { HlsRange } from './hls-playlist.js';
import { shownUrl } from './url.js';

/** Something short that was fetched as a whole. */
export interface FetchedBytes {
  readonly bytes: Buffer;
  /** Where it was, after redirects. */
  readonly url: URL;
}

/**
 * Fetches something short as a whole.
 *
 * @param most more bytes than this are refused. @param range the part that is wanted.
 * @throws VoxError as `requestUrl`; `URL_STATUS`; `URL_NOT_MEDIA` when it is too long; `URL_CUT_SHORT`.
 */
export async function fetchBytes(url: URL, settings: HttpSettings, most: number, range?: HlsRange): Promise<FetchedBytes> {
  const headers: Record<string, string> = range ? { range: `bytes=${range.first}-${range.first + range.length - 1}` } : {};
  const answer = await requestUrl(url, settings, headers);
  const { body, status } = answer;
  if (status !== 200 && status !== 206) {
    body.destroy();
    throw voxError('URL_STATUS', { url: shownUrl(url), status });
  }
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const { readTimeoutMs, timer, signal } = settings;
  const chunks: Buffer[] = [];
  let length = 0;
  let cancel = () => {};
  const watch = () => {
    cancel();
    cancel = timer(readTimeoutMs, () =>
      body.destroy(voxError('STREAM_TIMEOUT', { src: shownUrl(url), seconds: readTimeoutMs / 1000, step: 'playing' })),
    );
  };
  const aborted = () => body.destroy(new Error('aborted'));
  signal.addEventListener('abort', aborted, { once: true });
  if (signal.aborted) aborted();
  watch();
  body.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > most) return body.destroy(voxError('URL_NOT_MEDIA', { url: shownUrl(url), reason: 'a part of it is too long' }));
    chunks.push(chunk);
    watch();
  });
  body.on('error', reject);
  body.on('end', () => resolve(Buffer.concat(chunks)));
  try {
    const whole = await promise;
    // A server without ranges sends everything.
    const bytes = range && status === 200 ? whole.subarray(range.first, range.first + range.length) : whole;
    return { bytes, url: answer.url };
  } catch (error) {
    signal.throwIfAborted();
    throw connectionError(answer.url, error);
  } finally {
    cancel();
    signal.removeEventListener('abort', aborted);
  }
}
