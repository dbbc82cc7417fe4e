import type { Sfu, SfuPlace } from './world/world.js';

/** Stands in for an SFU where no media flows: answers every join with the form that real answers have, and takes notes. */
export class FakeSfu implements Sfu {
  readonly joined: { place: SfuPlace; params: string }[] = [];
  readonly left: SfuPlace[] = [];
  readonly allowed: { place: SfuPlace; audio: boolean }[] = [];

  async join(place: SfuPlace, params: string): Promise<string> {
    this.joined.push({ place, params });
    return JSON.stringify(fakeAnswer(place.presentation));
  }

  leave(place: SfuPlace): void {
    this.left.push(place);
  }

  allow(place: SfuPlace, { audio }: { audio: boolean }): void {
    this.allowed.push({ place, audio });
  }
}

/** The answer to a join, in the form that the parsers of public clients read (tgcalls GroupJoinPayloadInternal.cpp, ntgcalls response_payload.cpp). */
export function fakeAnswer(presentation: boolean): object {
  const candidate = {
    generation: '0',
    component: '1',
    protocol: 'udp',
    port: '32001',
    ip: '127.0.0.1',
    foundation: '1',
    id: '1',
    priority: '2130706431',
    type: 'host',
    network: '0',
  };
  const transport = {
    ufrag: 'abcd',
    pwd: 'abcdefghijklmnopqrstuv',
    fingerprints: [{ hash: 'sha-256', setup: 'active', fingerprint: Array.from({ length: 32 }, () => 'AB').join(':') }],
    candidates: [candidate],
    xmlns: 'urn:xmpp:jingle:transports:ice-udp:1',
    'rtcp-mux': true,
  };
  const audio = {
    'payload-types': [
      {
        id: 111,
        name: 'opus',
        clockrate: 48_000,
        channels: 2,
        parameters: { minptime: 10, useinbandfec: 1 },
        'rtcp-fbs': [{ type: 'transport-cc' }],
      },
    ],
    'rtp-hdrexts': [{ id: 1, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' }],
  };
  const video = {
    endpoint: 'endpoint',
    'payload-types': [
      { id: 100, name: 'VP8', clockrate: 90_000, parameters: [], 'rtcp-fbs': [{ type: 'nack', subtype: 'pli' }] },
      { id: 101, name: 'rtx', clockrate: 90_000, parameters: { apt: 100 } },
    ],
    'rtp-hdrexts': [{ id: 3, uri: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01' }],
    server_sources: [-5],
  };
  return presentation ? { transport, video } : { transport, audio, video };
}
