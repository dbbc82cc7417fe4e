import type { EncodedPacket } from '../../media/av/opus-encoder.js';
import type { Packet } from '../../media/packet.js';

const NOTHING = new Uint8Array(0);

/**
 * The one packet an encoder node emits again and again. While it lends an encoder's packet its bytes are made and its level is measured
 * only when somebody reads them; for nobody that would be garbage and work, fifty times a second.
 */
export class OutgoingPacket implements Packet {
  readonly kind = 'packet';
  codec = 'opus' as const;
  ptsUs = 0;
  durationUs = 0;
  key = true;
  declare levelDbov: number;
  // Declared in the constructor: a copy by `{ ...packet }` must get the bytes, and not the encoder's own packet.
  declare data: Uint8Array;
  declare readonly native: object | undefined;
  #bytes: Uint8Array = NOTHING;
  #encoded: EncodedPacket | undefined;
  #level: number | undefined = -127;

  /** @param measure gives the level in dBov of the packet that is lent. */
  constructor(measure: () => number = () => -127) {
    Object.defineProperty(this, 'data', {
      enumerable: true,
      get: () => this.#encoded?.data ?? this.#bytes,
      set: (bytes: Uint8Array) => {
        this.#bytes = bytes;
      },
    });
    Object.defineProperty(this, 'levelDbov', {
      enumerable: true,
      get: () => (this.#level ??= measure()),
      set: (level: number) => {
        this.#level = level;
      },
    });
    Object.defineProperty(this, 'native', { enumerable: false, get: () => this.#encoded?.native });
  }

  /** Stands for an encoder's packet until {@link takeBack}. */
  lend(encoded: EncodedPacket): void {
    this.#encoded = encoded;
    this.#level = undefined;
  }

  /** The encoder's packet is gone. */
  takeBack(): void {
    this.#encoded = undefined;
    this.#level ??= -127;
  }
}
