import type { Picture } from '../../media/av/video/picture.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import { VideoRenderer } from '../../media/av/video/renderer.js';
import { even, tilesWork, type Tile } from './compose.js';

/** How a contact sheet is laid out. */
export interface SheetLayout {
  /** Most pictures on it. */
  readonly most: number;
  readonly columns: number;
  /** Width of each, in pixels. */
  readonly tileWidth: number;
}

const GAP = 4;

/** Gathers pictures at even distances of time, whatever the length turns out to be, and puts them on one sheet. */
export class ContactSheet {
  readonly #layout: SheetLayout;
  readonly #kept: Picture[] = [];
  /** Of so many pictures one is kept. */
  #every = 1;
  #seen = 0;

  /** @param layout how many, and how large. */
  constructor(layout: SheetLayout) {
    this.#layout = layout;
  }

  /** Takes a picture; it keeps a share of those it may need. */
  take(picture: Picture): void {
    if (this.#seen++ % this.#every > 0) return;
    picture.retain();
    this.#kept.push(picture);
    if (this.#kept.length < this.#layout.most * 2) return;
    for (let i = this.#kept.length - 1; i > 0; i -= 2) this.#kept.splice(i, 1)[0]!.release();
    this.#every *= 2;
  }

  /** The sheet; the caller has its share. Undefined: there was no picture. */
  render(): Picture | undefined {
    const { most, columns, tileWidth } = this.#layout;
    const all = this.#kept;
    const count = Math.min(most, all.length);
    const shown = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
    const [first] = shown;
    if (!first) return undefined;
    const across = Math.min(columns, count);
    const tileHeight = even((tileWidth * first.height) / first.width);
    const tiles = shown.map((_, i): Tile => {
      const [column, row] = [i % across, Math.floor(i / across)];
      return { x: GAP + column * (tileWidth + GAP), y: GAP + row * (tileHeight + GAP), width: tileWidth, height: tileHeight };
    });
    const rows = Math.ceil(count / across);
    const canvas = { width: across * (tileWidth + GAP) + GAP, height: rows * (tileHeight + GAP) + GAP };
    const recipe = new VideoStage().recipe(tilesWork(canvas, '#202020', tiles), shown, 0);
    const renderer = new VideoRenderer({ format: 'rgb24' });
    try {
      return renderer.renderSync(recipe, 0);
    } finally {
      recipe.release();
      renderer.closeSync();
    }
  }

  /** Gives everything back. */
  close(): void {
    for (const picture of this.#kept.splice(0)) picture.release();
  }
}
