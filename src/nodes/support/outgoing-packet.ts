import type { EncodedPacket } from '../../media/av/opus-encoder.js';
import type { Packet } from '../../media/packet.js';

const NOTHING = new Uint8Array(0);

/**
 * The one packet an encoder node emits again and again. While it lends an encoder's packet its bytes are made only when somebody reads
 * them; for nobody they would be garbage, fifty times a second.
 */
export class OutgoingPacket implements Packet {
  readonly kind = 'packet';
  codec = 'opus' as const;
  ptsUs = 0;
  durationUs = 0;
  key = true;
  levelDbov = -127;
  // Declared in the constructor: a copy by `{ ...packet }` must get the bytes, and not the encoder's own packet.
  declare data: Uint8Array;
  declare readonly native: object | undefined;
  #bytes: Uint8Array = NOTHING;
  #encoded: EncodedPacket | undefined;

  constructor() {
    Object.defineProperty(this, 'data', {
      enumerable: true,
      get: () => this.#encoded?.data ?? this.#bytes,
      set: (bytes: Uint8Array) => {
        this.#bytes = bytes;
      },
    });
    Object.defineProperty(this, 'native', { enumerable: false, get: () => this.#encoded?.native });
  }

  /** Stands for an encoder's packet until {@link takeBack}. */
  lend(encoded: EncodedPacket): void {
    this.#encoded = encoded;
  }

  /** The encoder's packet is gone. */
  takeBack(): void {
    this.#encoded = undefined;
  }
}
