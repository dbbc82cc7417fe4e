import { ReplaySubject, of, type Subject } from 'rxjs';
import type { AudioFrame } from '../../../src/media/frame.js';
import type { Gateway, IncomingQuality, ParticipantChange } from '../../../src/media/gateway.js';
import type { Packet } from '../../../src/media/packet.js';

/** A call that records what is sent and lets a test say who is there. */
export interface FakeGateway extends Gateway {
  readonly participants$: Subject<ParticipantChange>;
  readonly sent: { readonly packet: Packet; readonly to: string | undefined }[];
}

export function fakeGateway(): FakeGateway {
  const sent: FakeGateway['sent'] = [];
  return {
    participants$: new ReplaySubject<ParticipantChange>(),
    personalMixes$: of(new Set<string>()),
    sent,
    sendAudio: (packet, to) => void sent.push({ packet: { ...packet, data: packet.data.slice() }, to }),
  };
}

/** Somebody comes whose every sample is `value`. */
export function joins(participantId: string, value: number, quality: IncomingQuality = 'audio'): ParticipantChange {
  const pull = (out: AudioFrame) => {
    for (const plane of out.planes) plane.fill(value);
    out.silent = value === 0;
    return quality;
  };
  return { type: 'joined', participantId, audio: { participantId, pull } };
}
