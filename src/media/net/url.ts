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

/** True for what has a protocol, such as https://example.org/a.mp3; anything else is the name of a file. */
export function isAddress(src: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(src);
}

/** Checks an address. @throws VoxError `URL_INVALID`. */
export function parseUrl(src: string): URL {
  const reason = addressFault(src);
  if (reason === undefined) return new URL(src);
  throw voxError('URL_INVALID', { url: URL.canParse(src) ? shownUrl(new URL(src)) : src, reason });
}

/** Why an address cannot be played, as the end of a sentence; undefined when it can be tried. */
export function addressFault(src: string): string | undefined {
  if (!URL.canParse(src)) return 'it is no address';
  const url = new URL(src);
  const rtsp = isRtsp(url);
  if (rtsp && rtspHost(url) === '') return 'it names no server';
  return rtsp || /^https?:$/.test(url.protocol)
    ? undefined
    : `${url.protocol}// is not supported; http, https, rtsp and rtsps are`;
}
