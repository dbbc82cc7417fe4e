import { describe, expect, it } from 'vitest';
import { parseTelegramAddress } from '../../../src/calls/telegram/address.js';

describe('addresses of Telegram calls', () => {
  it.each([
    ['telegram:@group', { chat: { username: 'group' }, create: false, rtmp: false }],
    ['telegram:@group?stereo', { chat: { username: 'group' }, stereo: true, muted: false }],
    ['telegram:@group?muted', { chat: { username: 'group' }, muted: true }],
    ['telegram:group', { chat: { username: 'group' } }],
    ['telegram:work:@group', { account: 'work', chat: { username: 'group' } }],
    ['telegram:https://t.me/group', { chat: { username: 'group' } }],
    ['telegram:https://t.me/group?voicechat=abc', { chat: { username: 'group' }, callInvite: 'abc' }],
    ['telegram:t.me/+AbC-d_12', { chat: { invite: 'AbC-d_12' } }],
    ['telegram:https://t.me/joinchat/AbCd12', { chat: { invite: 'AbCd12' } }],
    ['telegram:work:https://t.me/+AbCd12', { account: 'work', chat: { invite: 'AbCd12' } }],
    ['telegram:@group?rtmp&create', { chat: { username: 'group' }, create: true, rtmp: true }],
    ['telegram:-1001234567890', { chat: { number: '-1001234567890' } }],
    ['telegram:work:-4711?muted', { account: 'work', chat: { number: '-4711' }, muted: true }],
    ['telegram:https://t.me/c/1234567890/55', { chat: { number: '-1001234567890' } }],
    ['telegram:@group?create&start=2027-01-01T20:00Z', { create: true, startMs: Date.UTC(2027, 0, 1, 20) }],
    ['telegram:@group?start=2027-01-01T20:00:30+02:00', { startMs: Date.UTC(2027, 0, 1, 18, 0, 30) }],
    ['telegram:@group?as=@radio&create', { chat: { username: 'group' }, as: 'radio', create: true, rtmp: false }],
  ])('%s', (address, wanted) => {
    expect(parseTelegramAddress(address)).toMatchObject({ address, ...wanted });
  });

  it.each([
    ['telegram:', 'it names no group or channel'],
    ['telegram:@ab', 'names have 4 to 32'],
    ['telegram:@1group', 'names have 4 to 32'],
    ['telegram:-0123', 'this is no number'],
    ['telegram:4711', 'names have 4 to 32'],
    ['telegram:@group?start=20:00', '"start" must be a time'],
    ['telegram:@group?start=2027-01-01T20:00', '"start" must be a time'],
    ['telegram:t.me/+ab', 'this is no invite link'],
    ['telegram:@group?volume=1', 'it says nothing about "volume"'],
    ['telegram:@group?as=1', '"as" must be'],
    ['room:lobby', 'it does not begin with telegram:'],
  ])('refuses %s', (address, reason) => {
    expect(() => parseTelegramAddress(address)).toThrow(reason);
  });
});
