import { BehaviorSubject, ReplaySubject, type Subject } from 'rxjs';
import type { AudioFrame } from '../../../src/media/frame.js';
import type { Gateway, ParticipantChange } from '../../../src/media/gateway.js';
import type { Packet } from '../../../src/media/packet.js';
import type { Signal } from './stage.js';

/** A participant who says a signal while `speaks`, and counts how often he was asked. */
export interface Speaker {
  readonly id: string;
  speaks: boolean;
  pulls: number;
}

/** A call in which the test says who is there, and which keeps what is sent. */
export interface FakeCall extends Gateway {
  readonly participants$: Subject<ParticipantChange>;
  readonly personalMixes$: BehaviorSubject<ReadonlySet<string>>;
  /** Copies of what was sent, by who is to hear it; `''` is everybody. */
  readonly sent: Map<string, Packet[]>;
  join(id: string, signal: Signal): Speaker;
  leave(id: string): void;
}

/** An empty call. */
export function fakeCall(): FakeCall {
  const sent = new Map<string, Packet[]>();
  const participants$ = new ReplaySubject<ParticipantChange>();
  return {
    participants$,
    personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
    sent,
    sendAudio(packet, to = '') {
      const list = sent.get(to) ?? [];
      sent.set(to, list);
      list.push({ ...packet, data: packet.data.slice() });
    },
    join(id, signal) {
      const speaker: Speaker = { id, speaks: true, pulls: 0 };
      let at = 0;
      const pull = (out: AudioFrame) => {
        speaker.pulls++;
        const first = at;
        at += out.planes[0]!.length;
        out.silent = !speaker.speaks;
        for (const plane of out.planes) for (let i = 0; i < plane.length; i++) plane[i] = speaker.speaks ? signal(first + i) : 0;
        return speaker.speaks ? 'audio' : 'silent';
      };
      participants$.next({ type: 'joined', participantId: id, audio: { participantId: id, pull } });
      return speaker;
    },
    leave: (id) => participants$.next({ type: 'left', participantId: id }),
  };
}
