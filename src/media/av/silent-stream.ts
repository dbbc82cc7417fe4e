import { AV_NOPTS_VALUE, AVERROR_EOF, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { Packet, type FormatContext, type Stream } from 'node-av/lib';
import { clearAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../frame.js';
import { FRAME_US, samplesToUs, usToSamples } from '../format.js';
import type { ByteSource } from '../net/byte-source.js';
import type { AudioOutcome, AudioReader, RemoteControl } from './audio-reader-types.js';
import { NOTHING_YET } from './decode-loop.js';
import { avReason } from './native.js';
import type { MediaInfo } from './media-info.js';
import type { PacketPump } from './packet-pump.js';
import { originOf } from './video/open-video.js';
import { StreamPictures } from './video/stream-pictures.js';
import type { VideoPackets } from './video/video-packets.js';

/** Time stamps that step further than this, in microseconds, are those of another connection: the silence counts on. */
const JUMP_US = 1_000_000;

/** For packets without a duration, in microseconds. */
const USUAL_US = 40_000;

/** What a silent stream is read from. */
export interface SilentStreamInput {
  readonly name: string;
  readonly format: FormatContext;
  /** Its pictures, which give the time. */
  readonly stream: Stream;
  readonly info: MediaInfo;
  /** Reads the pictures' packets, and puts them in `packets` besides. */
  readonly pump: PacketPump;
  readonly packets: VideoPackets;
  readonly source: Pick<ByteSource, 'live' | 'seekable' | 'failure'>;
  readonly endSec: number | undefined;
  /** Frees all. */
  close(): void;
}

/** The sound of a stream that has none: silence, as much as there are pictures for. When they do not come it waits for them, as sound would. */
export class SilentStream implements AudioReader, RemoteControl {
  readonly channels = 1;
  readonly badPackets = 0;
  readonly info: MediaInfo;
  readonly live: boolean;
  readonly seekable: boolean;
  readonly pictures: StreamPictures;
  readonly #input: SilentStreamInput;
  readonly #packet = new Packet();
  readonly #usPerTick: number;
  readonly #originUs: number;
  readonly #endUs: number;
  #outcome: AudioOutcome | undefined;
  #position = 0;
  /** Until when there are pictures, in microseconds of the stream. */
  #untilUs: number | undefined;
  /** By how much positions are more than the stream's own times, in microseconds. */
  #shiftUs = 0;
  #over = false;
  #closed = false;

  /** @param input closed with the reader. */
  constructor(input: SilentStreamInput) {
    const { name, format, stream, info, packets, source, endSec } = input;
    this.#input = input;
    this.info = { ...info, sampleRateHz: 48_000, channels: 1 };
    this.live = source.live;
    this.seekable = source.seekable;
    this.pictures = new StreamPictures(format, stream, packets, name, () => this.#shiftUs);
    // Looked for now: while packets are read beside us nobody else may look at the container.
    this.#originUs = originOf(format, stream);
    this.#usPerTick = (stream.timeBase.num * 1e6) / stream.timeBase.den;
    this.#endUs = endSec === undefined ? Infinity : endSec * 1e6;
    this.#packet.alloc();
  }

  get remote(): RemoteControl {
    return this;
  }

  get positionUs(): number {
    return samplesToUs(this.#position);
  }

  get outcome(): AudioOutcome | undefined {
    const { failure } = this.#input.source;
    if (!this.#outcome || !failure || this.#closed) return this.#outcome;
    return { kind: 'failed', code: failure.code, data: {}, problem: failure };
  }

  approach(): boolean {
    while (!this.#over && this.#leftUs < FRAME_US) {
      const code = this.#closed ? AVERROR_EOF : this.#input.pump.readFrameSync(this.#packet);
      if (code === NOTHING_YET) return false;
      if (code >= 0) this.#take();
      else {
        this.#over = true;
        const reason = avReason(code);
        if (code !== AVERROR_EOF)
          this.#outcome = {
            kind: 'failed',
            code: 'MEDIA_CORRUPT',
            data: { path: this.#input.name, atSec: this.positionUs / 1e6, reason },
          };
      }
    }
    return true;
  }

  read(out: AudioFrame): number {
    const wanted = frameSamples(out);
    shapeAudioFrame(out, 1, wanted);
    clearAudioFrame(out);
    if (!this.approach()) return 0;
    const count = Math.max(0, Math.min(wanted, usToSamples(Math.min(this.#leftUs, this.#endUs - this.positionUs))));
    this.#position += count;
    if (count === 0) this.#outcome ??= { kind: 'ended' };
    return count;
  }

  seek(positionUs: number): void {
    if (this.#closed) return;
    const { pump, stream } = this.#input;
    this.pictures.skipTo(positionUs);
    if (pump.seekFrameSync(stream.index, this.#ticks(positionUs), AVSEEK_FLAG_BACKWARD) < 0) {
      const data = { path: this.#input.name, reason: 'its format does not allow going back' };
      this.#outcome = { kind: 'failed', code: 'MEDIA_UNREADABLE', data };
      return;
    }
    this.#outcome = undefined;
    this.#over = false;
    this.#position = usToSamples(positionUs);
    this.#untilUs = undefined;
    this.#shiftUs = 0;
  }

  arrived(): Promise<void> {
    return this.#input.pump.arrived();
  }

  loopTo(positionUs: number | undefined): void {
    this.#input.pump.loopTo(positionUs === undefined ? undefined : this.#ticks(positionUs));
  }

  suspend(paused: boolean): void {
    const { pump } = this.#input;
    if (!this.live || pump.discards === paused) return;
    pump.discards = paused;
    pump.skipAll();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#over = true;
    this.#outcome ??= { kind: 'ended' };
    this.#packet.free();
    this.pictures.close();
    this.#input.close();
  }

  get #leftUs(): number {
    return (this.#untilUs ?? -Infinity) + this.#shiftUs - this.positionUs;
  }

  #take(): void {
    const { dts, pts, duration } = this.#packet;
    const lengthUs = duration > 0n ? Number(duration) * this.#usPerTick : USUAL_US;
    // In the order of decoding, which goes steadily on.
    const stamp = dts === AV_NOPTS_VALUE ? pts : dts;
    const fromUs = stamp === AV_NOPTS_VALUE ? (this.#untilUs ?? 0) : Number(stamp) * this.#usPerTick - this.#originUs;
    if (this.#untilUs !== undefined && Math.abs(fromUs - this.#untilUs) > JUMP_US) this.#shiftUs += this.#untilUs - fromUs;
    this.#untilUs = fromUs + lengthUs;
    this.#packet.unref();
  }

  #ticks(positionUs: number): bigint {
    return BigInt(Math.floor((positionUs + this.#originUs) / this.#usPerTick));
  }
}
