import { AV_NOPTS_VALUE, AVSEEK_FLAG_BACKWARD, AVSEEK_FLAG_BYTE } from 'node-av/constants';
import { reasonOf, voxError } from '../../errors.js';
import { SAMPLE_RATE, samplesToUs, usToSamples } from '../format.js';
import { frameSamples, shapeAudioFrame, type AudioFrame } from '../frame.js';
import type { AudioOutcome, AudioReader } from './audio-reader-types.js';
import { isSilent, makeFinite } from './finite-copy.js';
import { DecodeLoop, type DecodeEnd, type PacketSource } from './decode-loop.js';
import type { MediaInfo } from './media-info.js';
import { closeInput, openInput, type OpenedInput } from './open-input.js';
import { Resampler } from './resampler.js';

export type { AudioOutcome, AudioReader, RemoteControl } from './audio-reader-types.js';

/** Where to begin and end in a file, and which of its streams to take. */
export interface AudioFileOptions {
  /** Index of the audio stream in the file; default: the one FFmpeg thinks best. */
  readonly streamIndex?: number;
  /** Where to begin, in seconds from the start; default 0. */
  readonly startSec?: number;
  /** Where to end, in seconds from the start; default: the end of the file. */
  readonly endSec?: number;
  /** Aborts opening. */
  readonly signal?: AbortSignal;
}

/** Decoders are fed so much before a wanted position, so that their memory has settled (RFC 7845 asks for 80 ms for Opus). */
const PREROLL_US = 250_000;

/** Timestamps that jump further than this move the position; smaller ones are rounding. */
const JUMP_SAMPLES = usToSamples(50_000);

/** Shorter than stated by more than this (and 0.5 %) is called cut off. */
const TRUNCATED_US = 150_000;

const ENDED: AudioOutcome = { kind: 'ended' };

/**
 * Opens the audio of a local media file: anything FFmpeg reads, converted to 48 kHz. Encoder delay and padding (mp3 with
 * LAME header, Opus pre-skip, MP4 edit lists) are cut, so that a file gives exactly the samples that were put in.
 *
 * @throws VoxError MEDIA_NOT_FOUND; MEDIA_UNREADABLE for folders, pipes, devices, empty or damaged files, playlists and text;
 * MEDIA_NO_AUDIO; CODEC_MISSING; OPTION_OUT_OF_RANGE for a bad start or end.
 */
export async function openAudioFile(path: string, options: AudioFileOptions = {}): Promise<AudioReader> {
  const startSec = options.startSec ?? 0;
  if (!(startSec >= 0 && startSec < Infinity)) {
    throw voxError('OPTION_OUT_OF_RANGE', { what: 'the start', given: `${startSec} s`, reason: 'it must be 0 or more' });
  }
  if (options.endSec !== undefined && !(options.endSec > startSec)) {
    throw voxError('OPTION_OUT_OF_RANGE', {
      what: 'the end',
      given: `${options.endSec} s`,
      reason: `it must be after the start, ${startSec} s`,
    });
  }
  const input = await openInput(path, options.streamIndex, options.signal);
  const reader = new StreamReader(path, { ...input, close: () => closeInput(input) }, options.endSec);
  if (startSec > 0) reader.seek(startSec * 1e6);
  return reader;
}

/** What a reader reads from: an open file, or a stream whose packets come from elsewhere. */
export interface ReaderInput extends Pick<OpenedInput, 'stream' | 'decoder' | 'info' | 'fileBytes'> {
  /** Where its packets are from. */
  readonly format: PacketSource;
  /** Frees it. */
  close(): void;
}

/**
 * The reading of one audio stream, sample by sample. Where packets may be late, `read` writes fewer samples than wanted without an
 * outcome, and `approach` answers false.
 */
export class StreamReader implements AudioReader {
  readonly info: MediaInfo;
  readonly channels: 1 | 2;
  outcome: AudioOutcome | undefined;

  readonly #path: string;
  readonly #input: ReaderInput;
  readonly #loop: DecodeLoop;
  readonly #resampler: Resampler;
  readonly #startTicks: bigint;
  readonly #usPerTick: number;
  readonly #padding: number;
  readonly #endSample: number;
  readonly #plausibleEnd: number;
  #closed = false;
  #decodedAnything = false;
  /** Resampled samples not yet read: #resampler.planes[…][#from … #to). */
  #from = 0;
  #to = 0;
  /** Position of the sample at #from, in 48 kHz samples from the start. */
  #position = 0;
  /** Where the stream's timestamps say the next frame starts, in 48 kHz samples; NaN before the first frame after a seek. */
  #nextFrameAt = 0;
  /** By how much the position is more than what timestamps say, in 48 kHz samples: where they went back, and it counted on. */
  #shift = 0;
  /** The sample a seek is on its way to; −1 when it has arrived. */
  #seekTarget = -1;
  /** Length and rate of the newest decoded frame. */
  #frameSamples = 0;
  #frameRate = 0;
  /** A decoded frame waits while the resampler is rebuilt for its new format. */
  #frameWaits = false;
  /** Set when the decoder has given everything; what the resampler held back may still be unread. */
  #end: DecodeEnd | undefined;

