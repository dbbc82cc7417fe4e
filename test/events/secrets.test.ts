import { describe, expect, it } from 'vitest';
import { isSecretAddress, isSecretName, redact, redactText } from '../../src/events/secrets.js';

describe('secrets', () => {
  it.each([
    ['https://user:pa55@host.example/x', 'https://[redacted]@host.example/x'],
    ['rtmp://h/x?a=1&token=abc&b=2', 'rtmp://h/x?a=1&token=[redacted]&b=2'],
    [
      'https://h/x?page=2&author=ann&X-Amz-Signature=abc&authToken=abc',
      'https://h/x?page=2&author=ann&X-Amz-Signature=[redacted]&authToken=[redacted]',
    ],
    ['Authorization: Bearer abcdefgh12345', 'Authorization: Bearer [redacted]'],
    ['bot 123456789:AAF-abcdefghijklmnopqrstuvwxyz012345', 'bot [redacted]'],
    ['call +49 170 1234567 now', 'call [phone] now'],
    [`1${'BQANOTEuMTA4'.repeat(12)}`, '[redacted]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3.SflKxwRJ', '[redacted]'],
    ['media/tune.opus', 'media/tune.opus'],
    ['1234567890', '1234567890'],
  ])('redacts %j', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });

  it('redacts by the names of fields, and shortens what is long, deep or many', () => {
    expect(
      redact(
        { session: 'x', sessionString: 'x', phone: '1', botToken: 'x', nested: [{ password: 'x' }], keyboard: 'ok' },
        new Set(['nick']),
      ),
    ).toEqual({
      session: '[redacted]',
      sessionString: '[redacted]',
      phone: '[redacted]',
      botToken: '[redacted]',
      nested: [{ password: '[redacted]' }],
      keyboard: 'ok',
    });
    expect(redact({ Nick: 'ann' }, new Set(['nick']))).toEqual({ Nick: '[redacted]' });
    expect((redact('a b '.repeat(10_000)) as string).length).toBeLessThan(1100);
    expect((redact(Array.from({ length: 1000 }, () => 1)) as unknown[]).length).toBe(51);
    let deep: object = {};
    for (let n = 0; n < 30; n++) deep = { deep };
    expect(JSON.stringify(redact(deep as never))).toContain('[deep]');
  });

  it.each(['token', 'apiKey', 'api_key', 'streamKey', 'headers', 'botToken', 'sig', 'x-amz-date', 'session_string', 'authToken'])(
    'are what is called %s',
    (name) => expect(isSecretName(name)).toBe(true),
  );

  it.each(['keyFrameSec', 'keyboard', 'author', 'tokenizer', 'sessions', 'hashtag', 'passthrough', 'design'])(
    'are not what is called %s',
    (name) => expect(isSecretName(name)).toBe(false),
  );

  it.each([
    ['http://u:p@a.b/x', true],
    ['https://a.b/?sig=1', true],
    ['https://a.b/x?Policy=1&Key-Pair-Id=2', true],
    ['https://a.b/x?page=2&keyword=night', false],
    ['song.mp3', false],
  ])('are found in %s: %s', (address, is) => expect(isSecretAddress(address)).toBe(is));
});
