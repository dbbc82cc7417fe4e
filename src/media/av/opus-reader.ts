import { Packet } from 'node-av/lib';
import { AV_NOPTS_VALUE, AVERROR_EAGAIN, AVERROR_EOF, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { SAMPLE_RATE } from '../format.js';
import { reasonOf } from '../../errors.js';
import { openPacketDecoder, type PacketDecoder } from '../opus/decoder.js';
import { OggOpusReader } from '../opus/ogg-reader.js';
import type { AudioOutcome } from './audio-reader.js';
import type { MediaInfo } from './media-info.js';
import { avReason } from './native.js';
import { closeInput, openInput, type OpenedInput } from './open-input.js';
import { OPUS_LOOKAHEAD_SAMPLES } from './opus-head.js';

/** Containers whose Opus packets are what an encoder made, one by one. */
const CONTAINERS = /^(ogg|matroska,webm)$/;

/** So many read errors in a row mean that nothing more is to be expected. */
const MAX_ERRORS = 100;

/** An open Opus file, read as packets. Every call is synchronous. Close it. */
export interface OpusReader {
  /** What the file says about itself. */
  readonly info: MediaInfo;
  /** Samples at 48 kHz that a decoder gives before the first that counts. */
  readonly preSkipSamples: number;
  /** Decodes its packets. Freed with the reader. */
  readonly decoder: PacketDecoder;
  /**
   * Where the first packet after opening or a seek begins, in 48 kHz samples, once it was read; below 0 in the pre-skip. Matroska rounds
   * it to milliseconds.
   */
  readonly position: number;
  /** Set once `read` has returned undefined. */
  readonly outcome: AudioOutcome | undefined;
  /** The next packet, in memory that is not written to again; undefined at the end. */
  read(): Uint8Array | undefined;
  /** Goes to the packet at, or some time before, a position in 48 kHz samples. False when the file cannot be sought in. */
  seek(position: number): boolean;
  /** Frees everything. More than once does no harm. */
  close(): void;
}

/**
 * Opens a local file for its Opus packets, in Ogg, WebM or Matroska, with one or two channels.
 *
 * @param channels of the decoder that comes with it.
 * @returns undefined for every other kind of file, which {@link openAudioFile} may read.
 * @throws VoxError as `openAudioFile` does.
 */
export async function openOpusFile(path: string, channels: 1 | 2, signal?: AbortSignal): Promise<OpusReader | undefined> {
  const input = await openInput(path, undefined, signal);
  const { info } = input;
  if (info.codec !== 'opus' || !CONTAINERS.test(info.container) || info.channels > channels) {
    closeInput(input);
    return undefined;
  }
  // Its packets are decoded elsewhere, if at all.
  closeInput({ decoder: input.decoder });
  try {
    const decoder = await openPacketDecoder(channels);
    signal?.throwIfAborted();
    const preSkipSamples = input.stream.codecpar.initialPadding || OPUS_LOOKAHEAD_SAMPLES;
    const alone = info.container === 'ogg' && input.format.streams.length === 1;
    const ogg = alone ? OggOpusReader.open(path, preSkipSamples) : undefined;
    if (!ogg) return new PacketFileReader(path, input, decoder, preSkipSamples);
    closeInput({ format: input.format });
    return new OggFileReader(path, info, ogg, decoder, preSkipSamples);
  } catch (error) {
    closeInput({ format: input.format });
    throw error;
  }
}

class PacketFileReader implements OpusReader {
  readonly info: MediaInfo;
  position: number;
  outcome: AudioOutcome | undefined;
  readonly #packet = new Packet();
  readonly #samplesPerTick: number;
  /** The file has no other stream, whose packets might come too. */
  readonly #alone: boolean;
  #placed = false;
  #closed = false;

  constructor(
    private readonly path: string,
    private readonly input: OpenedInput,
    readonly decoder: PacketDecoder,
    readonly preSkipSamples: number,
  ) {
    const { stream, info } = input;
    this.info = info;
    this.position = -preSkipSamples;
    this.#samplesPerTick = (stream.timeBase.num * SAMPLE_RATE) / stream.timeBase.den;
    this.#alone = input.format.streams.length === 1;
    this.#packet.alloc();
  }

  read(): Uint8Array | undefined {
    const packet = this.#packet;
    for (let errors = 0; this.outcome === undefined;) {
      const code = this.input.format.readFrameSync(packet);
      if (code >= 0) {
        // Each question to native code costs as much as all the rest here: only what must be known is asked.
        const data = this.#alone || packet.streamIndex === this.info.streamIndex ? packet.data : null;
        if (data && !this.#placed) this.#place(packet.pts);
        packet.unref();
        if (data && data.length > 0) return data;
        continue;
      }
      if (code === AVERROR_EOF) this.outcome = { kind: 'ended' };
      else if (code !== AVERROR_EAGAIN || ++errors > MAX_ERRORS) this.outcome = this.#damaged(avReason(code));
    }
    return undefined;
  }

  seek(position: number): boolean {
    if (this.#closed) return false;
    const ticks = BigInt(Math.floor(Math.max(-this.preSkipSamples, position) / this.#samplesPerTick));
    if (this.input.format.seekFrameSync(this.info.streamIndex, ticks, AVSEEK_FLAG_BACKWARD) < 0) return false;
    this.outcome = undefined;
    this.#placed = false;
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.outcome ??= { kind: 'ended' };
    this.#packet.free();
    this.decoder.free();
    closeInput({ format: this.input.format });
  }

  #place(pts: bigint): void {
    this.#placed = true;
    this.position = pts === AV_NOPTS_VALUE ? -this.preSkipSamples : Math.round(Number(pts) * this.#samplesPerTick);
  }

  #damaged(reason: string): AudioOutcome {
    return damagedBehind(this.path, this.position, reason);
  }
}

/** Ogg with nothing but one Opus stream: read without native code, of which each call costs more than all else a copied packet does. */
class OggFileReader implements OpusReader {
  outcome: AudioOutcome | undefined;

  constructor(
    private readonly path: string,
    readonly info: MediaInfo,
    private readonly ogg: OggOpusReader,
    readonly decoder: PacketDecoder,
    readonly preSkipSamples: number,
  ) {}

  get position(): number {
    return this.ogg.position;
  }

  read(): Uint8Array | undefined {
    if (this.outcome) return undefined;
    try {
      const packet = this.ogg.read();
      if (!packet) this.outcome = { kind: 'ended' };
      return packet;
    } catch (error) {
      this.outcome = damagedBehind(this.path, this.position, reasonOf(error));
      return undefined;
    }
  }

  seek(position: number): boolean {
    try {
      this.ogg.seek(position);
    } catch {
      return false;
    }
    this.outcome = undefined;
    return true;
  }

  close(): void {
    this.outcome ??= { kind: 'ended' };
    this.ogg.close();
    this.decoder.free();
  }
}

function damagedBehind(path: string, position: number, reason: string): AudioOutcome {
  const atSec = Number((position / SAMPLE_RATE).toFixed(2));
  return { kind: 'failed', code: 'MEDIA_CORRUPT', data: { path, atSec, reason: `${reason} somewhere behind` } };
}
