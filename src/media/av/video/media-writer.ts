import { FormatContext, Packet as NativePacket, Rational, type Codec, type Stream } from 'node-av/lib';
import { AVFMT_GLOBALHEADER } from 'node-av/constants';
import { reasonOf, VoxError, voxError } from '../../../errors.js';
import type { AudioFrame } from '../../frame.js';
import { check, closeOutput, setTags } from '../audio-writer.js';
import { setWriting } from '../live-output.js';
import { setAvLogQuiet } from '../native.js';
import { openEncoder } from '../open-encoder.js';
import { prepareOutput, type OutputFile } from '../output-file.js';
import { chooseOutput } from '../output-format.js';
import { chooseVideoCodec } from './output-codec.js';
import type { VideoCodec } from './open-encoder.js';
import type { Picture } from './picture.js';
import { SoundTrack } from './sound-track.js';
import { VideoEncoder } from './video-encoder.js';

/** The pictures of a file. */
export interface WriterVideo {
  /** Default: the container's usual one. */
  readonly codec?: VideoCodec;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly bitrateKbps: number;
  /** Most time between two key frames, in seconds. */
  readonly keyFrameSec: number;
  /** 0 to 10. */
  readonly effort: number;
  readonly threads?: number;
}

/** The sound of a file. */
export interface WriterAudio {
  /** FFmpeg's or everyday name; default: the container's best. */
  readonly codec?: string;
  readonly bitrateKbps?: number;
  readonly channels: 1 | 2;
}

/** How a file with pictures is written. */
export interface MediaWriterOptions {
  /** FFmpeg's name of the container; default: by the path's extension. */
  readonly format?: string;
  readonly video: WriterVideo;
  /** Absent: a silent film. */
  readonly audio?: WriterAudio;
  readonly tags?: Readonly<Record<string, string>>;
  /** True: as it is written it reaches the disk within a second, and can be played if the process is killed. Default false. */
  readonly live?: boolean;
}

