import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

/** The error code of a connection that the rule forbids. */
export const FORBIDDEN_CODE = 'EADDRFORBIDDEN';

/**
 * Everything that is no address of the public internet: the special-purpose registries of IANA (RFC 6890 and its updates), multicast and
 * what translates into IPv4 (NAT64, 6to4, Teredo), behind which a private address could hide.
 */
const SPECIAL: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** The part of IPv6 that is given out for the public internet at all (RFC 4291); everything outside is special. */
const GLOBAL_V6 = new BlockList();
GLOBAL_V6.addSubnet('2000::', 3, 'ipv6');

const NOT_PUBLIC = new BlockList();
for (const [network, prefix] of SPECIAL) NOT_PUBLIC.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4');

/** True for an IP address of the public internet; false for every other one and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return !NOT_PUBLIC.check(address, 'ipv4');
  // Addresses such as ::ffff:127.0.0.1 lie outside 2000::/3 too.
  return GLOBAL_V6.check(address, 'ipv6') && !NOT_PUBLIC.check(address, 'ipv6');
}

/** The host of a URL as a bare address or name: IPv6 without its brackets. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * A `lookup` for sockets that resolves a name once and gives only its public addresses, so that what was checked is what is
 * connected to: a name that resolves differently the second time (DNS rebinding) gains nothing. Addresses written as such are not
 * looked up by sockets: check those with {@link isPublicAddress} first.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  const all: LookupOptions & { all: true } = { ...options, all: true };
  systemLookup(hostname, all, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '');
    const allowed = addresses.filter(({ address }) => isPublicAddress(address));
    const first = allowed[0];
    if (!first) return callback(Object.assign(new Error('no public address'), { code: FORBIDDEN_CODE }), '');
    if (options.all) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};
