import type { VideoContent } from '../../video-frame.js';
import type { FilterWork } from './filter-work.js';
import { PictureGraph, type GraphShape } from './picture-graph.js';
import { Picture } from './picture.js';
import { Recipe } from './recipe.js';

/** What a consumer needs pictures to be. */
export interface Finish {
  /** Pixel format, such as `yuv420p`; limited range. */
  readonly format: string;
  /** Size in pixels; absent: as they come. */
  readonly width?: number;
  readonly height?: number;
  /** What becomes of another aspect ratio: bars beside it, its sides cut off, or squeezed. Default `contain`. */
  readonly fit?: 'contain' | 'cover' | 'stretch';
  /** How colours are coded in YUV; absent: as they come. */
  readonly matrix?: 'bt601' | 'bt709';
}

/** A size, and what becomes of another aspect ratio. */
export interface Fit {
  readonly width: number;
  readonly height: number;
  readonly fit?: Finish['fit'];
}

/** The filters that bring any picture to a size. */
export function fitText({ width, height, fit = 'contain' }: Fit): string {
  const size = `w=${width}:h=${height}`;
  if (fit === 'stretch') return `scale=${size}:flags=bilinear,setsar=1`;
  if (fit === 'cover')
    return `scale=${size}:force_original_aspect_ratio=increase:flags=bilinear,crop=${width}:${height},setsar=1`;
  return `scale=${size}:force_original_aspect_ratio=decrease:flags=bilinear,pad=${width}:${height}:-1:-1:color=black,setsar=1`;
}

/** The filters that bring any picture into the form a consumer needs. */
export function finishText({ format, width, height, fit, matrix }: Finish): string {
  const size = width !== undefined && height !== undefined ? fitText({ width, height, ...(fit && { fit }) }) : 'setsar=1';
  const colors = matrix ? `scale=out_color_matrix=${matrix},` : '';
  return `${colors}${size},format=pix_fmts=${format}:color_ranges=${/^(rgb|bgr|gbr|pal|yuvj)/.test(format) ? 'pc' : 'tv'}`;
}

/**
 * Makes pictures of recipes: all filters between pictures that exist and the consumer are one graph of FFmpeg's, kept as long as the
 * recipes have the same shape. One picture at a time; several that are asked for at once take turns. Close it.
 */
export class VideoRenderer {
  readonly #finish: Finish | undefined;
  #graph: PictureGraph | undefined;
  /** Works whose filters could not be built: their first input goes through. */
  readonly #broken = new Set<string>();
  #last: { readonly leaves: readonly Picture[]; readonly works: readonly FilterWork[]; readonly result: Picture } | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param finish what the consumer needs; absent: pictures as the filters give them. */
  constructor(finish?: Finish) {
    this.#finish = finish;
  }

