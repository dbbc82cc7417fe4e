import {
  type CodecContext,
  type Codec,
  Dictionary,
  FormatContext,
  Packet as NativePacket,
  Rational,
  type Stream,
} from 'node-av/lib';
import { AVERROR_EACCES, AVERROR_ENOENT, AVFMT_GLOBALHEADER, AVMEDIA_TYPE_AUDIO } from 'node-av/constants';
import { reasonOf, VoxError, voxError } from '../../errors.js';
import { SAMPLE_RATE, usToSamples } from '../format.js';
import { frameSamples, type AudioFrame } from '../frame.js';
import type { Packet } from '../packet.js';
import { EncoderPacket } from './encoder-packet.js';
import { FrameEncoder } from './frame-encoder.js';
import { setWriting } from './live-output.js';
import { avReason, layoutOf, setAvLogQuiet } from './native.js';
import { openEncoder } from './open-encoder.js';
import { prepareOutput, type OutputFile } from './output-file.js';
import { chooseOutput } from './output-format.js';
import { opusHead, preSkipOf } from './opus-head.js';
import { RateStage } from './rate-stage.js';

/** How an audio file is written. */
export interface AudioWriterOptions {
  /** FFmpeg's name of the container; default: by the path's extension. */
  readonly format?: string;
  /** The codec (`opus`, `mp3`, `aac`, `flac`, `vorbis`, `pcm_s24le` …); default: the container's best. */
  readonly codec?: string;
  /** Bit rate in kbit/s for lossy codecs; default 96 for Opus, 160 for others (half for mono). */
  readonly bitrateKbps?: number;
  /** Channels of the file, 1 or 2; default 2. */
  readonly channels?: 1 | 2;
  /** Tags such as `title`, `artist`. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * True: as it is written it reaches the disk within a second, and can be played if the process is killed. For recordings. Default
   * false: it is written in large portions.
   */
  readonly live?: boolean;
  /** True (default): the file appears under its name when it is finished. False: it grows in place, for live recordings. */
  readonly atomic?: boolean;
  /** The file is fed Opus packets by `writePacket`, which are copied as they are, instead of frames. Default: frames. */
  readonly packets?: {
    /** The encoder's OpusHead; default: one with the usual lookahead of 312 samples. */
    readonly extradata?: Uint8Array;
  };
  /** Opus effort, 0–10; default 10. */
  readonly complexity?: number;
}

/** An audio file being written. `write` and `writePacket` are synchronous. Finish or abort it. */
export interface AudioWriter {
  /** FFmpeg's name of the container. */
  readonly container: string;
  /** FFmpeg's name of the encoder, or `copy`. */
  readonly codec: string;
  /** Media written so far, in microseconds. */
  readonly positionUs: number;
  /**
   * Appends a frame of any length. Mono feeds both channels of a stereo file.
   *
   * @throws VoxError OUTPUT_UNWRITABLE, such as when the disk is full.
   */
  write(frame: AudioFrame): void;
  /** Appends an Opus packet, unchanged. A later `ptsUs` than the packets before add up to leaves a gap. Throws as `write`. */
  writePacket(packet: Packet): void;
  /** Writes what is left and the container's end, and gives the file its name. Throws as `write`. */
  finish(): Promise<void>;
  /** Gives up: frees everything and removes an unfinished file. May be called at any time and more than once. */
  abort(): void;
}

/**
 * Opens an audio file for writing, in any container FFmpeg knows. The same input gives the same bytes: no dates, no random
 * serial numbers, no version strings.
 *
 * @throws VoxError OUTPUT_UNWRITABLE, CODEC_MISSING, OPTION_OUT_OF_RANGE.
 */
export async function openAudioFileWriter(path: string, options: AudioWriterOptions = {}): Promise<AudioWriter> {
  setAvLogQuiet();
  const { format: output, codec } = chooseOutput(path, options.format, options.packets ? 'opus' : options.codec);
  const file = await prepareOutput(path, options.atomic ?? true);
  const format = new FormatContext();
  let context: CodecContext | undefined;
  try {
    check(path, format.allocOutputContext2(output, null, `file:${file.workPath}`));
    setWriting(format, output.name ?? '', options.live ?? false);
    const stream = format.newStream(null);
    if (options.packets) describeOpus(stream, codec, options);
    else {
      context = await openEncoder(codec, options, output.hasFlags(AVFMT_GLOBALHEADER));
      check(path, stream.codecpar.fromContext(context));
    }
    stream.timeBase = new Rational(1, stream.codecpar.sampleRate);
    if (options.tags) setTags(format, options.tags);
    check(path, await format.openOutput());
    check(path, await format.writeHeader(null), `the container ${output.name} does not take ${codec.name}`);
    return new FileWriter(path, file, format, stream, context, codec.name ?? 'unknown', output.name ?? 'unknown');
  } catch (error) {
    context?.freeContext();
    closeOutput(format);
    file.discard();
    throw error instanceof VoxError ? error : voxError('OUTPUT_UNWRITABLE', { path, reason: reasonOf(error) });
  }
}

/** @throws VoxError OUTPUT_UNWRITABLE when FFmpeg's answer is an error; `reason` in place of its own words. */
export function check(path: string, code: number, reason?: string): void {
  if (code >= 0) return;
  const plain = code === AVERROR_EACCES || code === AVERROR_ENOENT ? avReason(code) : (reason ?? avReason(code));
  throw voxError('OUTPUT_UNWRITABLE', { path, reason: plain });
}

/** Frees a container that is written. */
export function closeOutput(format: FormatContext): void {
  format.closeOutputSync();
  format.freeContext();
}

