import type { VideoContent } from '../../video-frame.js';
import type { FilterWork } from './filter-work.js';
import { Picture } from './picture.js';
import { VideoRenderer } from './renderer.js';

/** What one node makes of pictures: a maker of recipes, and of the pixels of those that several consumers want. Close it. */
export class VideoStage {
  #renderer: VideoRenderer | undefined;
  #closed = false;

  /**
   * A picture to be made of others, or with no input of nothing. It takes shares of its inputs; the caller has one of the recipe.
   *
   * @param ptsUs when it is shown: what depends on the time counts by it.
   */
  recipe(work: FilterWork, inputs: readonly VideoContent[], ptsUs: number): Recipe {
    return new Recipe(this, work, inputs, ptsUs);
  }

  /** What makes the pixels of a recipe that is shared; undefined once it is closed. */
  get renderer(): VideoRenderer | undefined {
    if (this.#closed) return undefined;
    this.#renderer ??= new VideoRenderer();
    return this.#renderer;
  }

  /** Frees its filters, when nothing is under way in them. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#renderer?.close();
  }
}

/**
 * A picture that is made when somebody needs its pixels. Recipes of recipes are made in one pass; only where several consumers share one
 * its pixels are kept, so that it is made once.
 */
export class Recipe implements VideoContent {
  readonly width: number;
  readonly height: number;
  /** Set where its consumers are more than one: then it is made by itself. */
  shared = false;
  readonly #inputs: readonly VideoContent[];
  #shares = 1;
  #result: Picture | undefined;
  #making: Promise<Picture | undefined> | undefined;

  /** For {@link VideoStage.recipe}. */
  constructor(
    readonly stage: VideoStage,
    readonly work: FilterWork,
    inputs: readonly VideoContent[],
    readonly ptsUs: number,
  ) {
    for (const input of inputs) input.retain();
    this.#inputs = inputs;
    const [first] = inputs;
    const size = work.size ? work.size(inputs) : first;
    this.width = size?.width ?? 0;
    this.height = size?.height ?? 0;
  }

  /** What it is made of. */
  get inputs(): readonly VideoContent[] {
    if (this.#shares <= 0) throw new Error('a recipe was used after its last share had been given back');
    return this.#inputs;
  }

  get alive(): boolean {
    return this.#shares > 0;
  }

  share(): void {
    this.shared = true;
  }

  retain(): void {
    if (this.#shares <= 0) throw new Error('a recipe was retained after its last share had been given back');
    this.#shares++;
  }

  release(): void {
    if (this.#shares <= 0) throw new Error('a recipe was released more often than it was retained');
    if (--this.#shares > 0) return;
    for (const input of this.#inputs) input.release();
    this.#result?.release();
    this.#result = undefined;
  }

  /** Its pixels, made once. The recipe owns the picture. Undefined: its filters gave none. */
  pictureSync(): Picture | undefined {
    this.#result ??= this.stage.renderer?.renderSync(this, this.ptsUs, true);
    return this.#result;
  }

  /** As {@link pictureSync}, made in FFmpeg's threads. */
  picture(): Promise<Picture | undefined> {
    this.#making ??= this.#make();
    return this.#making;
  }

  async #make(): Promise<Picture | undefined> {
    if (this.#result) return this.#result;
    // Whoever asked may go away meanwhile.
    this.retain();
    try {
      this.#result = await this.stage.renderer?.render(this, this.ptsUs, true);
      return this.#result;
    } finally {
      this.release();
    }
  }
}
