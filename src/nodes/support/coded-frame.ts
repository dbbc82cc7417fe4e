import type { CodedSound, SoundHistory } from '../../media/coded-sound.js';
import { createPlane } from '../../media/dsp/vector/plane-memory.js';
import { FRAME_SAMPLES } from '../../media/format.js';
import type { AudioFrame } from '../../media/frame.js';
import { isSilent } from '../../media/av/finite-copy.js';

/** Decodes the frame of a sequence number into planes. */
export interface FrameDecoder extends SoundHistory {
  /** Writes every sample of every plane. */
  decode(sequence: number, planes: readonly Float32Array[]): void;
}

/** A frame that comes as an Opus packet, and is decoded when its samples are first read. Used again and again by its owner. */
export class CodedFrame implements AudioFrame {
  readonly kind = 'audio';
  ptsUs = 0;
  coded: CodedSound | undefined;
  readonly #decoder: FrameDecoder;
  #planes: Float32Array[];
  #sequence = 0;
  #decoded = true;
  #silent = true;
  readonly #sound: { -readonly [K in keyof CodedSound]: CodedSound[K] };

  /** @param channels of its planes. @param decoder asked when samples are needed. */
  constructor(channels: 1 | 2, decoder: FrameDecoder) {
    this.#decoder = decoder;
    this.#planes = Array.from({ length: channels }, () => createPlane(FRAME_SAMPLES));
    this.#sound = {
      data: new Uint8Array(0),
      channels,
      frameChannels: channels,
      frameSamples: FRAME_SAMPLES,
      sequence: 0,
      history: decoder,
    };
  }

  /** The samples; decodes them. Who writes into them has changed the sound, and calls {@link changed}. */
  get planes(): Float32Array[] {
    if (!this.#decoded) this.#decode();
    return this.#planes;
  }

  set planes(planes: Float32Array[]) {
    this.#planes = planes;
    this.#decoded = true;
  }

  get silent(): boolean {
    return this.#decoded && this.#silent;
  }

  set silent(silent: boolean) {
    this.#silent = silent;
  }

  /** True once its samples are there. */
  get decoded(): boolean {
    return this.#decoded;
  }

  /**
   * Becomes another frame.
   *
   * @param data its packet; undefined when it can only be decoded.
   */
  become(sequence: number, data: Uint8Array | undefined, channels: 1 | 2): void {
    this.#sequence = sequence;
    this.#decoded = false;
    if (!data) {
      this.coded = undefined;
      return;
    }
    this.#sound.sequence = sequence;
    this.#sound.data = data;
    this.#sound.channels = channels;
    this.coded = this.#sound;
  }

  /** Its samples were written into: it is no packet any more. */
  changed(): void {
    this.coded = undefined;
    this.#silent = isSilent(this.#planes);
  }

  #decode(): void {
    this.#decoded = true;
    this.#decoder.decode(this.#sequence, this.#planes);
    this.#silent = isSilent(this.#planes);
  }
}
