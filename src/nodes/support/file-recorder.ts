import { resolve } from 'node:path';
import { problem, reasonOf, VoxError } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import { openAudioFileWriter, type AudioWriter } from '../../media/av/audio-writer.js';
import { copyAudioFrame, createAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';
import type { FileSinkOptions } from '../sinks/file.js';
import { withChannels } from './channels.js';
import { tellRescued } from './rescued.js';

/** Frames kept while the file is being opened: two seconds. */
const MOST_WAITING = 100;

/** The recording behind `sink.file`. */
export class FileRecorder {
  readonly #ctx: NodeContext;
  readonly #path: string;
  readonly #channels: 1 | 2;
  readonly #scratch: AudioFrame;
  readonly #opened: Promise<void>;
  readonly #waiting: AudioFrame[] = [];
  #writer: AudioWriter | undefined;
  #finished: Promise<void> | undefined;
  #failed = false;

  /** Begins to open the file; the first tick waits for it. */
  constructor(ctx: NodeContext, options: FileSinkOptions) {
    this.#ctx = ctx;
    this.#path = resolve(options.path);
    this.#channels = options.channels;
    this.#scratch = createAudioFrame(options.channels);
    this.#opened = this.#open(options);
    ctx.hold(this.#opened);
  }

  /** Writes a frame, or keeps it until the file is open. */
  take(frame: AudioFrame): void {
    if (this.#failed || this.#finished) return;
    if (this.#writer) return this.#write(this.#writer, frame);
    if (this.#waiting.length === MOST_WAITING) return this.#ctx.count('dropped');
    this.#waiting.push(copyAudioFrame(frame, createAudioFrame(frame.planes.length, frameSamples(frame))));
  }

  /** Completes the file. Resolves when it is on disk under its name, or has failed; the same promise each time. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #open({ format, codec, bitrateKbps, channels, tags }: FileSinkOptions): Promise<void> {
    try {
      await tellRescued(this.#ctx, this.#path);
      const writer = await openAudioFileWriter(this.#path, {
        channels,
        tags,
        live: !this.#ctx.offline,
        ...(format === undefined ? {} : { format }),
        ...(codec === undefined ? {} : { codec }),
        ...(bitrateKbps === undefined ? {} : { bitrateKbps }),
      });
      this.#writer = writer;
      for (const frame of this.#waiting.splice(0)) if (!this.#failed) this.#write(writer, frame);
    } catch (reason) {
      this.#fail(reason);
    }
  }

  #write(writer: AudioWriter, frame: AudioFrame): void {
    try {
      writer.write(this.#channels === 1 ? withChannels(frame, 1, this.#scratch) : frame);
    } catch (reason) {
      this.#fail(reason);
    }
  }

  async #finish(): Promise<void> {
    await this.#opened;
    if (this.#failed || !this.#writer) return;
    try {
      const durationMs = Math.round(this.#writer.positionUs / 1000);
      await this.#writer.finish();
      this.#ctx.emit({ type: 'file.written', path: this.#path, durationMs });
    } catch (reason) {
      this.#fail(reason);
    }
  }

  #fail(reason: unknown): void {
    this.#failed = true;
    this.#waiting.length = 0;
    this.#writer?.abort();
    const failure =
      reason instanceof VoxError
        ? reason.problems[0]!
        : problem('OUTPUT_UNWRITABLE', { path: this.#path, reason: reasonOf(reason) });
    this.#ctx.emit({ type: 'file.failed', path: this.#path, problem: { ...failure, node: this.#ctx.nodeId } });
    // Nothing more will come of it: the graph must not wait.
    this.#ctx.finish();
  }
}
