import type { NodeContext } from '../../graph/context.js';
import type { CodedSound, SoundHistory } from '../../media/coded-sound.js';
import { FRAME_US } from '../../media/format.js';
import type { AudioFrame } from '../../media/frame.js';
import { FrameJoiner } from '../../media/opus/frame-joiner.js';
import type { Packet } from '../../media/packet.js';
import type { OpusNodeOptions } from '../encoders/opus.js';
import type { OpusPacketizer } from './opus-packetizer.js';

/** Packets are copied again after so many frames that nobody changed, so that an effect in motion does not switch to and fro. */
const CALM_FRAMES = 10;
/** What an encoder hears before it takes over: 80 ms. */
const PRIMING_FRAMES = 4;
/** Loudness of a packet that is not decoded, in dBov: what music has in the middle. */
const NOMINAL_DBOV = -22;
/** Packets of at most this many bytes hold nothing (RFC 6716 §2.1.9). */
const EMPTY_BYTES = 3;

/**
 * Stands before an encoder and sends the packets of coded frames as they are. When a frame comes that somebody has changed, the encoder
 * hears the 80 ms before it and takes over at that packet; it gives back between two packets.
 */
export class OpusCopier {
  readonly #ctx: NodeContext;
  readonly #packetizer: OpusPacketizer;
  readonly #channels: 1 | 2;
  readonly #framesPerPacket: number;
  readonly #emit: (packet: Packet) => void;
  readonly #packet: Packet & { levelDbov: number } = {
    kind: 'packet',
    codec: 'opus',
    ptsUs: 0,
    durationUs: 0,
    key: true,
    data: new Uint8Array(0),
    levelDbov: NOMINAL_DBOV,
  };
  #copies = true;
  #calm = CALM_FRAMES;
  /** Where the sound before the next frame is found. */
  #history: SoundHistory | undefined;
  #sequence = 0;
  /** Packets that wait to be joined to a longer one. */
  readonly #joiner = new FrameJoiner();
  #waiting = 0;
  #startUs = 0;

  /** @param packetizer encodes what was changed. @param emit takes the copied packets. */
  constructor(ctx: NodeContext, options: OpusNodeOptions, packetizer: OpusPacketizer, emit: (packet: Packet) => void) {
    this.#ctx = ctx;
    this.#packetizer = packetizer;
    this.#channels = options.channels;
    this.#framesPerPacket = options.frameMs / 20;
    this.#emit = emit;
  }

  /** Takes a frame; emits what it completes. */
  take(frame: AudioFrame): void {
    const coded = frame.coded && frame.coded.channels <= this.#channels ? frame.coded : undefined;
    this.#calm = coded ? this.#calm + 1 : 0;
    if (coded && (this.#copies || (this.#calm > CALM_FRAMES && this.#packetizer.betweenPackets))) {
      if (!this.#copies) this.#packetizer.pause();
      this.#copies = true;
      this.#copy(frame.ptsUs, coded);
      return;
    }
    if (this.#copies) this.#giveToEncoder();
    this.#packetizer.take(frame);
  }

  /** Sends what is left; nothing may be taken afterwards. */
  flush(): void {
    if (this.#copies && this.#history) this.#sendJoined();
    else this.#packetizer.flush();
  }

  #giveToEncoder(): void {
    this.#copies = false;
    this.#sendJoined();
    if (!this.#history) return;
    const frames = Math.ceil(PRIMING_FRAMES / this.#framesPerPacket) * this.#framesPerPacket;
    const before = this.#history.before(this.#sequence, frames);
    // Whole packets only, so that the next one begins with the next frame.
    this.#packetizer.prime(before.slice(before.length % this.#framesPerPacket));
    this.#history = undefined;
  }

  #copy(ptsUs: number, { data, sequence, history }: CodedSound): void {
    this.#history = history;
    this.#sequence = sequence + 1;
    if (this.#framesPerPacket === 1) return this.#send(data, ptsUs, 1);
    const joiner = this.#joiner;
    // One packet holds frames of one kind.
    if (!joiner.fits(data)) this.#sendJoined();
    const first = joiner.empty;
    if (!joiner.add(data)) return;
    if (first) this.#startUs = ptsUs;
    if (++this.#waiting === this.#framesPerPacket) this.#sendJoined();
  }

  #sendJoined(): void {
    if (this.#waiting === 0) return;
    const frames = this.#waiting;
    this.#waiting = 0;
    this.#send(this.#joiner.take(), this.#startUs, frames);
  }

  #send(data: Uint8Array, ptsUs: number, frames: number): void {
    const packet = this.#packet;
    packet.data = data;
    packet.ptsUs = ptsUs;
    packet.durationUs = frames * FRAME_US;
    packet.levelDbov = data.length <= EMPTY_BYTES ? -127 : NOMINAL_DBOV;
    this.#ctx.count('copied');
    this.#emit(packet);
  }
}
