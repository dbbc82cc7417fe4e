import type { VideoFrame } from '../../media/video-frame.js';
import type { Beat } from './domain.js';
import type { FrameLedger } from './frame-ledger.js';
import { Outlet, type Consumer } from './outlet.js';

/** An output port for pictures: says so to those that several consumers get, so that their pixels are made once. */
export class VideoOutlet extends Outlet<VideoFrame> {
  readonly #looks: ((frame: VideoFrame) => void)[] = [];

  /** @param domain the beat of the pictures. @param ledger while debugging: where what leaves is written down. */
  constructor(
    domain: Beat,
    private readonly ledger?: FrameLedger,
  ) {
    super(domain);
  }

  override next(frame: VideoFrame): void {
    if (this.targets.length > 1) frame.content.share?.();
    this.ledger?.gave(frame);
    super.next(frame);
    if (this.#looks.length === 0) return;
    for (const look of this.#looks.splice(0)) look(frame);
  }

  /**
   * Shows the next picture, once. Who looks is no consumer: for him the beat is not made, and what its consumers get is made as if he were
   * not there. Returns the end of it.
   */
  peek(look: (frame: VideoFrame) => void): () => void {
    this.#looks.push(look);
    return () => {
      const at = this.#looks.indexOf(look);
      if (at >= 0) this.#looks.splice(at, 1);
    };
  }

  override connect(consumer: Consumer<VideoFrame>): () => void {
    const disconnect = super.connect(consumer);
    if (this.ended) return disconnect;
    this.domain.taken(1);
    let connected = true;
    return () => {
      if (connected && !this.ended) this.domain.taken(-1);
      connected = false;
      disconnect();
    };
  }

  override complete(): void {
    if (!this.ended) this.domain.taken(-this.targets.length);
    super.complete();
  }
}
