import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { problem, reasonOf, VoxError } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import { encodePng, PNG_FORM } from '../../media/av/video/image-encoder.js';
import type { Picture } from '../../media/av/video/picture.js';
import type { VideoFrame } from '../../media/video-frame.js';
import type { FramesOptions } from '../sinks/frames.js';
import { ContactSheet } from './contact-sheet.js';
import { FrameRateGate } from './frame-rate-gate.js';
import { VideoPipeline } from './video-pipeline.js';

/** The writing behind `sink.frames`. */
export class FrameWriter {
  readonly #ctx: NodeContext;
  readonly #options: FramesOptions;
  readonly #folder: string | undefined;
  readonly #gate: FrameRateGate;
  readonly #pipeline: VideoPipeline;
  readonly #sheet: ContactSheet | undefined;
  #writing: Promise<void> = Promise.resolve();
  #count = 0;
  #failed = false;
  #finished: Promise<void> | undefined;

  /** Makes the folder. */
  constructor(ctx: NodeContext, options: FramesOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#gate = new FrameRateGate(options.frameRate);
    if (options.sheet !== undefined)
      this.#sheet = new ContactSheet({ most: options.sheetPictures, columns: options.sheetColumns, tileWidth: 320 });
    const take = (picture: Picture) => this.#write(picture);
    this.#pipeline = new VideoPipeline(ctx, { now: take, later: async (picture) => take(picture) }, (reason) =>
      this.#fail(reason),
    );
    this.#folder = options.folder === undefined ? undefined : resolve(options.folder);
    const { width, height, fit } = options;
    const size = width !== undefined && height !== undefined ? { width, height, fit } : {};
    this.#pipeline.begin({ ...PNG_FORM, ...size });
    if (this.#folder !== undefined) this.#later(async () => void (await mkdir(this.#folder!, { recursive: true })));
  }

  /** Takes a picture. */
  take(frame: VideoFrame): void {
    if (this.#failed || this.#finished) return;
    if (this.#gate.admits(frame.ptsUs)) this.#pipeline.push(frame);
    else this.#ctx.count('dropped');
  }

  /** Writes what is left, and the sheet. The same promise each time. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  #write(picture: Picture): void {
    this.#sheet?.take(picture);
    this.#count++;
    if (this.#folder === undefined) return;
    const name = `frame-${String(this.#count).padStart(6, '0')}.png`;
    const bytes = encodePng(picture);
    this.#later(() => writeFile(join(this.#folder!, name), bytes));
  }

  /** One after the other: time stands still until it is on disk, so that nothing gathers. */
  #later(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch((reason: unknown) => this.#fail(reason));
    this.#ctx.hold(this.#writing);
  }

  async #finish(): Promise<void> {
    await this.#pipeline.drained();
    await this.#pipeline.close();
    await this.#writing;
    const { sheet } = this.#options;
    const picture = this.#failed ? undefined : this.#sheet?.render();
    try {
      if (picture && sheet !== undefined) await writeFile(resolve(sheet), encodePng(picture));
    } catch (reason) {
      this.#fail(reason);
    } finally {
      picture?.release();
      this.#sheet?.close();
    }
    if (!this.#failed)
      this.#ctx.emit({ type: 'frames.written', folder: this.#folder ?? null, sheet: sheet ?? null, count: this.#count });
  }

  #fail(reason: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    const path = this.#folder ?? this.#options.sheet ?? '';
    const failure =
      reason instanceof VoxError ? reason.problems[0]! : problem('OUTPUT_UNWRITABLE', { path, reason: reasonOf(reason) });
    this.#ctx.emit({ type: 'frames.failed', path, problem: { ...failure, node: this.#ctx.nodeId } });
    // Nothing more will come of it: the graph must not wait.
    this.#ctx.finish();
  }
}
