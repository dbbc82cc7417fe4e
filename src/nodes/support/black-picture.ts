import { blankPicture } from '../../media/av/video/blank.js';
import type { Picture } from '../../media/av/video/picture.js';

/** A black picture of the size that is wanted, kept until another is. */
export class BlackPicture {
  #picture: Picture | undefined;

  /** One of that size, with a share for the caller. Default: 640 by 360 pixels. */
  of({ width = 640, height = 360 }: { readonly width?: number; readonly height?: number } = {}): Picture {
    if (!this.#picture || this.#picture.width !== width || this.#picture.height !== height) {
      this.close();
      this.#picture = blankPicture(width, height);
    }
    this.#picture.retain();
    return this.#picture;
  }

  /** Lets go of it. */
  close(): void {
    this.#picture?.release();
    this.#picture = undefined;
  }
}
