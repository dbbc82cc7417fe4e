import { expect, test } from 'vitest';
import { checkedAddresses, reachableAddresses } from '../../src/cli/addresses.js';

const address = (ip: string, family: 'IPv4' | 'IPv6') =>
  ({ address: ip, family, netmask: '', mac: '', internal: ip === '127.0.0.1', cidr: null, scopeid: 0 }) as never;

test('one address is reached at itself, all addresses at each IPv4 one of the machine', () => {
  const interfaces = () => ({
    lo: [address('127.0.0.1', 'IPv4'), address('::1', 'IPv6')],
    eth0: [address('192.168.1.5', 'IPv4'), address('fe80::1', 'IPv6')],
  });
  expect(reachableAddresses('192.168.1.5', interfaces)).toEqual(['192.168.1.5']);
  expect(reachableAddresses('localhost', interfaces)).toEqual(['127.0.0.1']);
  expect(reachableAddresses('0.0.0.0', interfaces)).toEqual(['127.0.0.1', '192.168.1.5']);
  expect(reachableAddresses('0.0.0.0', () => ({}))).toEqual(['127.0.0.1']);
});

test('what peers cannot send to is no address', () => {
  expect(checkedAddresses(['203.0.113.7', '2001:db8::1'])).toEqual(['203.0.113.7', '2001:db8::1']);
  expect(() => checkedAddresses(['203.0.113.7', 'graph.json'])).toThrow('--address takes IP addresses');
});