  /** @param path what messages call it. @param input what is read; closed with the reader. @param endSec where it ends. */
  constructor(path: string, input: ReaderInput, endSec: number | undefined) {
    const { stream, info } = input;
    this.#path = path;
    this.#input = input;
    this.info = info;
    this.channels = info.channels === 1 ? 1 : 2;
    this.#loop = new DecodeLoop(input.format, input.decoder, info.streamIndex);
    this.#resampler = new Resampler(SAMPLE_RATE, this.channels);
    this.#startTicks = stream.startTime === AV_NOPTS_VALUE ? 0n : stream.startTime;
    const { num, den } = stream.timeBase;
    this.#padding = stream.codecpar.initialPadding;
    this.#usPerTick = (num * 1e6) / den;
    this.#plausibleEnd = info.durationUs === undefined ? Infinity : usToSamples(info.durationUs) + SAMPLE_RATE;
    this.#endSample = endSec === undefined ? Infinity : Math.round(endSec * SAMPLE_RATE);
  }

  get positionUs(): number {
    return samplesToUs(this.#seekTarget >= 0 ? this.#seekTarget : this.#position);
  }

  /** By how much positions are more than the stream's own times, in microseconds. */
  get shiftUs(): number {
    return samplesToUs(this.#shift);
  }

  get badPackets(): number {
    return this.#loop.badPackets;
  }

  read(out: AudioFrame): number {
    const wanted = frameSamples(out);
    shapeAudioFrame(out, this.channels, wanted);
    let written = 0;
    while (written < wanted) {
      if (this.#from === this.#to && !this.#fill()) break;
      const count = Math.min(wanted - written, this.#to - this.#from, this.#endSample - this.#position);
      if (count <= 0) {
        this.outcome ??= ENDED;
        break;
      }
      const until = this.#from + count;
      for (let c = 0; c < this.channels; c++) out.planes[c]!.set(this.#resampler.planes[c]!.subarray(this.#from, until), written);
      this.#from += count;
      this.#position += count;
      written += count;
    }
    if (written < wanted) for (const plane of out.planes) plane.fill(0, written);
    for (const plane of out.planes) makeFinite(plane);
    out.silent = written === 0 || isSilent(out.planes);
    return written;
  }

  seek(positionUs: number): void {
    if (this.#closed) return;
    const target = Math.max(0, Math.round((positionUs * SAMPLE_RATE) / 1e6)) || 0;
    const ticks = this.ticksBefore(samplesToUs(target));
    this.#clearChunk();
    this.outcome = undefined;
    this.#end = undefined;
    this.#frameWaits = false;
    this.#seekTarget = target;
    this.#shift = 0;
    const sought = this.#loop.seek(ticks, AVSEEK_FLAG_BACKWARD) || this.#rewind();
    if (sought) this.#nextFrameAt = NaN;
    if (!sought && target < this.#position) {
      this.#seekTarget = -1;
      this.outcome = {
        kind: 'failed',
        code: 'MEDIA_UNREADABLE',
        data: { path: this.#path, reason: 'its format does not allow going back' },
      };
    }
  }

  /** The timestamp of the stream from which it must be decoded so that a position sounds right. */
  ticksBefore(positionUs: number): bigint {
    return this.#startTicks + BigInt(Math.floor(Math.max(0, positionUs - PREROLL_US) / this.#usPerTick));
  }

  approach(frames: number): boolean {
    if (this.#seekTarget < 0 || this.outcome !== undefined) return true;
    return this.#fill(frames) || this.outcome !== undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.outcome ??= ENDED;
    this.#clearChunk();
    this.#resampler.close();
    this.#loop.close();
    this.#input.close();
  }

  /** For formats that seek by nothing but bytes: back to the first one. */
  #rewind(): boolean {
    return this.#loop.seek(this.#startTicks, AVSEEK_FLAG_BACKWARD) || this.#loop.seek(0n, AVSEEK_FLAG_BYTE);
  }

  #clearChunk(): void {
    this.#from = 0;
    this.#to = 0;
    this.#resampler.reset();
  }

  /** Brings the next samples to #from … #to. False at the end, with `outcome` set, or after so many decoded frames without any. */
  #fill(frames = Infinity): boolean {
    for (let left = frames; left > 0 && this.outcome === undefined; left--) {
      if (this.#end) {
        this.outcome = this.#outcomeOf(this.#end);
        break;
      }
      if (!this.#frameWaits) {
        const end = this.#loop.next();
        if (end?.kind === 'waiting') return false;
        this.#end = end;
        if (!this.#end && !this.#placeFrame()) continue;
      }
      this.#resample();
      if (this.#from < this.#to && this.#arrived()) return true;
    }
    return false;
  }

  /** Compares the new frame's timestamp with the position. False when it lies before a sought position as a whole. */
  #placeFrame(): boolean {
    const { frame } = this.#loop;
    this.#decodedAnything = true;
    const samples = frame.nbSamples;
    if (this.#resampler.idle) this.#frameRate = frame.sampleRate;
    const length = this.#frameRate > 0 ? (samples * SAMPLE_RATE) / this.#frameRate : 0;
    this.#frameSamples = samples;
    const pts = frame.pts;
    let at = this.#nextFrameAt;
    if (pts !== AV_NOPTS_VALUE) {
      const stated = (Number(pts - this.#startTicks) * this.#usPerTick * SAMPLE_RATE) / 1e6;
      if (Number.isNaN(at)) at = this.#snap(stated, length);
      else if (Math.abs(stated - at) > JUMP_SAMPLES) {
        // Backwards, or past the end, only chained or damaged files go: there the position just counts on.
        if (stated > at && stated <= this.#plausibleEnd) this.#position += Math.round(stated - at);
        else this.#shift += at - stated;
        at = stated;
      }
    } else if (Number.isNaN(at)) at = this.#seekTarget;
    this.#nextFrameAt = at + length;
    if (this.#resampler.idle && this.#seekTarget >= 0) {
      // Ten milliseconds more than needed let the resampler's own filter settle.
      if (at + length < this.#seekTarget - 480) return false;
      this.#position = Math.round(at);
    }
    return true;
  }

  /**
   * Matroska rounds timestamps to milliseconds. Opus frames end on a grid of 2.5 ms that begins with the pre-skip, so for Opus, which is
   * what is put there, the exact sample is known nevertheless.
   */
  #snap(at: number, length: number): number {
    if (this.#usPerTick < 500 || this.info.codec !== 'opus' || length < 120) return at;
    const end = Math.round((at + length + this.#padding) / 120) * 120 - this.#padding;
    return end - length;
  }

  /** Sends the newest frame through the resampler, or at the end fetches what it holds back. */
  #resample(): void {
    const resampler = this.#resampler;
    this.#from = 0;
    this.#to = 0;
    try {
      if (this.#end) {
        this.#to = resampler.drain();
        return;
      }
      const count = resampler.convert(this.#loop.frame, this.#frameSamples);
      this.#frameWaits = count < 0;
      if (count >= 0) {
        this.#to = count;
        return;
      }
      // The stream changed its rate or channels: first what is left of the old, then this frame with a new resampler.
      this.#to = resampler.drain();
      resampler.reset();
      this.#frameRate = this.#loop.frame.sampleRate;
    } catch (error) {
      this.#frameWaits = false;
      const reason = reasonOf(error);
      if (!this.#loop.reject(reason)) this.#end = { kind: 'damaged', reason };
    }
  }

  /** Drops what lies before a sought position. True when samples at or behind it are there. */
  #arrived(): boolean {
    if (this.#seekTarget < 0) return true;
    const skip = Math.min(this.#to - this.#from, Math.max(0, this.#seekTarget - this.#position));
    this.#from += skip;
    this.#position += skip;
    if (this.#from === this.#to) return false;
    this.#seekTarget = -1;
    return true;
  }

  /** Whether samples that are missing at the end were cut off, rather than lost to damage or never meant to be there. */
  #isCutOff(durationUs: number): boolean {
    const { container, hasVideo, bitRateBps } = this.info;
    // A film's length may be that of its pictures, so there only a read error tells.
    if (hasVideo) return this.#loop.readFailed;
    // Garbage inside an mp3 is skipped without a trace; but its LAME header states the bit rate, and so the file's size.
    if (container === 'mp3' && bitRateBps !== undefined) return this.#input.fileBytes < ((bitRateBps * durationUs) / 8e6) * 0.97;
    return true;
  }

  #outcomeOf(end: DecodeEnd): AudioOutcome {
    const path = this.#path;
    const atSec = Number((samplesToUs(this.#position) / 1e6).toFixed(2));
    if (this.#seekTarget >= 0) {
      this.#position = this.#seekTarget;
      this.#seekTarget = -1;
    }
    if (end.kind === 'damaged') return { kind: 'failed', code: 'MEDIA_CORRUPT', data: { path, atSec, reason: end.reason } };
    if (!this.#decodedAnything && this.#loop.badPackets > 0) {
      return { kind: 'failed', code: 'MEDIA_CORRUPT', data: { path, atSec, reason: 'nothing in it could be decoded' } };
    }
    const { durationUs, durationExact } = this.info;
    // What was skipped for damage is missing too, and is no sign of a cut.
    const allowedUs = TRUNCATED_US + (durationUs ?? 0) * 0.005 + Math.min(100, this.#loop.badPackets) * 100_000;
    const missingUs = (durationUs ?? 0) - samplesToUs(this.#position);
    if (durationUs !== undefined && durationExact && missingUs > allowedUs && this.#isCutOff(durationUs)) {
      return { kind: 'failed', code: 'MEDIA_TRUNCATED', data: { path, atSec, totalSec: Number((durationUs / 1e6).toFixed(2)) } };
    }
    if (this.#loop.readFailed)
      return { kind: 'failed', code: 'MEDIA_CORRUPT', data: { path, atSec, reason: 'the rest cannot be read' } };
    return ENDED;
  }
}