  /**
   * The pixels of what a frame holds, made at once on this thread; the caller has a share of them. Undefined: its filters gave none.
   *
   * @param ptsUs when it is shown. @param alone make it although it is shared: it is what this is for.
   * @throws Error with a plain reason when its filters fail.
   */
  renderSync(content: VideoContent, ptsUs: number, alone = false): Picture | undefined {
    const shape = this.#shape(content, alone);
    const leaves = shape.leaves.map((leaf) => (leaf instanceof Recipe ? leaf.pictureSync() : (leaf as Picture)));
    if (!present(leaves)) return undefined;
    const known = this.#known(shape, leaves);
    if (known) return known;
    for (;;) {
      if (!this.#graph?.fits(shape, leaves)) {
        this.#drop();
        const graph = PictureGraph.create(shape, leaves, this.#finish && finishText(this.#finish));
        if (!this.#accept(graph, graph.configSync(), shape, leaves)) continue;
      }
      return this.#keep(shape, leaves, this.#graph!.runSync(shape, leaves, ptsUs));
    }
  }

  /** As {@link renderSync}, in FFmpeg's threads. Do not mix both. */
  render(content: VideoContent, ptsUs: number, alone = false): Promise<Picture | undefined> {
    content.retain();
    const turn = this.#turn.then(() => this.#render(content, ptsUs, alone)).finally(() => content.release());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Frees everything, when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    this.closeSync();
  }

  /** Frees everything at once; only when {@link render} was never called. */
  closeSync(): void {
    this.#closed = true;
    this.#drop();
  }

  async #render(content: VideoContent, ptsUs: number, alone: boolean): Promise<Picture | undefined> {
    if (this.#closed) return undefined;
    const shape = this.#shape(content, alone);
    const leaves: (Picture | undefined)[] = [];
    for (const leaf of shape.leaves) leaves.push(leaf instanceof Recipe ? await leaf.picture() : (leaf as Picture));
    if (!present(leaves)) return undefined;
    const known = this.#known(shape, leaves);
    if (known) return known;
    for (;;) {
      if (!this.#graph?.fits(shape, leaves)) {
        this.#drop();
        const graph = PictureGraph.create(shape, leaves, this.#finish && finishText(this.#finish));
        if (!this.#accept(graph, await graph.config(), shape, leaves)) continue;
      }
      return this.#keep(shape, leaves, await this.#graph!.run(shape, leaves, ptsUs));
    }
  }

  /** Takes a graph, or finds out which work cannot be built, so that another without it can. */
  #accept(graph: PictureGraph, failure: string | undefined, shape: GraphShape, leaves: readonly Picture[]): boolean {
    if (failure === undefined) {
      this.#graph = graph;
      return true;
    }
    graph.close();
    for (let i = 1; i <= shape.steps.length; i++) {
      const part = PictureGraph.create({ ...shape, steps: shape.steps.slice(0, i) }, leaves, undefined);
      const reason = part.configSync();
      part.close();
      if (reason === undefined || shape.steps[i - 1]!.broken) continue;
      const { work } = shape.steps[i - 1]!;
      this.#broken.add(work.key);
      work.failed?.(reason);
      shape.steps[i - 1]!.broken = true;
      return false;
    }
    throw new Error(`a picture cannot be brought into the form that is needed: ${failure}`);
  }

  /** What came out of the very same before, when that cannot have changed: a picture that stands still costs nothing. */
  #known(shape: GraphShape, leaves: readonly Picture[]): Picture | undefined {
    const last = this.#last;
    if (!last || last.leaves.length !== leaves.length || last.works.length !== shape.steps.length) return undefined;
    if (!leaves.every((leaf, i) => leaf === last.leaves[i])) return undefined;
    if (!shape.steps.every(({ work }, i) => work === last.works[i] && work.still)) return undefined;
    last.result.retain();
    return last.result;
  }

  #keep(shape: GraphShape, leaves: readonly Picture[], result: Picture | undefined): Picture | undefined {
    this.#forget();
    if (result && shape.steps.every(({ work }) => work.still)) {
      result.retain();
      for (const leaf of leaves) leaf.retain();
      this.#last = { leaves, works: shape.steps.map(({ work }) => work), result };
    }
    return result;
  }

  #forget(): void {
    const last = this.#last;
    this.#last = undefined;
    last?.result.release();
    for (const leaf of last?.leaves ?? []) leaf.release();
  }

  #drop(): void {
    this.#forget();
    this.#graph?.close();
    this.#graph = undefined;
  }

  #shape(content: VideoContent, alone: boolean): GraphShape {
    const shape: GraphShape = { leaves: [], steps: [], root: '' };
    const visit = (one: VideoContent, expand: boolean): string => {
      if (!(one instanceof Recipe) || (one.shared && !expand)) {
        shape.leaves.push(one);
        return `i${shape.leaves.length - 1}`;
      }
      const inputs = one.inputs.map((input) => visit(input, false));
      shape.steps.push({ work: one.work, inputs, broken: this.#broken.has(one.work.key) });
      return `s${shape.steps.length - 1}`;
    };
    shape.root = visit(content, alone);
    return shape;
  }
}

function present(leaves: readonly (Picture | undefined)[]): leaves is readonly Picture[] {
  return leaves.every((leaf) => leaf !== undefined);
}
