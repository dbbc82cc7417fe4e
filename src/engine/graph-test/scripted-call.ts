import { ReplaySubject, BehaviorSubject } from 'rxjs';
import type { Gateway, ParticipantChange } from '../../media/gateway.js';
import type { Scheduler } from '../../time/scheduler.js';
import { scriptSounds } from './sounds.js';
import type { ScriptedParticipant } from './test-file.js';

/** A call whose participants follow a script. */
export interface ScriptedCall {
  /** What the graph sees of it. */
  readonly gateway: Gateway;
  /** Packets the graph sent. */
  readonly packets: () => number;
  /** Frees files. */
  close(): void;
}

/** Makes the call; joins and leaves happen on the scheduler's time, `startUs` being the graph's beginning. */
export async function scriptCall(
  participants: Readonly<Record<string, ScriptedParticipant>>,
  baseDir: string,
  scheduler: Scheduler,
): Promise<ScriptedCall> {
  const participants$ = new ReplaySubject<ParticipantChange>();
  const closing: (() => void)[] = [];
  let packets = 0;
  for (const [participantId, { joinSec, leaveSec, says }] of Object.entries(participants)) {
    const sound = await scriptSounds(says, baseDir);
    closing.push(() => sound.close());
    let atUs = joinSec * 1e6;
    const join = (): void =>
      participants$.next({
        type: 'joined',
        participantId,
        audio: {
          participantId,
          pull(out) {
            sound.write(out, atUs);
            atUs += 20_000;
            return out.silent ? 'silent' : 'audio';
          },
        },
      });
    if (joinSec === 0) join();
    else scheduler.after(joinSec * 1000, join);
    if (leaveSec !== undefined) scheduler.after(leaveSec * 1000, () => participants$.next({ type: 'left', participantId }));
  }
  return {
    gateway: {
      participants$,
      personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
      sendAudio: () => void packets++,
    },
    packets: () => packets,
    close: () => closing.forEach((close) => close()),
  };
}
