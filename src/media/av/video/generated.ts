import { FilterGraph, type FilterContext } from 'node-av/lib';
import { avReason, setAvLogQuiet } from '../native.js';
import { giveFrame, Picture, takeFrame } from './picture.js';

/** Pictures made by one of FFmpeg's sources, one after the other. Close it. */
export class GeneratedPictures {
  readonly #graph = new FilterGraph();
  readonly #sink: FilterContext;

  /** @param text a source and filters in FFmpeg's syntax, of our own making. @throws Error when FFmpeg cannot make that. */
  constructor(text: string) {
    setAvLogQuiet();
    this.#graph.alloc();
    this.#graph.nbThreads = 1;
    try {
      let code = this.#graph.parsePtr(`${text},format=pix_fmts=yuv420p:color_ranges=tv,buffersink@out`, null, null);
      if (code >= 0) code = this.#graph.configSync();
      if (code < 0) throw new Error(`FFmpeg cannot make "${text}": ${avReason(code)}`);
      this.#sink = this.#graph.getFilter('buffersink@out')!;
    } catch (error) {
      this.#graph.free();
      throw error;
    }
  }

  /** The next picture; the caller has its share. Undefined when there are no more. */
  nextSync(): Picture | undefined {
    const frame = takeFrame();
    return this.#made(this.#sink.buffersinkGetFrameSync(frame), frame);
  }

  /** As {@link nextSync}, in FFmpeg's threads. One at a time. */
  async next(): Promise<Picture | undefined> {
    const frame = takeFrame();
    return this.#made(await this.#sink.buffersinkGetFrame(frame), frame);
  }

  /** Frees everything. Not while a promise is pending. */
  close(): void {
    this.#graph.free();
  }

  #made(code: number, frame: ReturnType<typeof takeFrame>): Picture | undefined {
    if (code >= 0) return new Picture(frame);
    giveFrame(frame);
    return undefined;
  }
}
