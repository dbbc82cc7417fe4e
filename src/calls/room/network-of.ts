import { isIPv4, isIPv6 } from 'node:net';

/**
 * What a ban by address keeps out: an IPv4 address, or of an IPv6 one its first 64 bits, which one household has. Undefined where it
 * would keep out everybody: this machine, which a proxy's clients share.
 *
 * @param address as Node gives it, such as `::ffff:192.0.2.7`.
 */
export function networkOf(address: string | undefined): string | undefined {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '');
  if (plain === undefined) return undefined;
  if (isIPv4(plain)) return plain.startsWith('127.') ? undefined : plain;
  if (!isIPv6(plain) || plain === '::1') return undefined;
  const [head = '', tail] = plain.split('%')[0]!.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
