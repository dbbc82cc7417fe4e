import { openAudioFileWriter, type AudioWriter } from '../../media/av/audio-writer.js';
import { copyAudioFrame, createAudioFrame, type AudioFrame } from '../../media/frame.js';

/** Frames kept while the file is being opened: two seconds. */
const MOST_WAITING = 100;

/** What one participant said, beat by beat, as 32-bit float WAV: the very samples, so that a replay is exact. */
export class VoiceTrack {
  readonly #opening: Promise<void>;
  readonly #failed: (reason: unknown) => void;
  #waiting: AudioFrame[] = [];
  #writer: AudioWriter | undefined;
  #nextTick: number | undefined;
  #broken = false;

  /** Begins to open the file. @param failed told once if it cannot be written. */
  constructor(path: string, failed: (reason: unknown) => void) {
    this.#failed = failed;
    this.#opening = this.#open(path);
  }

  /** Appends the frame of a beat; beats that were skipped become silence. */
  write(frame: AudioFrame, tick: number): void {
    const missing = tick - (this.#nextTick ?? tick);
    this.#nextTick = tick + 1;
    for (let i = 0; i < Math.min(missing, 500); i++) this.#append(SILENCE);
    this.#append(frame);
  }

  /** Completes the file. */
  async close(): Promise<void> {
    await this.#opening;
    await this.#writer?.finish().catch((reason: unknown) => this.#fail(reason));
    this.#writer = undefined;
    this.#broken = true;
  }

  async #open(path: string): Promise<void> {
    try {
      const writer = await openAudioFileWriter(path, { format: 'wav', codec: 'pcm_f32le', atomic: false, live: true });
      for (const frame of this.#waiting) writer.write(frame);
      this.#writer = writer;
    } catch (reason) {
      this.#fail(reason);
    }
    this.#waiting = [];
  }

  #append(frame: AudioFrame): void {
    if (this.#broken) return;
    if (!this.#writer) {
      if (this.#waiting.length >= MOST_WAITING) return;
      const copy = createAudioFrame(2);
      copyAudioFrame(frame, copy);
      this.#waiting.push(copy);
      return;
    }
    try {
      this.#writer.write(frame);
    } catch (reason) {
      this.#fail(reason);
    }
  }

  #fail(reason: unknown): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#failed(reason);
  }
}

const SILENCE = createAudioFrame(2);
