import { Frame } from 'node-av/lib';
import { AV_BUFFERSRC_FLAG_KEEP_REF, AV_SAMPLE_FMT_FLTP, AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../format.js';
import { configureReason, type AudioFilterGraph } from './filter-graph.js';
import { makeFinite } from './finite-copy.js';
import { allocateAudio, avReason, floatPlanes } from './native.js';
import type { TakePlanes } from './rate-stage.js';
import { Resampler } from './resampler.js';

/** More than this out of one frame, in samples, and there will be no end to it: `aloop=-1` is such a filter. */
const MOST_AT_ONCE = 30 * SAMPLE_RATE;

/** Noise of −50 dB: digital silence would make some filters compute with denormal numbers, which is a hundred times slower. */
const NOISE = Float32Array.from({ length: FRAME_SAMPLES }, (_, i) => 0.003 * (((i * 7919) % 1009) / 504 - 1));

/** Moves samples into a configured filter graph and out of it, in native memory that is used again. Owns the graph. */
export class FilterPump {
  /** Channels that come out. */
  readonly channelsOut: 1 | 2;
  readonly #built: AudioFilterGraph;
  readonly #input = new Frame();
  readonly #output = new Frame();
  readonly #copier: Resampler;
  #planes: Float32Array[] = [];
  #capacity = 0;
  #samples = 0;
  #closed = false;

  /**
   * @param built the graph; it is freed by `close`, or by this when it throws.
   * @param configured what configuring it answered.
   * @throws Error with the reason why it could not be configured.
   */
  constructor(built: AudioFilterGraph, configured: number) {
    if (configured < 0) {
      const reason = configureReason(built, configured);
      built.graph.free();
      throw new Error(reason);
    }
    this.#built = built;
    this.channelsOut = built.sink.buffersinkGetChannelLayout().nbChannels === 1 ? 1 : 2;
    this.#copier = new Resampler(SAMPLE_RATE, this.channelsOut);
    this.#input.alloc();
    this.#output.alloc();
  }

  /**
   * Sends `count` samples through; `take` gets what comes out, in pieces. NaN and infinity become 0 on the way in, for no filter
   * gets rid of them.
   *
   * @throws Error when a filter fails.
   */
  run(planes: readonly Float32Array[], count: number, take: TakePlanes): void {
    this.#load(planes, count);
    this.#send(this.#built.source.buffersrcAddFrameSync(this.#input, AV_BUFFERSRC_FLAG_KEEP_REF));
    this.#drain(take);
  }

  /** Says that no more comes in, and gives what was held back. */
  finish(take: TakePlanes): void {
    this.#send(this.#built.source.buffersrcAddFrameSync(null));
    this.#drain(take);
  }

  /** Sends a frame of faint noise through; returns how many samples came out. */
  probe(): number {
    this.#load([NOISE], FRAME_SAMPLES);
    this.#send(this.#built.source.buffersrcAddFrameSync(this.#input, AV_BUFFERSRC_FLAG_KEEP_REF));
    let samples = 0;
    while (this.#received(this.#built.sink.buffersinkGetFrameSync(this.#output), samples)) samples += this.#output.nbSamples;
    return samples;
  }

  /** As {@link probe}, with the work done in FFmpeg's threads. */
  async probeElsewhere(): Promise<number> {
    this.#load([NOISE], FRAME_SAMPLES);
    this.#send(await this.#built.source.buffersrcAddFrame(this.#input, AV_BUFFERSRC_FLAG_KEEP_REF));
    let samples = 0;
    while (this.#received(await this.#built.sink.buffersinkGetFrame(this.#output), samples)) samples += this.#output.nbSamples;
    return samples;
  }

  /**
   * Changes a parameter of running filters.
   *
   * @param target a filter's name, `name@instance`, or `all`.
   * @returns why nothing took it; undefined when one did.
   */
  command(target: string, command: string, argument: string): string | undefined {
    const answer = this.#built.graph.sendCommand(target, command, argument);
    if (typeof answer !== 'number' || answer >= 0) return undefined;
    const names = (this.#built.graph.filters ?? []).flatMap((filter) => filter.filter?.name ?? []);
    const known = target === 'all' || names.some((name) => name === target) || target.includes('@');
    return known ? `"${target}" does not take "${command} ${argument}"` : `the chain has no filter "${target}"`;
  }

  /** Frees everything. Not while one of its promises is pending. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#planes = [];
    this.#built.graph.free();
    this.#input.free();
    this.#output.free();
    this.#copier.close();
  }

  #load(planes: readonly Float32Array[], count: number): void {
    const input = this.#input;
    // A filter that keeps a frame for later shares its memory: then it is left to it, and new memory taken.
    if (count > this.#capacity || !input.isWritable) {
      this.#capacity = Math.max(count, this.#capacity, FRAME_SAMPLES);
      allocateAudio(input, AV_SAMPLE_FMT_FLTP, SAMPLE_RATE, this.#built.channels, this.#capacity);
      this.#planes = floatPlanes(input);
    }
    this.#planes.forEach((plane, c) => {
      const from = planes[c] ?? planes[0]!;
      const to = plane.subarray(0, count);
      to.set(count === from.length ? from : from.subarray(0, count));
      makeFinite(to);
    });
    input.nbSamples = count;
    input.pts = BigInt(this.#samples);
    this.#samples += count;
  }

  #send(code: number): void {
    if (code < 0 && code !== AVERROR_EOF) throw new Error(`a filter failed: ${avReason(code)}`);
  }

  /** @param already samples that came out in one go so far. */
  #received(code: number, already: number): boolean {
    if (code >= 0 && already > MOST_AT_ONCE) throw new Error('it gives sound without end');
    if (code >= 0) return true;
    if (code !== AVERROR_EAGAIN && code !== AVERROR_EOF) throw new Error(`a filter failed: ${avReason(code)}`);
    return false;
  }

  #drain(take: TakePlanes): void {
    let samples = 0;
    while (this.#received(this.#built.sink.buffersinkGetFrameSync(this.#output), samples)) {
      samples += this.#output.nbSamples;
      const count = this.#copier.convert(this.#output);
      if (count > 0) take(this.#copier.planes, count);
      this.#output.unref();
    }
  }
}
