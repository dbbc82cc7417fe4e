import { resolve } from 'node:path';
import { BehaviorSubject, EMPTY, Subject } from 'rxjs';
import { z } from 'zod';
import { problem, reasonOf, VoxError, voxError, type Problem } from '../../errors.js';
import { openAudioFileWriter } from '../../media/av/audio-writer.js';
import { rescueRecordings } from '../../media/av/output-file.js';
import type { CallEvent, CallMedia, CallMediaFactory } from '../call-media.js';

/** Settings of a file that stands in for a call. */
const fileConfig = z.strictObject({
  /** Where the call's outgoing Opus goes: .ogg, .opus, .webm, .mka or .mkv. Absent: nowhere. */
  path: z.string().optional(),
  /** The folder a relative path starts from. */
  cwd: z.string(),
  /** A recording in real time, of which a killed process is to leave something. */
  live: z.boolean().default(false),
});

/** File name extensions of containers that take Opus packets as they are. */
export const OPUS_EXTENSIONS: readonly string[] = ['.ogg', '.oga', '.opus', '.webm', '.mka', '.mkv'];

/**
 * A file in a call's place: what the graph would send is written unchanged, and nobody speaks. Closing it completes the file, unless
 * nothing was sent; the request `file.abort` before that removes it.
 */
export const fileMedia: CallMediaFactory = async (given): Promise<CallMedia> => {
  const config = fileConfig.parse(given);
  const { live } = config;
  const path = config.path === undefined ? undefined : resolve(config.cwd, config.path);
  if (live && path !== undefined) await rescueRecordings(path);
  const writer = path === undefined ? undefined : await openAudioFileWriter(path, { packets: {}, live });
  const events$ = new Subject<CallEvent>();
  let failed: Problem | undefined;
  let packets = 0;
  let open = true;
  return {
    gateway: {
      // Ends at once, not never: who mixes voices with a file must not wait for people who cannot come.
      participants$: EMPTY,
      personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
      sendAudio: (packet) => {
        if (!open || failed) return;
        packets++;
        try {
          writer?.writePacket(packet);
        } catch (error) {
          // A full disk: the graph runs on, the file is given up, and closing says why.
          failed = error instanceof VoxError ? error.problems[0]! : problem('INTERNAL', { reason: reasonOf(error) });
          events$.next({ type: 'file.failed', problem: failed });
        }
      },
    },
    events$,
    request: async (request) => {
      if (request.type !== 'file.abort') throw voxError('USAGE', { reason: `a file cannot do "${request.type}"` });
      open = false;
      writer?.abort();
      return null;
    },
    stats: () => ({ path: config.path ?? null, packets, positionUs: writer?.positionUs ?? 0 }),
    close: async () => {
      // A container without a single packet is no file that anybody can open.
      if (open && (failed || packets === 0)) writer?.abort();
      else if (open) await writer?.finish();
      open = false;
      events$.complete();
      if (failed) throw new VoxError(failed);
    },
  };
};
