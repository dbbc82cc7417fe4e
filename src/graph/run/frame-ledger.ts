import type { VideoContent, VideoFrame } from '../../media/video-frame.js';

/** Contents a node gave out are remembered up to so many; older ones are looked after by nobody. */
const MOST_REMEMBERED = 1000;

/**
 * What one node does with pictures, while debugging: it is lent frames that count its shares, and what it gave out is remembered until it
 * is freed. So a leak has a name.
 */
export class FrameLedger {
  #held = 0;
  readonly #given = new Set<VideoContent>();

  /** Shares the node has taken and not given back. */
  get held(): number {
    return this.#held;
  }

  /** Contents that it gave out and that still live. */
  get alive(): number {
    this.#forget();
    return this.#given.size;
  }

  /** A frame for the node to use: what it takes and gives back is counted. */
  lend(frame: VideoFrame): LentFrame {
    return new LentFrame(frame, (by) => (this.#held += by));
  }

  /** The node gives that out. */
  gave({ content }: VideoFrame): void {
    if (this.#given.size >= MOST_REMEMBERED) this.#forget();
    if (this.#given.size < MOST_REMEMBERED) this.#given.add(content);
  }

  #forget(): void {
    for (const content of this.#given) if (!content.alive) this.#given.delete(content);
  }
}

/** When all nodes are closed: who keeps pictures has said so itself; if nobody does, those who made what still lives do. */
export function reportLeaks(
  nodes: readonly { readonly ports: { readonly frames?: FrameLedger | undefined }; reportLeaks(): void }[],
): void {
  if (nodes.some(({ ports }) => (ports.frames?.held ?? 0) > 0)) return;
  for (const node of nodes) node.reportLeaks();
}

/** A frame in the hands of one node. */
export class LentFrame implements VideoFrame {
  readonly kind = 'video';
  readonly ptsUs: number;
  #shares = 0;
  #lent = true;

  constructor(
    private readonly frame: VideoFrame,
    private readonly count: (by: number) => void,
  ) {
    this.ptsUs = frame.ptsUs;
  }

  get content(): VideoContent {
    if (!this.#lent && this.#shares === 0) throw new TypeError('a picture was used after its delivery without being retained');
    return this.frame.content;
  }

  get width(): number {
    return this.frame.width;
  }

  get height(): number {
    return this.frame.height;
  }

  retain(): VideoFrame {
    if (!this.#lent && this.#shares === 0) throw new TypeError('a picture was retained after its delivery');
    this.frame.retain();
    this.#shares++;
    this.count(1);
    return this;
  }

  release(): void {
    if (this.#shares === 0) throw new TypeError('a picture was released that had not been retained');
    this.#shares--;
    this.count(-1);
    this.frame.release();
  }

  /** The delivery is over. */
  expire(): void {
    this.#lent = false;
  }
}
