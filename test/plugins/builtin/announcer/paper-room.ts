import { BehaviorSubject, Observable, Subject } from 'rxjs';
import type { CallEvent, CallMedia } from '../../../../src/calls/call-media.js';
import { mutableVoice } from '../../../../src/calls/room/mutable-voice.js';
import { AS_HE_SPEAKS } from '../../../../src/calls/voice-gain.js';
import { SpeakingWatch } from '../../../../src/calls/speaking.js';
import { clearAudioFrame, shapeAudioFrame } from '../../../../src/media/frame.js';
import type { IncomingAudio, ParticipantChange } from '../../../../src/media/gateway.js';
import type { Scheduler } from '../../../../src/time/scheduler.js';

interface Person {
  readonly audio: IncomingAudio;
  readonly watch: SpeakingWatch;
  /** Peak of the tone he hums; 0: he is silent. */
  peak: number;
}

/** A room without a network, whose people hum when the test says so. Who talks is found as in a real one. */
export class PaperRoom {
  readonly events$: Subject<CallEvent> = new Subject();
  readonly #people = new Map<string, Person>();
  readonly #changes = new Subject<ParticipantChange>();
  #scheduler: Scheduler | undefined;

  /** A factory of call media. */
  readonly open = async (_: unknown, scheduler: Scheduler): Promise<CallMedia> => {
    this.#scheduler = scheduler;
    return {
      gateway: {
        participants$: new Observable<ParticipantChange>((observer) => {
          for (const [participantId, { audio }] of this.#people) observer.next({ type: 'joined', participantId, audio });
          return this.#changes.subscribe(observer);
        }),
        personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
        sendAudio: () => {},
      },
      events$: this.events$,
      request: async () => null,
      stats: () => ({}),
      close: async () => {
        for (const id of [...this.#people.keys()]) this.leave(id);
        this.#changes.complete();
        this.events$.complete();
      },
    };
  };

  join(participantId: string, self = false): void {
    const watch = new SpeakingWatch(this.#scheduler!, (speaking) =>
      this.events$.next({ type: 'participant.speaking', participantId, speaking }),
    );
    let phase = 0;
    const source: IncomingAudio = {
      participantId,
      pull: (out) => {
        shapeAudioFrame(out, 1, 960);
        if (person.peak === 0) {
          clearAudioFrame(out);
          return 'silent';
        }
        const plane = out.planes[0]!;
        for (let i = 0; i < plane.length; i++) plane[i] = person.peak * Math.sin((2 * Math.PI * 150 * phase++) / 48_000);
        out.silent = false;
        return 'audio';
      },
    };
    const person: Person = { audio: mutableVoice(source, () => AS_HE_SPEAKS, watch), watch, peak: 0 };
    this.#people.set(participantId, person);
    this.#changes.next({ type: 'joined', participantId, audio: person.audio });
    this.events$.next({ type: 'participant.joined', participantId, ...(self && { self }) });
  }

  hum(participantId: string, peakDb: number | undefined): void {
    this.#people.get(participantId)!.peak = peakDb === undefined ? 0 : 10 ** (peakDb / 20);
  }

  leave(participantId: string): void {
    const person = this.#people.get(participantId);
    this.#people.delete(participantId);
    this.#changes.next({ type: 'left', participantId });
    person?.watch.end();
    this.events$.next({ type: 'participant.left', participantId });
  }
}
