import { expect, it } from 'vitest';
import { IcyMetadata, titleOf } from '../../../src/media/net/icy-metadata.js';
import { withTitles } from '../../support/media-server.js';

const sound = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));

it.each([1, 3, 64, 5000])('parts sound and titles in pieces of %i bytes', (size) => {
  const bytes = withTitles(sound, 100, ['A', 'A', '', 'B - Ünï', "it's; here"]);
  const parts: Buffer[] = [];
  const titles: string[] = [];
  const icy = new IcyMetadata(100, { audio: (part) => void parts.push(part), title: (title) => void titles.push(title) });
  for (let at = 0; at < bytes.length; at += size) icy.push(bytes.subarray(at, at + size));
  expect(Buffer.concat(parts)).toEqual(sound);
  expect(titles).toEqual(['A', '', 'B - Ünï', "it's; here"]);
});

it.each([
  ["StreamTitle='Artist - Song';StreamUrl='http://x';\0\0", 'Artist - Song'],
  ["StreamTitle='Rock 'n' Roll';\0", "Rock 'n' Roll"],
  ["StreamTitle='';\0", ''],
  ["StreamUrl='x';\0", undefined],
  ['nonsense', undefined],
  ['', undefined],
])('reads %j', (text, title) => {
  expect(titleOf(Buffer.from(text))).toBe(title);
});

it('reads titles in Latin-1 too', () => {
  expect(titleOf(Buffer.from("StreamTitle='Bj\xf6rk';", 'latin1'))).toBe('Björk');
});
