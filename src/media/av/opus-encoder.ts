import type { CodecContext } from 'node-av/lib';
import { frameSamples, type AudioFrame } from '../frame.js';
import { preSkipOf } from './opus-head.js';
import { EncoderPacket } from './encoder-packet.js';
import { FrameEncoder } from './frame-encoder.js';
import { checkSettings, openOpus, opusSettings, type OpusOptions, type OpusSettings } from './open-opus.js';

/** Receives one packet: its bytes, which may be kept until the next, and how many 48 kHz samples it holds. */
export type EmitPacket = (data: Uint8Array, samples: number) => void;

/** A packet whose bytes are copied out of native memory only when they are read: each copy is garbage that the collector visits. */
export interface EncodedPacket {
  /** Its bytes, made on first reading; of use only while the packet is being emitted. */
  readonly data: Uint8Array;
  /** The native packet, for `AudioWriter.writePacket`. */
  readonly native: object;
}

/** Receives one packet and how many 48 kHz samples it holds. */
export type EmitEncoded = (packet: EncodedPacket, samples: number) => void;

/** An Opus encoder (libopus). Synchronous; close it. */
export interface OpusEncoder {
  /** Channels of its packets. */
  readonly channels: 1 | 2;
  /** Samples per channel of one packet at 48 kHz. */
  readonly packetSamples: number;
  /** Samples a decoder gives before the first that went in: Opus's pre-skip (RFC 7845 §4.2), at 48 kHz. */
  readonly lookaheadSamples: number;
  /** The OpusHead header of RFC 7845 §5.1, as Ogg, Matroska and WebM carry it. */
  readonly extradata: Uint8Array;
  /** The bit rate in force, in kbit/s. */
  readonly bitrateKbps: number;
  /** Samples that were NaN or infinite and were encoded as 0. */
  readonly badSamples: number;
  /** Samples that were above full scale and were cut. */
  readonly clippedSamples: number;
  /** Takes one frame of any length and emits a packet for each full packet length. Mono feeds both channels of a stereo encoder. */
  encode(frame: AudioFrame, emit: EmitPacket): void;
  /** As {@link encode}, without making bytes that nobody reads. */
  encodeLazily(frame: AudioFrame, emit: EmitEncoded): void;
  /** Emits what is left, padded with silence, and the encoder's lookahead. Nothing may be encoded afterwards. */
  flush(emit: EmitPacket): void;
  /** As {@link flush}, without making bytes that nobody reads. */
  flushLazily(emit: EmitEncoded): void;
  /**
   * Changes the bit rate. FFmpeg's libopus cannot while it runs, so another encoder is opened in the background, encodes along
   * for 100 ms and takes over between two packets: unheard at music rates, with a dip of 6 ms where Opus is in its speech modes.
   * Meanwhile `bitrateKbps` is still the old one. A later call wins over one under way. Resolves when the other is open.
   *
   * @throws VoxError OPTION_OUT_OF_RANGE.
   */
  setBitrate(kbps: number): Promise<void>;
  /** Changes the effort, 0 to 10, in the same way as {@link setBitrate}. @throws VoxError OPTION_OUT_OF_RANGE. */
  setComplexity(complexity: number): Promise<void>;
  /** Frees everything. May be called at any time and more than once. */
  close(): void;
}

/** How long a successor encodes along: after five packets of 20 ms its output is what an old encoder's would be. */
const SHADOW_SAMPLES = 4800;

/**
 * Opens an Opus encoder at 48 kHz.
 *
 * @throws VoxError OPTION_OUT_OF_RANGE, CODEC_MISSING.
 */
export async function createOpusEncoder(options: OpusOptions = {}): Promise<OpusEncoder> {
  const settings = opusSettings(options);
  return new LibopusEncoder(settings, await openInstance(settings));
}

interface Instance {
  readonly context: CodecContext;
  readonly core: FrameEncoder;
}

/** What takes over after a change of the bit rate. */
interface Successor {
  readonly settings: OpusSettings;
  /**
   * Encodes along, unheard. Right between CELT packets, whose decoder state is the signal's own spectrum: nothing is audible.
   */
  readonly shadow: Instance;
  /**
   * Has heard nothing, so its first packet needs no earlier one. Right for SILK and hybrid packets (speech, low rates), which
   * predict from exact decoder state: the level dips for 6 ms instead of being wrong for half a second.
   */
  readonly fresh: Instance;
  /** Samples the shadow has encoded along. */
  heard: number;
  /** First byte of the shadow's newest packet. */
  toc: number;
}

async function openInstance(settings: OpusSettings): Promise<Instance> {
  const context = await openOpus(settings);
  return { context, core: new FrameEncoder(context, true) };
}

function closeInstance(instance: Instance): void {
  instance.core.close();
  instance.context.freeContext();
}

