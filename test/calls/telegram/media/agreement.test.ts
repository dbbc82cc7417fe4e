import { describe, expect, it } from 'vitest';
import { agreeOn } from '../../../../src/calls/telegram/media/agreement.js';
import { readAnswer } from '../../../../src/calls/telegram/join-json.js';
import type { TransportAnswer } from '../../../../src/machines/transport.js';
import { answerJson } from '../../../harness/telegram/sfu/answer.js';

const at = {
  ufrag: 'abcd',
  pwd: 'abcdefghijklmnopqrstuv',
  fingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
  ip: '127.0.0.1',
  port: 32_001,
  serverSources: [5],
  endpoint: 'e',
};
type WebRtc = Extract<TransportAnswer, { kind: 'webrtc' }>;
const answer = readAnswer(answerJson(at, false)) as WebRtc;

describe('an answer of the server', () => {
  it('is what both sides do', () => {
    const { remote, audio } = agreeOn(answer);
    expect(remote).toMatchObject({ ufrag: at.ufrag, pwd: at.pwd, iceLite: true });
    expect(remote.fingerprints).toEqual([{ hash: 'sha-256', fingerprint: at.fingerprint }]);
    expect(remote.candidates.find(({ protocol }) => protocol === 'udp')).toMatchObject({ ip: '127.0.0.1', port: 32_001 });
    expect(audio).toEqual({
      payloadType: 111,
      extensions: { audioLevel: 1 },
      numberedBy: 3,
      nack: false,
      send: true,
      receive: true,
    });
  });

  it('may number Opus and the extension as it likes', () => {
    const { audio } = agreeOn({
      ...answer,
      audio: {
        payloadTypes: [{ id: 96, name: 'OPUS', clockRate: 48_000, parameters: {}, feedback: ['nack'] }],
        extensions: [{ id: 7, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' }],
      },
    });
    expect(audio).toMatchObject({ payloadType: 96, extensions: { audioLevel: 7 }, nack: true });
  });

  it('loses an extension whose number fits into no header of one byte', () => {
    const extensions = [{ id: 15, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' }];
    expect(agreeOn({ ...answer, audio: { ...answer.audio!, extensions } }).audio.extensions).toEqual({});
  });

  it.each<[string, TransportAnswer, string]>([
    ['a broadcast', { kind: 'broadcast', rtmp: false }, 'kind "broadcast"'],
    [
      'a server that waits to be called',
      { ...answer, ice: { ...answer.ice, fingerprints: answer.ice.fingerprints.map((one) => ({ ...one, setup: 'passive' })) } },
      'does not begin',
    ],
    ['TCP alone', { ...answer, candidates: answer.candidates.filter(({ protocol }) => protocol === 'tcp') }, 'UDP'],
    ['no Opus', { ...answer, audio: { ...answer.audio!, payloadTypes: [] } }, 'no Opus'],
    ['no sound', { ...answer, audio: undefined } as never, 'no Opus'],
  ])('with %s cannot be used, and says why', (_name, given, why) => {
    expect(() => agreeOn(given)).toThrowError(
      expect.objectContaining({ code: 'TELEGRAM_ANSWER_UNREADABLE', message: expect.stringContaining(why) as string }),
    );
  });
});
