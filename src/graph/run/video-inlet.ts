import type { VideoFrame } from '../../media/video-frame.js';
import type { Beat } from './domain.js';
import type { FrameLedger } from './frame-ledger.js';
import { Inlet } from './inlet.js';

/** An input port for pictures while debugging: what the node keeps of them is counted, and misuse found. */
export class DebugVideoInlet extends Inlet<VideoFrame> {
  constructor(
    domain: Beat,
    onThrow: (error: unknown) => void,
    private readonly ledger: FrameLedger,
  ) {
    super(domain, onThrow);
  }

  override next(frame: VideoFrame): void {
    const lent = this.ledger.lend(frame);
    super.next(lent);
    lent.expire();
  }
}