/** A file with pictures, and mostly sound, being written. Finish or abort it. */
export class MediaWriter {
  readonly #path: string;
  readonly #file: OutputFile;
  readonly #format: FormatContext;
  readonly #encoder: VideoEncoder;
  readonly #video: Stream;
  readonly #sound: SoundTrack | undefined;
  readonly #shell = new NativePacket();
  #originUs: number | undefined;
  #endUs = 0;
  #state: 'open' | 'finishing' | 'closed' = 'open';
  readonly #onVideo = (packet: NativePacket, ptsUs: number, dtsUs: number): void => {
    this.#shell.ref(packet);
    const origin = this.#originUs ?? 0;
    this.#shell.pts = BigInt(ptsUs - origin);
    this.#shell.dts = BigInt(dtsUs - origin);
    this.#shell.duration = BigInt(Math.round(1e6 / this.#encoder.options.frameRate));
    this.#mux(this.#shell, MICROS, this.#video);
  };

  /** For {@link openMediaWriter}. */
  constructor(
    path: string,
    file: OutputFile,
    format: FormatContext,
    encoder: VideoEncoder,
    video: Stream,
    audio: SoundSetup | undefined,
  ) {
    this.#path = path;
    this.#file = file;
    this.#format = format;
    this.#encoder = encoder;
    this.#video = video;
    this.#shell.alloc();
    if (audio) {
      const base = new Rational(1, audio.context.sampleRate);
      this.#sound = new SoundTrack(audio.context, audio.codec.name, (packet) => this.#mux(packet, base, audio.stream));
    }
  }

  /** Media written so far, in microseconds. */
  get positionUs(): number {
    return Math.max(this.#endUs, ((this.#sound?.samples ?? 0) * 1e6) / 48_000);
  }

  /** Appends sound. @throws VoxError OUTPUT_UNWRITABLE. */
  write(frame: AudioFrame): void {
    if (this.#state !== 'open' || !this.#sound) return;
    this.#originUs ??= frame.ptsUs;
    this.#guarded(() => this.#sound!.write(frame, frame.ptsUs - this.#originUs!));
  }

  /** Appends a picture of the writer's size, encoded on this thread. Throws as {@link write}. */
  pictureSync(picture: Picture, ptsUs: number): void {
    if (!this.#admits(ptsUs)) return;
    this.#guarded(() => this.#encoder.encodeSync({ picture, ptsUs, key: false }, this.#onVideo));
  }

  /** As {@link pictureSync}, encoded in FFmpeg's threads. One at a time. */
  async picture(picture: Picture, ptsUs: number): Promise<void> {
    if (!this.#admits(ptsUs)) return;
    try {
      await this.#encoder.encode({ picture, ptsUs, key: false }, this.#onVideo);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Writes what is left and the container's end, and gives the file its name. Throws as {@link write}. */
  async finish(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    this.#guarded(() => {
      this.#sound?.flush();
      if (this.#endUs > 0) this.#encoder.flushSync(this.#onVideo);
      check(this.#path, this.#format.interleavedWriteFrameSync(null));
      check(this.#path, this.#format.writeTrailerSync());
    });
    this.#release();
    await this.#file.commit();
  }

  /** Gives up: frees everything and removes an unfinished file. Not while a promise is pending. */
  abort(): void {
    if (this.#state === 'closed') return;
    this.#release();
    this.#file.discard();
  }

  #admits(ptsUs: number): boolean {
    if (this.#state !== 'open') return false;
    this.#originUs ??= ptsUs;
    // A picture from before the beginning of the sound.
    if (ptsUs < this.#originUs) return false;
    this.#endUs = ptsUs - this.#originUs + Math.round(1e6 / this.#encoder.options.frameRate);
    return true;
  }

  #mux(packet: NativePacket, base: Rational, stream: Stream): void {
    packet.rescaleTs(base, stream.timeBase);
    packet.streamIndex = stream.index;
    check(this.#path, this.#format.interleavedWriteFrameSync(packet));
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): never {
    this.abort();
    throw error instanceof VoxError ? error : voxError('OUTPUT_UNWRITABLE', { path: this.#path, reason: reasonOf(error) });
  }

  #release(): void {
    this.#state = 'closed';
    this.#sound?.close();
    this.#encoder.close();
    this.#shell.free();
    closeOutput(this.#format);
  }
}

const MICROS = new Rational(1, 1_000_000);

interface SoundSetup {
  readonly context: Awaited<ReturnType<typeof openEncoder>>;
  readonly codec: Codec;
  readonly stream: Stream;
}

/**
 * Opens a file with pictures for writing: mp4, webm, mkv and whatever else FFmpeg writes as one file. The same input gives the same
 * bytes.
 *
 * @throws VoxError OUTPUT_UNWRITABLE, CODEC_MISSING, OPTION_OUT_OF_RANGE.
 */
export async function openMediaWriter(path: string, options: MediaWriterOptions): Promise<MediaWriter> {
  setAvLogQuiet();
  const { video, audio } = options;
  const { format: output, codec } = chooseOutput(path, options.format, audio ? audio.codec : 'opus');
  const videoCodec = video.codec ?? chooseVideoCodec(path, output);
  const file = await prepareOutput(path, true);
  const format = new FormatContext();
  let encoder: VideoEncoder | undefined;
  let sound: SoundSetup | undefined;
  try {
    check(path, format.allocOutputContext2(output, null, `file:${file.workPath}`));
    setWriting(format, output.name ?? '', options.live ?? false);
    const globalHeader = output.hasFlags(AVFMT_GLOBALHEADER);
    encoder = await VideoEncoder.open({ ...video, codec: videoCodec, purpose: 'file', globalHeader });
    const stream = format.newStream(null);
    check(path, stream.codecpar.fromContext(encoder.context));
    stream.timeBase = encoder.context.timeBase;
    stream.avgFrameRate = encoder.context.framerate;
    if (audio) {
      const context = await openEncoder(codec, audio, globalHeader);
      sound = { context, codec, stream: format.newStream(null) };
      check(path, sound.stream.codecpar.fromContext(context));
      sound.stream.timeBase = new Rational(1, context.sampleRate);
    }
    if (options.tags) setTags(format, options.tags);
    // Browsers begin to play a film only when they have its index.
    if (!options.live && /^(mp4|mov|ipod)$/.test(output.name ?? '')) format.setOption('movflags', '+faststart');
    check(path, await format.openOutput());
    check(path, await format.writeHeader(null), `the container ${output.name} does not take ${videoCodec} with ${codec.name}`);
    return new MediaWriter(path, file, format, encoder, stream, sound);
  } catch (error) {
    encoder?.close();
    sound?.context.freeContext();
    closeOutput(format);
    file.discard();
    throw error instanceof VoxError ? error : voxError('OUTPUT_UNWRITABLE', { path, reason: reasonOf(error) });
  }
}
