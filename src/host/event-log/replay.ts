import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BehaviorSubject, ReplaySubject } from 'rxjs';
import type { GraphRun } from '../../graph/run/graph-run.js';
import { openAudioFile, type AudioReader } from '../../media/av/audio-reader.js';
import { FRAME_US } from '../../media/format.js';
import { clearAudioFrame, copyAudioFrame, createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Gateway, IncomingAudio, ParticipantChange } from '../../media/gateway.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { EventLog } from './log-lines.js';

/** A log that happens again. */
export interface Replay {
  /** The call as the graph saw it; what it sends goes to the call it is bound to now. */
  readonly gateway: Gateway;
  /** Lets it happen: call it before the graph starts. */
  begin(run: GraphRun, scheduler: Scheduler): void;
  /** Frees files. */
  close(): void;
}

/**
 * Prepares a recorded call: the same voices, options and commands before the same beats.
 *
 * @param path the log's absolute path: its voices lie beside it. @param gateway where packets go.
 * @throws VoxError when a voice cannot be read.
 */
export async function replayLog(log: EventLog, path: string, gateway: Gateway | undefined): Promise<Replay> {
  const participants$ = new ReplaySubject<ParticipantChange>();
  const readers: AudioReader[] = [];
  const voices = new Map<string, AudioReader>();
  for (const entry of log.lines) {
    if (entry.type !== 'participant.joined') continue;
    const file = join(dirname(path), entry.audio);
    // Who was never pulled has left no file.
    if (!existsSync(file)) continue;
    const reader = await openAudioFile(file);
    readers.push(reader);
    voices.set(entry.audio, reader);
  }
  return {
    gateway: {
      participants$,
      personalMixes$: gateway?.personalMixes$ ?? new BehaviorSubject<ReadonlySet<string>>(new Set()),
      sendAudio: (packet, forParticipantId) => gateway?.sendAudio(packet, forParticipantId),
      ...(gateway?.video && { video: gateway.video }),
    },
    begin(run, scheduler) {
      for (const entry of log.lines) {
        if (entry.type === 'log.started') continue;
        const atBeat = (work: () => void): void => {
          if (entry.tick === 0) work();
          else scheduler.after((entry.tick * FRAME_US) / 1000, work);
        };
        if (entry.type === 'participant.joined') {
          const { participant, audio } = entry;
          const voice = incoming(participant, voices.get(audio));
          atBeat(() => participants$.next({ type: 'joined', participantId: participant, audio: voice }));
        } else if (entry.type === 'participant.left') {
          atBeat(() => participants$.next({ type: 'left', participantId: entry.participant }));
        } else if (entry.type === 'plugin.set') atBeat(() => run.setPlugins(entry.plugins));
        else if (entry.type === 'node.set') atBeat(() => has(run, entry.node) && run.setOptions(entry.node, entry.options));
        else if (entry.type === 'node.bypass') atBeat(() => has(run, entry.node) && run.leaveOut(entry.node, entry.bypassed));
        else if (entry.type === 'node.command') atBeat(() => has(run, entry.node) && run.command(entry.node, entry.command));
      }
    },
    close: () => readers.forEach((reader) => reader.close()),
  };
}

/** Another graph than the recorded one may lack nodes that were steered. */
function has(run: GraphRun, node: string): boolean {
  try {
    run.requireNode(node);
    return true;
  } catch {
    return false;
  }
}

function incoming(participantId: string, reader: AudioReader | undefined): IncomingAudio {
  const frame = createAudioFrame(2);
  return {
    participantId,
    pull(out: AudioFrame) {
      const { ptsUs } = out;
      if (!reader || reader.read(frame) === 0) {
        clearAudioFrame(out);
        return 'silent';
      }
      const mono = out.planes.length === 1;
      if (mono) out.planes[0]!.set(frame.planes[0]!);
      else copyAudioFrame(frame, out);
      out.ptsUs = ptsUs;
      out.silent = frame.silent;
      return frame.silent ? 'silent' : 'audio';
    },
  };
}
