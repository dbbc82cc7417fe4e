import { resolve } from 'node:path';
import { problem, reasonOf, VoxError } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import { blankPicture } from '../../media/av/video/blank.js';
import { openMediaWriter, type MediaWriter } from '../../media/av/video/media-writer.js';
import { copyAudioFrame, createAudioFrame, frameSamples, type AudioFrame } from '../../media/frame.js';
import { ContentFrame, type VideoFrame } from '../../media/video-frame.js';
import type { FileSinkOptions } from '../sinks/file.js';
import { withChannels } from './channels.js';
import { tellRescued } from './rescued.js';
import { FrameRateGate } from './frame-rate-gate.js';
import { VideoPipeline } from './video-pipeline.js';

/** Sound is kept so long while no picture has told the size yet, in microseconds; then the film begins without one. */
const PATIENCE_US = 1_000_000;

/** The size of a film whose pictures came too late to say theirs. */
const USUAL = { width: 640, height: 360 };

/** The recording behind `sink.file` when it gets pictures. */
export class FilmRecorder {
  readonly #ctx: NodeContext;
  readonly #options: FileSinkOptions;
  readonly #path: string;
  readonly #withSound: boolean;
  readonly #scratch: AudioFrame;
  readonly #gate: FrameRateGate;
  readonly #pipeline: VideoPipeline;
  readonly #waiting: AudioFrame[] = [];
  #writer: MediaWriter | undefined;
  #opening: Promise<void> | undefined;
  #finished: Promise<void> | undefined;
  #firstUs: number | undefined;
  #lastPictureUs: number | undefined;
  #failed = false;
  #size: { readonly width: number; readonly height: number } | undefined;
  #blackDue = false;

  /** @param withSound whether sound is wired to it too. */
  constructor(ctx: NodeContext, options: FileSinkOptions, withSound: boolean) {
    this.#ctx = ctx;
    this.#options = options;
    this.#path = resolve(options.path);
    this.#withSound = withSound;
    this.#scratch = createAudioFrame(options.channels);
    this.#gate = new FrameRateGate(options.frameRate);
    this.#pipeline = new VideoPipeline(
      ctx,
      {
        now: (picture, ptsUs) => this.#writer!.pictureSync(picture, ptsUs),
        later: (picture, ptsUs) => this.#writer!.picture(picture, ptsUs),
      },
      (reason) => this.#fail(reason),
    );
  }

  /** Takes sound. */
  sound(frame: AudioFrame): void {
    if (this.#failed || this.#finished) return;
    if (this.#blackDue) this.#black(frame.ptsUs);
    if (this.#writer) return this.#write(frame);
    this.#firstUs ??= frame.ptsUs;
    this.#waiting.push(copyAudioFrame(frame, createAudioFrame(frame.planes.length, frameSamples(frame))));
    if (frame.ptsUs - this.#firstUs >= PATIENCE_US) this.#open(USUAL);
  }

  /** Takes a picture. */
  picture(frame: VideoFrame): void {
    if (this.#failed || this.#finished) return;
    if (!this.#gate.admits(frame.ptsUs)) return this.#ctx.count('dropped');
    this.#open(frame);
    this.#lastPictureUs = frame.ptsUs;
    this.#pipeline.push(frame);
  }

  /** Its pictures have ended; when its sound goes on, the last one does not stay up. */
  picturesEnded(): void {
    this.#blackDue = this.#lastPictureUs !== undefined;
  }

  /** Completes the file. Resolves when it is on disk under its name, or has failed; the same promise each time. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  #open(given: { readonly width: number; readonly height: number }): void {
    if (this.#opening) return;
    const even = (length: number) => Math.max(2, length - (length % 2));
    const { width = even(given.width), height = even(given.height) } = this.#options;
    this.#size = { width, height };
    this.#opening = this.#begin(width, height);
    this.#ctx.hold(this.#opening);
  }

  #black(ptsUs: number): void {
    this.#blackDue = false;
    const { width, height } = this.#size ?? USUAL;
    const content = blankPicture(width, height);
    this.#pipeline.push(new ContentFrame(Math.max(ptsUs, this.#lastPictureUs! + 1), content));
    content.release();
  }

  async #begin(width: number, height: number): Promise<void> {
    const { format, codec, bitrateKbps, channels, tags, frameRate, fit, videoCodec, videoBitrateKbps, effort, threads } =
      this.#options;
    const sound = { channels, ...(codec !== undefined && { codec }), ...(bitrateKbps !== undefined && { bitrateKbps }) };
    try {
      await tellRescued(this.#ctx, this.#path);
      const writer = await openMediaWriter(this.#path, {
        tags,
        live: !this.#ctx.offline,
        ...(format !== undefined && { format }),
        ...(this.#withSound && { audio: sound }),
        video: {
          width,
          height,
          frameRate,
          bitrateKbps: videoBitrateKbps ?? goodRateKbps(width, height, frameRate),
          keyFrameSec: 5,
          effort,
          threads,
          ...(videoCodec !== undefined && { codec: videoCodec }),
        },
      });
      this.#writer = writer;
      for (const frame of this.#waiting.splice(0)) if (!this.#failed) this.#write(frame);
      this.#pipeline.begin({ format: 'yuv420p', width, height, fit });
    } catch (reason) {
      this.#fail(reason);
    }
  }

  #write(frame: AudioFrame): void {
    const { channels } = this.#options;
    try {
      this.#writer!.write(channels === 1 ? withChannels(frame, 1, this.#scratch) : frame);
    } catch (reason) {
      this.#fail(reason);
    }
  }

  async #finish(): Promise<void> {
    await this.#opening;
    await this.#pipeline.drained();
    await this.#pipeline.close();
    if (this.#failed) return;
    try {
      if (!this.#writer) throw new VoxError(problem('OUTPUT_UNWRITABLE', { path: this.#path, reason: 'no picture ever came' }));
      const durationMs = Math.round(this.#writer.positionUs / 1000);
      await this.#writer.finish();
      this.#ctx.emit({ type: 'file.written', path: this.#path, durationMs });
    } catch (reason) {
      this.#fail(reason);
    }
  }

  #fail(reason: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#waiting.length = 0;
    const failure =
      reason instanceof VoxError
        ? reason.problems[0]!
        : problem('OUTPUT_UNWRITABLE', { path: this.#path, reason: reasonOf(reason) });
    this.#ctx.emit({ type: 'file.failed', path: this.#path, problem: { ...failure, node: this.#ctx.nodeId } });
    void this.#pipeline.close().then(() => this.#writer?.abort());
    // Nothing more will come of it: the graph must not wait.
    this.#ctx.finish();
  }
}

/** Bits for a picture that looks good by H.264: about a tenth of one for each pixel, less for large ones. */
function goodRateKbps(width: number, height: number, frameRate: number): number {
  return Math.max(150, Math.round((Math.pow(width * height, 0.85) * 0.6 * Math.min(60, frameRate)) / 1000));
}
