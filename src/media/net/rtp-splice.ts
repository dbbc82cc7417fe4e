/** Numbers that the packets of one stream share, as of RFC 3550 section 5.1. */
const HEADER_BYTES = 12;
const VERSION = 2;
/** Every packet out is of this sender, whoever sent it. */
const SSRC = 0x766f7867;
/** Not 0, which FFmpeg takes for "not known yet". */
const FIRST_TIMESTAMP = 0x10000;
/** Pictures are decoded so long before they are shown at most, in seconds. */
const LONGEST_BACK_SEC = 2;
/** A step of the clock that is longer than this many seconds is a jump of the sender's, and is closed. */
const LONGEST_STEP_SEC = 10;

/** The payload type of RTCP's "bye" (RFC 3550 section 6.6). */
const BYE = 203;

/**
 * Joins the RTP packets of one connection after another into one stream: a new connection has numbers of its own, which are moved so
 * that they go on where the last one's ended.
 */
export class RtpSplice {
  readonly #clockRate: number;
  readonly #payloadType: number;
  readonly #stepsBack: boolean;
  /** What the newest connection's packets are numbered with. */
  #givenType: number;
  #sequence = 0;
  /** Timestamp of the newest packet as it came, and as it was given on. */
  #given: number | undefined;
  #timestamp = FIRST_TIMESTAMP;
  #step = 0;
  #elapsed = 0;
  /** Where in the stream the newest connection begins, in ticks. */
  #begin = 0;

  /**
   * @param payloadType of the packets given on, and at first of those that come. @param clockRate ticks of their clock in a second.
   * @param stepsBack whether times may go back from one packet to the next, as those of pictures do.
   */
  constructor(payloadType: number, clockRate: number, stepsBack = false) {
    this.#stepsBack = stepsBack;
    this.#payloadType = payloadType;
    this.#givenType = payloadType;
    this.#clockRate = clockRate;
  }

  /** How much came, in seconds. */
  get elapsedSec(): number {
    return this.#given === undefined && this.#elapsed === 0 ? 0 : (this.#elapsed + this.#step) / this.#clockRate;
  }

  /** Where in the stream a packet of the newest connection is, in seconds since the first; undefined while none of it has come. */
  secondsAt(given: number): number | undefined {
    return this.#given === undefined ? undefined : (this.#elapsed + ((given - this.#given) | 0)) / this.#clockRate;
  }

  /** Where in the stream the newest connection begins, in seconds; undefined while no packet of it has come. */
  get beginSec(): number | undefined {
    return this.#given === undefined ? undefined : this.#begin / this.#clockRate;
  }

  /** A new connection begins, whose packets are of that type. */
  restart(payloadType: number): void {
    this.#givenType = payloadType;
    this.#given = undefined;
  }

  /** Renumbers a packet in place; false when it is none of the stream's. */
  renumber(packet: Buffer): boolean {
    if (packet.length <= HEADER_BYTES || packet[0]! >> 6 !== VERSION || (packet[1]! & 0x7f) !== this.#givenType) return false;
    const given = packet.readUInt32BE(4);
    if (this.#given !== undefined) this.#step = this.#stepTo(given);
    const first = this.#given === undefined && this.#sequence === 0;
    const begins = this.#given === undefined;
    this.#given = given;
    if (!first) {
      this.#timestamp = (this.#timestamp + this.#step) >>> 0;
      this.#elapsed += this.#step;
    }
    if (begins) this.#begin = this.#elapsed;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    packet[1] = (packet[1]! & 0x80) | this.#payloadType;
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.#timestamp, 4);
    packet.writeUInt32BE(SSRC, 8);
    return true;
  }

  /**
   * Over TCP nothing is lost or comes out of order, so that whatever is no plain step is a sender that began anew. Pictures step back as
   * well: they are sent in the order in which they are decoded.
   */
  #stepTo(given: number): number {
    const step = (given - this.#given!) | 0;
    const back = this.#stepsBack ? LONGEST_BACK_SEC * this.#clockRate : 0;
    if (step >= -back && step <= LONGEST_STEP_SEC * this.#clockRate) return step;
    return Math.max(0, this.#step);
  }
}

/** Whether a compound of RTCP packets says that the stream is over. */
export function saysBye(compound: Buffer): boolean {
  for (let at = 0; at + 4 <= compound.length; at += 4 + compound.readUInt16BE(at + 2) * 4)
    if (compound[at + 1] === BYE) return true;
  return false;
}
