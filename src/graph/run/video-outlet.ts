import type { VideoFrame } from '../../media/video-frame.js';
import type { Beat } from './domain.js';
import type { FrameLedger } from './frame-ledger.js';
import { Outlet, type Consumer } from './outlet.js';

/** An output port for pictures: says so to those that several consumers get, so that their pixels are made once. */
export class VideoOutlet extends Outlet<VideoFrame> {
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
