import { VoxError, voxError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';
import { isHls } from './hls-playlist.js';
import { openHlsSource } from './hls-source.js';
import { HttpSource, openHttpSource, type HttpSourceSettings } from './http-source.js';
import { openRtspSource } from './rtsp-source.js';
import { isRtsp } from './rtsp-url.js';
import { parseUrl, shownUrl } from './url.js';

/** Content types that are never sound. */
const TEXT_TYPES = /^(text\/html|application\/xhtml\+xml|application\/json)$/;

/** A playlist is as short as text; whatever is longer is none. */
const MOST_LIST_BYTES = 8 * 1024 * 1024;

/** Lists that name lists end here. */
const MOST_LISTS = 3;

/**
 * What an address gives: bytes, or packets of an RTSP server; behind an HLS playlist its segments, behind a station's list (m3u, pls) the first address in it.
 *
 * @throws VoxError as `openUrl` does; the signal's reason when aborted.
 */
export async function openAddress(url: URL, settings: HttpSourceSettings, lists = 0): Promise<ByteSource> {
  if (isRtsp(url)) return openRtspSource(url, settings);
  const source = await openHttpSource(url, settings);
  try {
    await source.ready(16);
    if (!/^\s*(#EXTM3U|\[playlist\])/i.test(Buffer.from(source.head).toString('latin1'))) return source;
    const text = await readText(source);
    if (isHls(text)) return await openHlsSource(url, source.url, text, settings);
    const entry = firstAddress(text);
    if (entry === undefined || lists >= MOST_LISTS)
      throw voxError('URL_NOT_MEDIA', { url: shownUrl(url), reason: 'it is a list without an address in it' });
    return await openAddress(parseUrl(entry), settings, lists + 1);
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
  return /^\s*(?:File\d+\s*=\s*)?((?:https?|rtsps?):\/\/\S+)\s*$/im.exec(text)?.[1];
}

/** The error to show when what came from `source` is no media: a page where sound was expected is the commonest mistake. */
export function misnamed(error: unknown, source: ByteSource, name: string): unknown {
  const unknown = error instanceof VoxError && error.code === 'URL_NOT_MEDIA';
  if (!unknown || !(source instanceof HttpSource) || !TEXT_TYPES.test(source.contentType)) return error;
  return voxError('URL_NOT_MEDIA', { url: name, reason: `the server sends ${source.contentType}` });
}
