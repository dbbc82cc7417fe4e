import type { PortKind, WireEvent } from '../../graph/ports.js';
import type { CodedSound } from '../../media/coded-sound.js';
import type { AudioFrame } from '../../media/frame.js';
import type { Packet } from '../../media/packet.js';

/** Gives something another time, without touching it. What it returns is used again for the next. */
export type Lend = (item: unknown, byUs: number) => unknown;

/** Makes the {@link Lend} of one reader. */
export function lender(kind: PortKind): Lend {
  if (kind === 'audio') {
    const lent = new LentFrame();
    return (item, byUs) => lent.become(item as AudioFrame, byUs);
  }
  if (kind === 'packets') {
    const lent = {} as Packet;
    return (item, byUs) => {
      const packet = item as Packet;
      Object.assign(lent, packet);
      if (packet.levelDbov === undefined) delete lent.levelDbov;
      lent.ptsUs += byUs;
      return lent;
    };
  }
  return (item, byUs) => ({ ...(item as WireEvent), ptsUs: (item as WireEvent).ptsUs + byUs });
}

/** Another frame at another time. What is not decoded stays so until its samples are read. */
class LentFrame implements AudioFrame {
  readonly kind = 'audio';
  ptsUs = 0;
  #of!: AudioFrame;

  get planes(): Float32Array[] {
    return this.#of.planes;
  }

  get silent(): boolean {
    return this.#of.silent;
  }

  get coded(): CodedSound | undefined {
    return this.#of.coded;
  }

  become(frame: AudioFrame, byUs: number): this {
    this.#of = frame;
    this.ptsUs = frame.ptsUs + byUs;
    return this;
  }
}
