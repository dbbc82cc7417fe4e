import { voxError } from '../../errors.js';
import { isRtsp, rtspHost } from './rtsp-url.js';

/** An address as people may see it: without user name and password. */
export function shownUrl(url: URL): string {
  if (url.username === '' && url.password === '') return url.href;
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

/** Checks an address. @throws VoxError `URL_INVALID`. */
export function parseUrl(src: string): URL {
  if (!URL.canParse(src)) throw voxError('URL_INVALID', { url: src, reason: 'it is no address' });
  const url = new URL(src);
  const rtsp = isRtsp(url);
  if (rtsp && rtspHost(url) === '') throw voxError('URL_INVALID', { url: shownUrl(url), reason: 'it names no server' });
  if (!rtsp && url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw voxError('URL_INVALID', { url: shownUrl(url), reason: `${url.protocol}// is not supported` });
  }
  return url;
}
