import { Codec, CodecContext, Rational } from 'node-av/lib';
import { AV_CODEC_FLAG_BITEXACT, AV_CODEC_FLAG_GLOBAL_HEADER, AV_SAMPLE_FMT_FLT } from 'node-av/constants';
import { voxError } from '../../errors.js';
import { SAMPLE_RATE } from '../format.js';
import { frameSamples, type AudioFrame } from '../frame.js';
import { FrameEncoder } from './frame-encoder.js';
import { avReason, layoutOf, setAvLogQuiet } from './native.js';

/** What an Opus encoder is to do. */
export interface OpusOptions {
  /** Channels of the packets: 1 or 2; default 2. */
  readonly channels?: 1 | 2;
  /** Bit rate in kbit/s, 6–510 (256 at most per channel); default 64. */
  readonly bitrateKbps?: number;
  /** `audio` for music (default), `voip` for speech, `lowdelay` for the least delay. */
  readonly application?: 'audio' | 'voip' | 'lowdelay';
  /** Effort, 0–10; default 10. Each step costs CPU: 10 takes about three times as much as 0. */
  readonly complexity?: number;
  /** Variable bit rate; default true. `'constrained'` keeps packets near their mean size. */
  readonly vbr?: boolean | 'constrained';
  /** Adds in-band forward error correction for lost packets (speech rates); default false. */
  readonly fec?: boolean;
  /** Share of packets expected to be lost, 0–100, which FEC and redundancy aim at; default 0. */
  readonly packetLossPercent?: number;
  /** Length of a packet in milliseconds; default 20. */
  readonly frameMs?: 2.5 | 5 | 10 | 20 | 40 | 60;
}

/** Receives one packet: its bytes, which may be kept until the next, and how many 48 kHz samples it holds. */
export type EmitPacket = (data: Uint8Array, samples: number) => void;

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
  /** Emits what is left, padded with silence, and the encoder's lookahead. Nothing may be encoded afterwards. */
  flush(emit: EmitPacket): void;
  /**
   * Changes the bit rate. FFmpeg's libopus cannot while it runs, so a second encoder is opened in the background and takes over
   * between two packets, warmed up with the packet before; listeners hear no gap. A later call wins over one still under way.
   *
   * @throws VoxError OPTION_OUT_OF_RANGE.
   */
  setBitrate(kbps: number): Promise<void>;
  /** Frees everything. May be called at any time and more than once. */
  close(): void;
}

/** {@link OpusOptions} with every default filled in. */
export interface OpusSettings {
  readonly channels: 1 | 2;
  readonly bitrateKbps: number;
  readonly application: 'audio' | 'voip' | 'lowdelay';
  readonly complexity: number;
  readonly vbr: boolean | 'constrained';
  readonly fec: boolean;
  readonly packetLossPercent: number;
  readonly frameMs: number;
}

/** The defaults of {@link OpusOptions}. */
export const OPUS_DEFAULTS: OpusSettings = {
  channels: 2,
  bitrateKbps: 64,
  application: 'audio',
  complexity: 10,
  vbr: true,
  fec: false,
  packetLossPercent: 0,
  frameMs: 20,
};

/**
 * Opens an Opus encoder at 48 kHz.
 *
 * @throws VoxError OPTION_OUT_OF_RANGE, CODEC_MISSING.
 */
export async function createOpusEncoder(options: OpusOptions = {}): Promise<OpusEncoder> {
  const settings: OpusSettings = { ...OPUS_DEFAULTS };
  for (const [name, value] of Object.entries(options) as [string, unknown][])
    if (value !== undefined) Object.assign(settings, { [name]: value });
  return new LibopusEncoder(settings, await openOpus(settings));
}

function checkSettings(s: OpusSettings): void {
  const range = (what: string, given: number, low: number, high: number): void => {
    if (!(given >= low && given <= high))
      throw voxError('OPTION_OUT_OF_RANGE', { what, given, reason: `it must be ${low} to ${high}` });
  };
  range('the channel count', s.channels, 1, 2);
  range('the bit rate in kbit/s', s.bitrateKbps, 6, 510);
  range('complexity', s.complexity, 0, 10);
  range('the expected packet loss in percent', s.packetLossPercent, 0, 100);
  if (![2.5, 5, 10, 20, 40, 60].includes(s.frameMs)) {
    throw voxError('OPTION_OUT_OF_RANGE', {
      what: 'the packet length in ms',
      given: s.frameMs,
      reason: 'it must be 2.5, 5, 10, 20, 40 or 60',
    });
  }
}