/** Writes tags into a container that is not begun yet. */
export function setTags(format: FormatContext, tags: Readonly<Record<string, string>>): void {
  const dictionary = Dictionary.fromObject({ ...tags });
  format.metadata = dictionary;
  dictionary.free();
}

function describeOpus(stream: Stream, codec: Codec, options: AudioWriterOptions): void {
  const channels = options.channels ?? 2;
  const head = options.packets?.extradata ?? opusHead(channels);
  const { codecpar } = stream;
  codecpar.codecType = AVMEDIA_TYPE_AUDIO;
  codecpar.codecId = codec.id;
  codecpar.sampleRate = SAMPLE_RATE;
  codecpar.channelLayout = layoutOf(channels);
  codecpar.extradata = Buffer.from(head);
  codecpar.initialPadding = preSkipOf(head);
}

class FileWriter implements AudioWriter {
  readonly container: string;
  readonly codec: string;

  readonly #path: string;
  readonly #file: OutputFile;
  readonly #format: FormatContext;
  readonly #context: CodecContext | undefined;
  readonly #encoder: FrameEncoder | undefined;
  readonly #rateStage: RateStage | undefined;
  readonly #copied: NativePacket | undefined;
  readonly #packetBase: Rational;
  readonly #streamBase: Rational;
  readonly #rescales: boolean;
  readonly #padding: number;
  #state: 'open' | 'finishing' | 'closed' = 'open';
  #samples = 0;
  #firstPtsUs: number | undefined;
  readonly #onPacket = (): void => this.#mux(this.#encoder!.packet);
  readonly #onPlanes = (planes: readonly Float32Array[], count: number): void =>
    this.#encoder!.push(planes, 0, count, this.#onPacket);

  constructor(
    path: string,
    file: OutputFile,
    format: FormatContext,
    stream: Stream,
    context: CodecContext | undefined,
    codec: string,
    container: string,
  ) {
    this.#path = path;
    this.#file = file;
    this.#format = format;
    this.#context = context;
    this.container = container;
    this.codec = context ? codec : 'copy';
    const rate = stream.codecpar.sampleRate;
    this.#streamBase = stream.timeBase;
    this.#packetBase = new Rational(1, rate);
    this.#rescales = !this.#packetBase.equals(this.#streamBase);
    this.#padding = stream.codecpar.initialPadding;
    if (context) {
      this.#encoder = new FrameEncoder(context, codec === 'libopus');
      if (rate !== SAMPLE_RATE) this.#rateStage = new RateStage(rate, context.channels);
    } else {
      this.#copied = new NativePacket();
      this.#copied.alloc();
    }
  }

  get positionUs(): number {
    return Math.round((this.#samples * 1e6) / SAMPLE_RATE);
  }

  write(frame: AudioFrame): void {
    if (this.#state !== 'open') return;
    if (!this.#encoder) throw voxError('INTERNAL', { reason: 'a frame was written to a file opened for packets' });
    const count = frameSamples(frame);
    this.#guarded(() => {
      if (this.#rateStage) this.#rateStage.push(frame.planes, count, this.#onPlanes);
      else this.#encoder!.push(frame.planes, 0, count, this.#onPacket);
    });
    this.#samples += count;
  }

  writePacket(packet: Packet): void {
    if (this.#state !== 'open') return;
    const native = this.#copied;
    if (!native) throw voxError('INTERNAL', { reason: 'a packet was written to a file opened for frames' });
    this.#firstPtsUs ??= packet.ptsUs;
    const at = Math.max(this.#samples, usToSamples(packet.ptsUs - this.#firstPtsUs));
    const duration = usToSamples(packet.durationUs);
    this.#guarded(() => {
      const own = packet.native;
      if (own instanceof EncoderPacket && own.packet) {
        this.#muxOwn(own, own.packet, at, duration);
        return;
      }
      const { data } = packet;
      native.data = Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      this.#muxAt(native, at, duration);
    });
    this.#samples = at + duration;
  }

  /** An encoder's own packet mostly comes at the very time, with the very length, that its encoder gave it. */
  #muxOwn(own: EncoderPacket, native: NativePacket, at: number, duration: number): void {
    if (own.ptsSamples === at - this.#padding) {
      if (this.#rescales) own.retimed();
      this.#mux(native);
      return;
    }
    own.retimed();
    this.#muxAt(native, at, duration);
  }

  #muxAt(native: NativePacket, at: number, duration: number): void {
    const pts = BigInt(at - this.#padding);
    native.pts = pts;
    // An encoder's own packet has its encoder's idea of when it is decoded.
    native.dts = pts;
    // New data resets duration and flags.
    native.duration = BigInt(duration);
    native.isKeyframe = true;
    this.#mux(native);
  }

  async finish(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    this.#guarded(() => {
      this.#rateStage?.drain(this.#onPlanes);
      this.#encoder?.flush(this.#onPacket);
      check(this.#path, this.#format.writeTrailerSync());
    });
    this.#release();
    await this.#file.commit();
  }

  abort(): void {
    if (this.#state === 'closed') return;
    this.#release();
    this.#file.discard();
  }

  #mux(packet: NativePacket): void {
    if (this.#rescales) packet.rescaleTs(this.#packetBase, this.#streamBase);
    check(this.#path, this.#format.writeFrameSync(packet));
  }

  /** An error ends the file: nothing sensible can follow a hole. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.abort();
      throw error instanceof VoxError ? error : voxError('OUTPUT_UNWRITABLE', { path: this.#path, reason: reasonOf(error) });
    }
  }

  #release(): void {
    this.#state = 'closed';
    this.#rateStage?.close();
    this.#encoder?.close();
    this.#context?.freeContext();
    this.#copied?.free();
    closeOutput(this.#format);
  }
}
