import { AVMEDIA_TYPE_AUDIO } from 'node-av/constants';
import type { CodecContext, FormatContext, Stream } from 'node-av/lib';
import { VoxError, voxError } from '../../errors.js';
import { createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../frame.js';
import { FRAME_SAMPLES } from '../format.js';
import type { ByteSource, Timer } from '../net/byte-source.js';
import { ApartPump, openApartPictures, type ApartInput } from './apart-pictures.js';
import { StreamReader, type AudioOutcome, type AudioReader, type RemoteControl } from './audio-reader.js';
import { isSilent } from './finite-copy.js';
import { readMediaInfo, type MediaInfo } from './media-info.js';
import { chooseStream, openDecoder } from './open-input.js';
import { statesLength } from './formats.js';
import { PacketPump, type PumpOptions } from './packet-pump.js';
import { openRtpInput } from './rtp-input.js';
import { openStreamInput, type StreamInput } from './stream-input.js';
import { SilentStream } from './silent-stream.js';
import { findVideo, isCover } from './video/open-video.js';
import { StreamPictures } from './video/stream-pictures.js';
import { VideoPackets } from './video/video-packets.js';

/** How a stream is read. */
export interface NetworkAudioOptions {
  /** Where to begin, in seconds; default 0. */
  readonly startSec?: number;
  /** Where to end, in seconds; default: its end. */
  readonly endSec?: number;
  /** How much is read ahead, in milliseconds; default 10 000. */
  readonly aheadMs?: number;
  /** Absent: pictures are none of its business; otherwise whether they are wanted from the beginning. */
  readonly video?: boolean;
  /** Measures how long the sound waits for pictures that come apart; absent: as long as they take to open. */
  readonly timer?: Timer;
  /** How much must have come before it goes on after it ran dry, in milliseconds; default 1000. */
  readonly resumeMs?: number;
}

/** FFmpeg is let to read when so many bytes have come: more than nearly every packet of sound has. */
const READY_BYTES = 24 * 1024;

/** The same for live streams, of which little comes at a time. */
const READY_LIVE_BYTES = 4 * 1024;

/**
 * Opens the audio of a byte source. The reader owns the source.
 *
 * @param name what messages call it. @throws VoxError `URL_NOT_MEDIA`, `MEDIA_NO_AUDIO`, `CODEC_MISSING`, the source's own failure.
 */
export async function openNetworkAudio(
  source: ByteSource,
  name: string,
  options: NetworkAudioOptions = {},
): Promise<AudioReader> {
  let input: StreamInput | undefined;
  let apart: ApartInput | undefined;
  let reader: AudioReader | undefined;
  try {
    await source.ready(source.live ? READY_LIVE_BYTES : READY_BYTES);
    const { sdp } = source;
    const opened = await (sdp === undefined ? openStreamInput(source, name) : openRtpInput(source, sdp, name));
    input = opened;
    const { format } = opened;
    const pictured = options.video === undefined || source.pictures ? undefined : findVideo(format);
    if (pictured && isSilentFilm(format, pictured)) {
      reader = openSilent({ opened, stream: pictured, source, name, options });
      if (options.startSec) reader.seek(options.startSec * 1e6);
      return reader;
    }
    const stream = chooseStream(format, name, undefined);
    const decoder = await openDecoder(stream, name);
    const stated = readMediaInfo(format, stream, statesLength(format.iformat?.name ?? '', stream.startTime));
    // What FFmpeg estimates from the bytes it happens to have is worth nothing without a length.
    const known = !source.live && source.length !== undefined;
    const info: MediaInfo = known ? stated : { ...stated, ...(stated.durationExact && !source.live ? {} : UNKNOWN_LENGTH) };
    const { aheadMs = 10_000, resumeMs = 1000, startSec = 0, endSec } = options;
    if (source.pictures && options.video !== undefined)
      apart = await openApartPictures(source.pictures, { format, stream, source }, name, options.video, options.timer);
    reader = pumpedReader({
      name,
      format,
      stream,
      decoder,
      info: apart ? { ...info, hasVideo: true } : info,
      source,
      apart,
      aheadUs: aheadMs * 1000,
      resumeUs: Math.min(resumeMs, aheadMs) * 1000,
      endSec,
      ...(pictured && { video: { stream: pictured, packets: new VideoPackets(options.video === true) } }),
      ready: () => source.ready(source.live ? READY_LIVE_BYTES : READY_BYTES),
      stop: () => source.close(),
      close: () => opened.close(),
    });
    if (startSec > 0) reader.seek(startSec * 1e6);
    return reader;
  } catch (error) {
    if (reader) reader.close();
    else {
      source.close();
      apart?.close();
      input?.close();
    }
    throw worded(error, name);
  }
}

/** Nobody encodes silence to a film that has none. */
function isSilentFilm({ streams }: FormatContext, pictures: Stream): boolean {
  return !isCover(pictures) && streams.every(({ codecpar }) => codecpar.codecType !== AVMEDIA_TYPE_AUDIO);
}

/** A film without sound: its pictures give the time. */
function openSilent(parts: {
  readonly opened: StreamInput;
  readonly stream: Stream;
  readonly source: ByteSource;
  readonly name: string;
  readonly options: NetworkAudioOptions;
}): AudioReader {
  const { opened, stream, source, name, options } = parts;
  const { format } = opened;
  const { aheadMs = 10_000, resumeMs = 1000, endSec } = options;
  const packets = new VideoPackets(options.video === true);
  const pump = new PacketPump({
    format,
    stream,
    aheadUs: aheadMs * 1000,
    resumeUs: Math.min(resumeMs, aheadMs) * 1000,
    seekable: source.seekable,
    video: { stream, packets },
    ready: () => source.ready(source.live ? READY_LIVE_BYTES : READY_BYTES),
  });
  const known = !source.live && source.length !== undefined;
  const stated = readMediaInfo(format, stream, known);
  const info = known ? stated : { ...stated, ...UNKNOWN_LENGTH };
  const close = () => {
    source.close();
    void pump.close().then(() => opened.close());
  };
  return new SilentStream({ name, format, stream, info, pump, packets, source, endSec, close });
}

/** An opened container whose packets come late. */
export interface PumpedInput extends Omit<PumpOptions, 'seekable'> {
  /** What messages call it. */
  readonly name: string;
  /** The decoder of the stream; freed with the reader. */
  readonly decoder: CodecContext;
  /** What is known of it. */
  readonly info: MediaInfo;
  /** What is behind it. */
  readonly source: Pick<ByteSource, 'live' | 'seekable' | 'failure' | 'pictureShiftUs'> & {
    readonly length?: number | undefined;
  };
  /** Its pictures, where they come from elsewhere; freed with the reader. */
  readonly apart?: ApartInput | undefined;
  /** Where to end, in seconds; undefined: at its end. */
  readonly endSec?: number | undefined;
  /** Makes a reading that is under way come to its end. */
  stop?(): void;
  /** Frees the container, when nothing is under way. */
  close(): void;
}

/** A reader of an opened container, whose packets are read ahead asynchronously. */
export function pumpedReader(input: PumpedInput): AudioReader {
  const { name, format, stream, decoder, info, source, endSec, aheadUs, resumeUs, video, ready } = input;
  const pump = new PacketPump({ format, stream, aheadUs, resumeUs, seekable: source.seekable, video, ready });
  const close = () => {
    decoder.freeContext();
    pictures?.close();
    input.stop?.();
    void apartPump?.close();
    void pump.close().then(() => input.close());
  };
  const inner = new StreamReader(
    name,
    { format: pump, stream, decoder, info, fileBytes: source.length ?? Infinity, close },
    endSec,
  );
  const { apart } = input;
  const shiftUs = () => inner.shiftUs + (source.pictureShiftUs?.() ?? apart?.shiftUs ?? 0);
  const from = apart ?? (video && { format, ...video });
  const pictures = from && new StreamPictures(from.format, from.stream, from.packets, name, shiftUs);
  const apartPump = apart && new ApartPump(apart, () => inner.positionUs - shiftUs(), aheadUs);
  return new LateReader(inner, pump, source, pictures, apartPump);
}

const UNKNOWN_LENGTH = { durationUs: undefined, durationExact: false };

/** What is said about files is said about addresses in their own words. */
function worded(error: unknown, name: string): unknown {
  if (!(error instanceof VoxError)) return error;
  if (error.code === 'MEDIA_NO_AUDIO') return voxError('URL_NOT_MEDIA', { url: name, reason: 'it has no sound' });
  if (error.code !== 'MEDIA_UNREADABLE') return error;
  const reason = error.problems[0]!.message.split(' cannot be read: ')[1] ?? error.message;
  return voxError('URL_NOT_MEDIA', { url: name, reason });
}

class LateReader implements AudioReader, RemoteControl {
  readonly live: boolean;
  readonly seekable: boolean;
  readonly pictures: StreamPictures | undefined;
  readonly #inner: StreamReader;
  readonly #pump: PacketPump;
  readonly #source: PumpedInput['source'];
  readonly #apart: ApartPump | undefined;
  /** Samples that were read already but did not fill a frame yet. */
  readonly #part: AudioFrame;
  readonly #view = createAudioFrame(0);
  #filled = 0;
  #positionUs = 0;
  #closed = false;

  constructor(
    inner: StreamReader,
    pump: PacketPump,
    source: PumpedInput['source'],
    pictures: StreamPictures | undefined,
    apart: ApartPump | undefined,
  ) {
    this.#apart = apart;
    this.pictures = pictures;
    this.#inner = inner;
    this.#pump = pump;
    this.#source = source;
    this.live = source.live;
    this.seekable = source.seekable;
    this.#part = createAudioFrame(inner.channels);
  }

  get remote(): RemoteControl {
    return this;
  }

  get info(): MediaInfo {
    return this.#inner.info;
  }

  get channels(): 1 | 2 {
    return this.#inner.channels;
  }

  get positionUs(): number {
    return this.#filled > 0 ? this.#positionUs : this.#inner.positionUs;
  }

  get badPackets(): number {
    return this.#inner.badPackets;
  }

  get outcome(): AudioOutcome | undefined {
    const { outcome } = this.#inner;
    const failure = this.#source.failure;
    // What is wrong with the connection explains what is wrong with the sound.
    if (!outcome || !failure || this.#closed) return outcome;
    return { kind: 'failed', code: failure.code, data: {}, problem: failure };
  }

  approach(frames: number): boolean {
    if (!this.#inner.approach(frames)) return false;
    if (this.#filled === 0) this.#positionUs = this.#inner.positionUs;
    while (this.#filled < FRAME_SAMPLES) {
      const count = this.#readInto(this.#part, this.#filled, FRAME_SAMPLES);
      if (count === 0) return this.#inner.outcome !== undefined;
      this.#filled += count;
    }
    return true;
  }

  read(out: AudioFrame): number {
    const wanted = frameSamples(out);
    this.#apart?.advance();
    shapeAudioFrame(out, this.channels, wanted);
    const kept = Math.min(wanted, this.#filled);
    for (let c = 0; c < this.channels; c++) {
      const part = this.#part.planes[c]!;
      out.planes[c]!.set(part.subarray(0, kept));
      part.copyWithin(0, kept, this.#filled);
    }
    this.#filled -= kept;
    this.#positionUs = this.#inner.positionUs;
    let written = kept;
    while (written < wanted) {
      const count = this.#readInto(out, written, wanted);
      if (count === 0) break;
      written += count;
    }
    for (const plane of out.planes) plane.fill(0, written);
    out.silent = written === 0 || isSilent(out.planes);
    return written;
  }

  seek(positionUs: number): void {
    this.#filled = 0;
    this.pictures?.skipTo(positionUs);
    this.#inner.seek(positionUs);
  }

  arrived(): Promise<void> {
    return this.#pump.arrived();
  }

  loopTo(positionUs: number | undefined): void {
    this.#pump.loopTo(positionUs === undefined ? undefined : this.#inner.ticksBefore(positionUs));
  }

  suspend(paused: boolean): void {
    if (!this.live || this.#pump.discards === paused) return;
    this.#pump.discards = paused;
    this.#pump.skipAll();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#filled = 0;
    this.#inner.close();
  }

  #readInto(frame: AudioFrame, from: number, to: number): number {
    this.#view.planes = frame.planes.map((plane) => plane.subarray(from, to));
    return this.#inner.read(this.#view);
  }
}