/** Opens libopus by these settings; used by the encoder and by the file writer. */
export async function openOpus(s: OpusSettings): Promise<CodecContext> {
  checkSettings(s);
  setAvLogQuiet();
  const codec = Codec.findEncoderByName('libopus' as never);
  if (!codec) throw voxError('CODEC_MISSING', { what: 'encoder', name: 'libopus' });
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = SAMPLE_RATE;
  context.timeBase = new Rational(1, SAMPLE_RATE);
  context.sampleFormat = AV_SAMPLE_FMT_FLT;
  context.channelLayout = layoutOf(s.channels);
  // libopus takes 256 kbit/s a channel at most.
  context.bitRate = BigInt(Math.round(Math.min(s.bitrateKbps, 256 * s.channels) * 1000));
  context.setFlags(AV_CODEC_FLAG_BITEXACT, AV_CODEC_FLAG_GLOBAL_HEADER);
  // Set on the context and not by a dictionary at opening: that is what double-frees.
  context.setOption('application', s.application);
  context.setOption('compression_level', String(s.complexity));
  context.setOption('vbr', s.vbr === 'constrained' ? 'constrained' : s.vbr ? 'on' : 'off');
  context.setOption('fec', s.fec ? '1' : '0');
  context.setOption('packet_loss', String(Math.round(s.packetLossPercent)));
  context.setOption('frame_duration', String(s.frameMs));
  const code = await context.open2(codec, null);
  if (code < 0) {
    context.freeContext();
    throw voxError('OPTION_OUT_OF_RANGE', { what: 'the Opus encoder', given: 'as asked', reason: avReason(code) });
  }
  return context;
}

interface Successor {
  readonly context: CodecContext;
  readonly core: FrameEncoder;
  readonly settings: OpusSettings;
}

class LibopusEncoder implements OpusEncoder {
  readonly channels: 1 | 2;
  readonly packetSamples: number;
  readonly extradata: Uint8Array;
  readonly lookaheadSamples: number;

  #settings: OpusSettings;
  #context: CodecContext;
  #core: FrameEncoder;
  /** An encoder with a new bit rate that takes over before the next packet. */
  #next: Successor | undefined;
  #ticket = 0;
  #closed = false;
  #flushed = false;
  #emit: EmitPacket | undefined;
  #earlierBad = 0;
  #earlierClipped = 0;
  readonly #onPacket = (): void => {
    const data = this.#core.packet.data;
    if (data) this.#emit!(data, this.packetSamples);
  };

  constructor(settings: OpusSettings, context: CodecContext) {
    this.#settings = settings;
    this.#context = context;
    this.#core = new FrameEncoder(context, true);
    this.channels = settings.channels;
    this.packetSamples = context.frameSize;
    this.extradata = new Uint8Array(context.extraData ?? []);
    // OpusHead keeps the pre-skip in bytes 10 and 11, little-endian.
    this.lookaheadSamples = this.extradata.length >= 12 ? this.extradata[10]! + 256 * this.extradata[11]! : 0;
  }

  get bitrateKbps(): number {
    return this.#settings.bitrateKbps;
  }

  get badSamples(): number {
    return this.#earlierBad + this.#core.damage.bad;
  }

  get clippedSamples(): number {
    return this.#earlierClipped + this.#core.damage.clipped;
  }

  encode(frame: AudioFrame, emit: EmitPacket): void {
    if (this.#closed || this.#flushed) return;
    if (this.#next && this.#core.pendingSamples === 0) this.#takeOver(this.#next);
    this.#emit = emit;
    this.#core.push(frame.planes, 0, frameSamples(frame), this.#onPacket);
  }

  flush(emit: EmitPacket): void {
    if (this.#closed || this.#flushed) return;
    this.#flushed = true;
    this.#emit = emit;
    this.#core.flush(this.#onPacket);
  }

  async setBitrate(kbps: number): Promise<void> {
    const settings = { ...this.#settings, bitrateKbps: kbps };
    checkSettings(settings);
    const ticket = ++this.#ticket;
    const context = await openOpus(settings);
    if (this.#closed || ticket !== this.#ticket) {
      context.freeContext();
      return;
    }
    this.#dropNext();
    this.#next = { context, core: new FrameEncoder(context, true), settings };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dropNext();
    this.#core.close();
    this.#context.freeContext();
  }

  #takeOver(next: Successor): void {
    this.#next = undefined;
    this.#earlierBad += this.#core.damage.bad;
    this.#earlierClipped += this.#core.damage.clipped;
    next.core.warmUpFrom(this.#core);
    this.#core.close();
    this.#context.freeContext();
    this.#core = next.core;
    this.#context = next.context;
    this.#settings = next.settings;
  }

  #dropNext(): void {
    this.#next?.core.close();
    this.#next?.context.freeContext();
    this.#next = undefined;
  }
}
