import type { Packet as NativePacket } from 'node-av/lib';
import type { FrameEncoder } from './frame-encoder.js';

const NOTHING = new Uint8Array(0);

/** An encoder's newest packet while it is being emitted. Its bytes are made only for who reads them; a file takes the native packet. */
export class EncoderPacket {
  #core: FrameEncoder | undefined;
  #bytes: Uint8Array | undefined;
  #ptsSamples = NaN;

  /** A copy of its bytes, made once. Empty when the packet is gone. */
  get data(): Uint8Array {
    this.#bytes ??= this.#core?.packet.data ?? NOTHING;
    return this.#bytes;
  }

  /** Itself, as what media/av knows it by. */
  get native(): object {
    return this;
  }

  /** The native packet. Undefined when it is gone. */
  get packet(): NativePacket | undefined {
    return this.#core?.packet;
  }

  /** The native packet's timestamp in samples; NaN when somebody has changed it. */
  get ptsSamples(): number {
    return this.#ptsSamples;
  }

  /** Begins to stand for the newest packet of `core`. */
  begin(core: FrameEncoder): void {
    this.#core = core;
    this.#ptsSamples = core.packetPtsSamples;
  }

  /** Whoever changes the native packet's times says so, since others may be given it too. */
  retimed(): void {
    this.#ptsSamples = NaN;
  }

  /** The packet is gone. */
  end(): void {
    this.#core = undefined;
    this.#bytes = undefined;
  }
}
