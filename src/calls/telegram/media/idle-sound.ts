import type { Packet } from '../../../media/packet.js';
import type { Timers } from '../../webrtc/index.js';

/** 20 ms of silence: CELT, full band, mono (RFC 6716, 3.1), of which decoders make exact zeros. */
const SILENCE = Uint8Array.of(0xf8, 0xff, 0xfe);
/** As often as an Opus encoder in discontinuous transmission. */
const EVERY_MS = 400;

/**
 * Lets silence flow while nothing else does: clients that send nothing are reported to vanish from calls after a while, and a listener's player
 * keeps its place.
 */
export class IdleSound {
  readonly #timers: Timers;
  readonly #send: (packet: Packet) => void;
  readonly #packet: Packet = {
    kind: 'packet',
    codec: 'opus',
    ptsUs: 0,
    durationUs: 20_000,
    key: true,
    data: SILENCE,
    levelDbov: -127,
  };
  /** The last packet's time on its own clock, and when it was sent. */
  #lastPtsUs = 0;
  #lastUs: number;
  #cancel: () => void = () => {};

  /** @param send takes each packet of silence. */
  constructor(timers: Timers, send: (packet: Packet) => void) {
    this.#timers = timers;
    this.#send = send;
    this.#lastUs = timers.nowUs();
    this.#wait(EVERY_MS);
  }

  /** A packet of the graph was sent. */
  sent(packet: Packet): void {
    this.#lastPtsUs = packet.ptsUs;
    this.#lastUs = this.#timers.nowUs();
  }

  /** Ends it. */
  stop(): void {
    this.#cancel();
  }

  #wait(delayMs: number): void {
    this.#cancel = this.#timers.after(delayMs, () => {
      const nowUs = this.#timers.nowUs();
      const restMs = EVERY_MS - (nowUs - this.#lastUs) / 1000;
      if (restMs > 0) return this.#wait(restMs);
      this.#packet.ptsUs = this.#lastPtsUs + (nowUs - this.#lastUs);
      this.#send(this.#packet);
      this.sent(this.#packet);
      this.#wait(EVERY_MS);
    });
  }
}
