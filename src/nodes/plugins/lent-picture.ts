import type { VideoContent, VideoFrame } from '../../media/video-frame.js';

/** The shares that one operator has taken of pictures it was lent. */
export class HeldShares {
  readonly #counts = new Map<VideoContent, number>();

  /** How many there are. */
  get held(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  /** One more. */
  add(content: VideoContent): void {
    this.#counts.set(content, (this.#counts.get(content) ?? 0) + 1);
  }

  /** One less; false when there is none. */
  take(content: VideoContent): boolean {
    const count = this.#counts.get(content);
    if (count === undefined) return false;
    if (count > 1) this.#counts.set(content, count - 1);
    else this.#counts.delete(content);
    return true;
  }
}

/**
 * A picture as an operator is lent it. It counts the operator's own shares, so that one that releases what is not its own is stopped, and
 * one that keeps pictures for ever is found.
 */
export class LentPicture implements VideoFrame {
  readonly kind = 'video';
  readonly ptsUs: number;
  readonly width: number;
  readonly height: number;
  readonly content: VideoContent;

  /** @param picture what is lent. @param shares where the operator's shares are counted. */
  constructor(
    picture: VideoFrame,
    private readonly shares: HeldShares,
  ) {
    this.ptsUs = picture.ptsUs;
    this.width = picture.width;
    this.height = picture.height;
    this.content = picture.content;
  }

  retain(): VideoFrame {
    this.content.retain();
    this.shares.add(this.content);
    return this;
  }

  release(): void {
    if (!this.shares.take(this.content))
      throw new TypeError('release: this picture is only lent; what was not retained is not to be released');
    this.content.release();
  }
}
