import { Codec } from 'node-av/lib';
import { voxError } from '../../errors.js';
import { SAMPLE_RATE, samplesToUs } from '../format.js';
import type { AudioFrame } from '../frame.js';
import { setAvLogQuiet } from './native.js';
import { openEncoder } from './open-encoder.js';
import { SoundTrack } from './video/sound-track.js';

/** Takes a packet of AAC, without ADTS header, and when it is heard, in microseconds from the beginning of the track. */
export type TakeAac = (data: Buffer, atUs: number) => void;

/** Sound as AAC-LC, stereo, 48 kHz: what is missing in between is silence. Close it. */
export class AacTrack {
  /** What decoders must know beforehand: the AudioSpecificConfig (ISO/IEC 14496-3). */
  readonly config: Buffer;
  readonly #track: SoundTrack;

  private constructor(config: Buffer, track: SoundTrack) {
    this.config = config;
    this.#track = track;
  }

  /** Opens one. @throws VoxError `CODEC_MISSING`; Error when the encoder refuses. */
  static async open(bitrateKbps: number, take: TakeAac): Promise<AacTrack> {
    setAvLogQuiet();
    const codec = Codec.findEncoderByName('aac' as never);
    if (!codec) throw voxError('CODEC_MISSING', { what: 'encoder', name: 'aac' });
    const context = await openEncoder(codec, { channels: 2, bitrateKbps }, true);
    const track = new SoundTrack(context, 'aac', (packet) => {
      if (packet.data) take(Buffer.from(packet.data), Math.round((Number(packet.pts) * 1e6) / SAMPLE_RATE));
    });
    return new AacTrack(Buffer.from(context.extraData ?? []), track);
  }

  /** How much sound there is, in microseconds. */
  get endUs(): number {
    return samplesToUs(this.#track.samples);
  }

  /** Appends a frame. @param atUs where it belongs, from the beginning of the track. */
  write(frame: AudioFrame, atUs: number): void {
    this.#track.write(frame, atUs);
  }

  /** Frees everything. */
  close(): void {
    this.#track.close();
  }
}
