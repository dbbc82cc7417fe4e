import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../src/calls/telegram/join-json.js';
import { CallError } from '../../../src/machines/failure.js';
import type { TransportAnswer } from '../../../src/machines/transport.js';
import { fakeAnswer } from '../../harness/telegram/fake-sfu.js';
import { seeded } from '../../machines/fakes.js';

type Tree = Record<string, unknown>;

/** The same with one thing in it left out or replaced. */
function damaged(value: unknown, random: () => number): unknown {
  const junk = [null, 0, -1, '', 'x', [], {}, true, 1e99, '99999999999'];
  if (typeof value !== 'object' || value === null || random() < 0.15) return junk[Math.floor(random() * junk.length)];
  const keys = Object.keys(value);
  const key = keys[Math.floor(random() * keys.length)];
  if (key === undefined) return value;
  const copy: Tree = Array.isArray(value) ? ([...(value as unknown[])] as unknown as Tree) : { ...(value as Tree) };
  if (random() < 0.3) delete copy[key];
  else copy[key] = damaged(copy[key], random);
  return copy;
}

describe('the answer to a join', () => {
  it('is read whole', () => {
    expect(readAnswer(JSON.stringify(fakeAnswer(false)))).toEqual({
      kind: 'webrtc',
      ice: {
        ufrag: 'abcd',
        pwd: 'abcdefghijklmnopqrstuv',
        fingerprints: [{ hash: 'sha-256', setup: 'active', fingerprint: expect.stringMatching(/^AB(:AB){31}$/) as string }],
      },
      candidates: [
        { foundation: '1', component: 1, protocol: 'udp', priority: 2_130_706_431, ip: '127.0.0.1', port: 32_001, type: 'host' },
      ],
      audio: {
        payloadTypes: [
          {
            id: 111,
            name: 'opus',
            clockRate: 48_000,
            channels: 2,
            parameters: { minptime: 10, useinbandfec: 1 },
            feedback: ['transport-cc'],
          },
        ],
        extensions: [{ id: 1, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' }],
      },
      video: {
        endpoint: 'endpoint',
        serverSources: [4_294_967_291],
        payloadTypes: [
          { id: 100, name: 'VP8', clockRate: 90_000, parameters: {}, feedback: ['nack pli'] },
          { id: 101, name: 'rtx', clockRate: 90_000, parameters: { apt: 100 }, feedback: [] },
        ],
        extensions: [{ id: 3, uri: expect.stringContaining('transport-wide-cc') as string }],
      },
    });
  });

  it('may be a broadcast', () => {
    expect(readAnswer('{"stream":true}')).toEqual({ kind: 'broadcast', rtmp: false });
    expect(readAnswer('{"stream":true,"rtmp":true}')).toEqual({ kind: 'broadcast', rtmp: true });
  });

  it('is no broadcast because it says that it is none', () => {
    const answer = { ...(fakeAnswer(false) as object), stream: false };
    expect(readAnswer(JSON.stringify(answer)).kind).toBe('webrtc');
  });

  it('is read without what of it is new or broken, as native clients do', () => {
    const answer = structuredClone(fakeAnswer(false)) as unknown as Record<
      'transport' | 'audio' | 'video',
      Record<string, unknown[]>
    >;
    const before = readAnswer(JSON.stringify(answer));
    answer.transport['candidates']!.push({ protocol: 'udp', port: '1' }, 7);
    answer.audio['payload-types']!.unshift({ id: 'none' }, { name: 'red' });
    answer.audio['rtp-hdrexts']!.push({ id: 4 }, 'urn:new');
    answer.video['server_sources']!.push('none');
    expect(readAnswer(JSON.stringify(answer))).toEqual(before);
    answer.audio['payload-types']!.push({ id: 63, name: 'red', 'rtcp-fbs': [{ type: 'nack pli' }, 3] });
    const { audio } = readAnswer(JSON.stringify(answer)) as Extract<TransportAnswer, { kind: 'webrtc' }>;
    expect(audio?.payloadTypes.at(-1)).toMatchObject({ id: 63, clockRate: 0, feedback: ['nack pli'] });
  });

  it.each([
    ['', 'Unexpected end'],
    ['[]', 'it is missing or no object'],
    ['{}', 'transport is missing or no object'],
    ['{"transport":{"ufrag":"a"}}', 'transport.pwd is missing'],
  ])('says what is missing in %j', (text, reason) => {
    expect(() => readAnswer(text)).toThrow(reason);
  });

  it('500 damaged ones are read or refused, and nothing else', () => {
    const refused = new Set<string>();
    for (let seed = 1; seed <= 500; seed++) {
      const text = JSON.stringify(damaged(fakeAnswer(seed % 3 === 0), seeded(seed))) ?? '';
      try {
        readAnswer(text);
      } catch (error) {
        if (!(error instanceof CallError)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
        expect(error.failure).toMatchObject({ code: 'TELEGRAM_ANSWER_UNREADABLE', retry: 'backoff' });
        refused.add(error.message);
      }
    }
    expect(refused.size).toBeGreaterThan(15);
  });
});
