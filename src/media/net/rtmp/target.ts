import { voxError } from '../../../errors.js';

/** Where a stream is pushed to. Its key is a secret: whoever has it can push in its owner's name. */
export interface RtmpTarget {
  readonly host: string;
  readonly port: number;
  /** RTMPS: RTMP in TLS. */
  readonly secure: boolean;
  /** The application of the server, such as `live`. */
  readonly app: string;
  /** Names the stream, and proves that one may push it. Never to be shown. */
  readonly key: string;
  /** The address without the key, as the server and people may see it. */
  readonly shown: string;
}

/** Whether an address is for RTMP, or for one of its relatives: those are refused without being repeated, since they end with a key as well. */
export function isRtmp(address: string): boolean {
  return /^rtmp\w*:/i.test(address);
}

/** An address that ends with its application, as `rtmp://host/app/`, completed by a key that is not to stand on a command line. */
export function withRtmpKey(address: string, key: string | undefined): string {
  return isRtmp(address) && address.endsWith('/') && key ? `${address}${key}` : address;
}

/**
 * Reads `rtmp://host/app/key`, or an address with its key apart as services give them.
 *
 * @throws VoxError `RTMP_ADDRESS`; it does not repeat the address, as that holds the key.
 */
export function rtmpTarget(address: string, key?: string): RtmpTarget {
  const fail = (reason: string): never => {
    throw voxError('RTMP_ADDRESS', { reason });
  };
  if (!URL.canParse(address)) fail('it is no address');
  const url = new URL(address);
  if (!/^rtmps?:$/.test(url.protocol)) fail('it does not begin with rtmp:// or rtmps://');
  if (url.username !== '' || url.password !== '') fail('it has a user name or password, which RTMP does not know');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') fail('it names no server');
  const path = `${url.pathname}${url.search}`.replace(/^\/+/, '');
  const cut = path.lastIndexOf('/', path.includes('?') ? path.indexOf('?') : path.length);
  const app = (key === undefined ? path.slice(0, Math.max(0, cut)) : path).replace(/\/+$/, '');
  const found = key ?? path.slice(cut + 1);
  if (app === '') fail('it names no application of the server');
  if (found === '') fail('it ends without the key of the stream');
  const secure = url.protocol === 'rtmps:';
  const port = url.port === '' ? (secure ? 443 : 1935) : Number(url.port);
  const shown = `${url.protocol}//${url.host}/${app}`;
  return { host, port, secure, app, key: found, shown };
}