/** RFC 6716 §3.1: configurations 16–31 are CELT alone. */
function isCelt(toc: number): boolean {
  return toc >> 3 >= 16;
}

class LibopusEncoder implements OpusEncoder {
  readonly channels: 1 | 2;
  readonly packetSamples: number;
  readonly extradata: Uint8Array;
  readonly lookaheadSamples: number;

  #settings: OpusSettings;
  /** What the last call asked for, also while it is being opened. */
  #wanted: OpusSettings;
  #instance: Instance;
  #next: Successor | undefined;
  #toc = 0;
  #ticket = 0;
  #closed = false;
  #flushed = false;
  #emit: EmitEncoded = () => {};
  readonly #packet = new EncoderPacket();
  #earlierBad = 0;
  #earlierClipped = 0;
  readonly #onPacket = (): void => {
    const packet = this.#packet;
    packet.begin(this.#instance.core);
    // Only a change of the bit rate asks what kind of packet it is.
    if (this.#next) this.#toc = packet.data[0] ?? 0;
    this.#emit(packet, this.packetSamples);
    packet.end();
  };

  constructor(settings: OpusSettings, instance: Instance) {
    const { context } = instance;
    this.#settings = settings;
    this.#wanted = settings;
    this.#instance = instance;
    this.channels = settings.channels;
    this.packetSamples = context.frameSize;
    this.extradata = new Uint8Array(context.extraData ?? []);
    this.lookaheadSamples = preSkipOf(this.extradata);
  }

  get bitrateKbps(): number {
    return this.#settings.bitrateKbps;
  }

  get badSamples(): number {
    return this.#earlierBad + this.#instance.core.damage.bad;
  }

  get clippedSamples(): number {
    return this.#earlierClipped + this.#instance.core.damage.clipped;
  }

  encode(frame: AudioFrame, emit: EmitPacket): void {
    this.encodeLazily(frame, (packet, samples) => emit(packet.data, samples));
  }

  encodeLazily(frame: AudioFrame, emit: EmitEncoded): void {
    if (this.#closed || this.#flushed) return;
    const count = frameSamples(frame);
    if (this.#next) this.#prepare(this.#next, frame, count);
    this.#emit = emit;
    this.#instance.core.push(frame.planes, 0, count, this.#onPacket);
  }

  flush(emit: EmitPacket): void {
    this.flushLazily((packet, samples) => emit(packet.data, samples));
  }

  flushLazily(emit: EmitEncoded): void {
    if (this.#closed || this.#flushed) return;
    this.#flushed = true;
    this.#emit = emit;
    this.#instance.core.flush(this.#onPacket);
  }

  setBitrate(kbps: number): Promise<void> {
    return this.#become({ ...this.#wanted, bitrateKbps: kbps });
  }

  setComplexity(complexity: number): Promise<void> {
    return this.#become({ ...this.#wanted, complexity });
  }

  async #become(settings: OpusSettings): Promise<void> {
    checkSettings(settings);
    this.#wanted = settings;
    const ticket = ++this.#ticket;
    const [shadow, fresh] = await Promise.all([openInstance(settings), openInstance(settings)]);
    if (this.#closed || ticket !== this.#ticket) {
      closeInstance(shadow);
      closeInstance(fresh);
      return;
    }
    this.#dropNext();
    this.#next = { settings, shadow, fresh, heard: 0, toc: 0 };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dropNext();
    closeInstance(this.#instance);
  }

  /** Lets the successor hear what is encoded, from a packet's start on, and take over when it has heard enough. */
  #prepare(next: Successor, frame: AudioFrame, count: number): void {
    const atStart = this.#instance.core.pendingSamples === 0;
    if (next.heard === 0 && !atStart) return;
    if (next.heard >= SHADOW_SAMPLES && atStart) {
      this.#takeOver(next);
      return;
    }
    const { core } = next.shadow;
    core.push(frame.planes, 0, count, () => (next.toc = core.packet.data?.[0] ?? 0));
    next.heard += count;
  }

  #takeOver(next: Successor): void {
    const seamless = isCelt(this.#toc) && isCelt(next.toc);
    const [heir, other] = seamless ? [next.shadow, next.fresh] : [next.fresh, next.shadow];
    const { damage } = this.#instance.core;
    this.#earlierBad += damage.bad;
    this.#earlierClipped += damage.clipped;
    // What the shadow counted was counted already.
    heir.core.damage.bad = 0;
    heir.core.damage.clipped = 0;
    closeInstance(other);
    closeInstance(this.#instance);
    this.#next = undefined;
    this.#instance = heir;
    this.#settings = next.settings;
  }

  #dropNext(): void {
    if (!this.#next) return;
    closeInstance(this.#next.shadow);
    closeInstance(this.#next.fresh);
    this.#next = undefined;
  }
}
