import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { map } from 'rxjs';
import { problem, reasonOf, VoxError, voxError, type Problem } from '../../errors.js';
import type { NodeCommand } from '../../graph/context.js';
import type { Plan } from '../../graph/plan-types.js';
import type { PluginChain } from '../../graph/plugin-media.js';
import type { GraphEvent } from '../../graph/run/graph-events.js';
import { FRAME_US } from '../../media/format.js';
import type { Gateway, IncomingAudio, ParticipantChange } from '../../media/gateway.js';
import type { LogLine } from './log-lines.js';
import { VoiceTrack } from './voice-track.js';

/** What a recorder needs. */
export interface RecorderOptions {
  /** The log's absolute path. Voices go into a folder of its name beside it, with `.audio` behind. */
  readonly path: string;
  /** What runs. */
  readonly plan: Plan;
  /** The graph's media time, in microseconds. */
  readonly positionUs: () => number;
  /** Told when the log can no longer be written; the graph runs on. */
  readonly failed: (problem: Problem) => void;
}

/**
 * Writes down everything from outside that has an effect on a running graph: who comes and goes, what they say, what is set and commanded,
 * each with its beat. {@link replayLog} makes the graph run the same way again.
 */
export class GraphRecorder {
  readonly #options: RecorderOptions;
  readonly #folder: string;
  readonly #present = new Set<string>();
  readonly #tracks = new Map<IncomingAudio, VoiceTrack>();
  #file: number | undefined;
  #voices = 0;

  /** @throws VoxError `LOG_EXISTS`, `OUTPUT_UNWRITABLE`. */
  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#folder = `${options.path}.audio`;
    try {
      const there = statSync(options.path, { throwIfNoEntry: false });
      // What people said cannot be said again; and another file than a log may have been named by mistake.
      if (there?.isFile() && there.size > 0) throw voxError('LOG_EXISTS', { file: options.path });
      mkdirSync(dirname(options.path), { recursive: true });
      this.#file = openSync(options.path, 'w', 0o600);
    } catch (error) {
      throw error instanceof VoxError ? error : voxError('OUTPUT_UNWRITABLE', { path: options.path, reason: reasonOf(error) });
    }
    this.#line({ type: 'log.started', version: 1, plan: options.plan as unknown as { version: 1 } });
  }

  /** A gateway that is listened to. */
  wrap(gateway: Gateway): Gateway {
    const known = new WeakMap<IncomingAudio, IncomingAudio>();
    const wrapped = (audio: IncomingAudio): IncomingAudio => {
      const made = known.get(audio) ?? this.#listen(audio);
      known.set(audio, made);
      return made;
    };
    return {
      participants$: gateway.participants$.pipe(
        map((change): ParticipantChange => {
          // Several nodes may listen; what happens is written down once.
          if (change.type === 'joined') {
            this.#present.add(change.participantId);
            return { ...change, audio: wrapped(change.audio) };
          }
          if (this.#present.delete(change.participantId))
            this.#line({ type: 'participant.left', tick: this.#tick(), participant: change.participantId });
          return change;
        }),
      ),
      personalMixes$: gateway.personalMixes$,
      sendAudio: (packet, forParticipantId) => gateway.sendAudio(packet, forParticipantId),
      ...(gateway.video && { video: gateway.video }),
    };
  }

  /** Options were changed. */
  set(node: string, options: Readonly<Record<string, unknown>>): void {
    this.#line({ type: 'node.set', tick: this.#tick(), node, options });
  }

  /** A node was left out, or no longer. */
  bypass(node: string, bypassed: boolean): void {
    this.#line({ type: 'node.bypass', tick: this.#tick(), node, bypassed });
  }

  /** A command was given. */
  command(node: string, command: NodeCommand): void {
    this.#line({ type: 'node.command', tick: this.#tick(), node, command });
  }

  /** Other plugins, configs or another order. */
  setPlugins(plugins: PluginChain): void {
    this.#line({ type: 'plugin.set', tick: this.#tick(), plugins });
  }

  /** The graph told something. */
  told(event: GraphEvent): void {
    this.#line({ type: 'told', tick: this.#tick(), event });
  }

  /** Completes the log and its voices. */
  async close(): Promise<void> {
    this.#line({ type: 'log.ended', tick: this.#tick() });
    await Promise.all([...this.#tracks.values()].map((track) => track.close()));
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #tick(): number {
    return Math.round(this.#options.positionUs() / FRAME_US);
  }

  #listen(audio: IncomingAudio): IncomingAudio {
    const name = `${++this.#voices}.wav`;
    this.#line({
      type: 'participant.joined',
      tick: this.#tick(),
      participant: audio.participantId,
      audio: join(basename(this.#folder), name),
    });
    return {
      participantId: audio.participantId,
      pull: (out) => {
        const quality = audio.pull(out);
        // Made with the first sound, so that who only listens leaves no file.
        let track = this.#tracks.get(audio);
        if (!track) {
          mkdirSync(this.#folder, { recursive: true });
          track = new VoiceTrack(join(this.#folder, name), (reason) => this.#fail(reason));
          this.#tracks.set(audio, track);
        }
        // In a beat the position is already its end.
        track.write(out, this.#tick() - 1);
        return quality;
      },
    };
  }

  #line(entry: LogLine): void {
    if (this.#file === undefined) return;
    try {
      writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(reason: unknown): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    this.#options.failed(problem('OUTPUT_UNWRITABLE', { path: this.#options.path, reason: reasonOf(reason) }));
  }
}
