import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { voxError } from '../errors.js';

/**
 * The IP addresses that WebRTC peers can reach a server at which listens on `host`: that address itself or, when it listens on all of
 * them, each IPv4 address of this machine.
 */
export function reachableAddresses(host: string, interfaces: typeof networkInterfaces = networkInterfaces): string[] {
  if (host === 'localhost') return ['127.0.0.1'];
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const all = Object.values(interfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
  return found.length > 0 ? found : ['127.0.0.1'];
}

/** What `--address` was given. @throws VoxError `USAGE` for what peers could not send to. */
export function checkedAddresses(given: readonly string[]): readonly string[] {
  const wrong = given.find((address) => isIP(address) === 0);
  if (wrong === undefined) return given;
  throw voxError('USAGE', { reason: `--address takes IP addresses such as 203.0.113.7, not "${wrong}"` });
}
