import { levelDbov, meanSquare } from '../media/dsp/level.js';
import type { AudioFrame } from '../media/frame.js';
import { untilBeatMs } from '../time/phase.js';
import type { Cancel, Scheduler } from '../time/scheduler.js';

/** When a voice counts as speaking. */
export interface SpeakingSettings {
  /** So loud a voice begins to speak: decibels as in RFC 6464, where a full-scale sine is −3. */
  readonly onDbov: number;
  /** What stays above this goes on speaking. Below `onDbov`, so that a level between the two does not flicker. */
  readonly offDbov: number;
  /** How long it must be so loud without a break before it counts, so that a click does not. */
  readonly onMs: number;
  /** How long it must be softer before it has ended, so that a pause between words is no end. */
  readonly holdMs: number;
}

/** Microphones with the usual gain control lie at −30 to −20 while somebody speaks, and below −55 while nobody does. */
export const SPEAKING: SpeakingSettings = { onDbov: -45, offDbov: -50, onMs: 40, holdMs: 500 };

/** Levels of packets count when the sound itself was not listened to for so long. */
const UNHEARD_US = 200_000;

/**
 * Finds when one participant begins and ends to speak, by level with hysteresis and hold. Whoever pulls his voice says how loud it was;
 * where no graph does, the levels that his packets carry count. Ends by itself when nothing is heard of him any more.
 */
export class SpeakingWatch {
  readonly #scheduler: Pick<Scheduler, 'nowUs' | 'after'>;
  readonly #told: (speaking: boolean) => void;
  readonly #settings: SpeakingSettings;
  #speaking = false;
  #loudMs = 0;
  #loudUs = 0;
  #pulledUs = -Infinity;
  #timer: Cancel | undefined;

  /** @param told called at each beginning and end, in turn; it begins with a beginning. */
  constructor(
    scheduler: Pick<Scheduler, 'nowUs' | 'after'>,
    told: (speaking: boolean) => void,
    settings: SpeakingSettings = SPEAKING,
  ) {
    this.#scheduler = scheduler;
    this.#told = told;
    this.#settings = settings;
  }

  /** Takes 20 ms of his voice as they are heard; undefined: he is not heard, being muted. */
  frame(frame: AudioFrame | undefined): void {
    const nowUs = this.#scheduler.nowUs();
    this.#pulledUs = nowUs;
    this.#take(!frame || frame.silent ? -127 : levelDbov(meanSquare(frame.planes)), nowUs);
  }

  /** Takes the level that a packet of his carries, in dBov. */
  packet(level: number): void {
    const nowUs = this.#scheduler.nowUs();
    if (nowUs - this.#pulledUs >= UNHEARD_US) this.#take(level, nowUs);
  }

  /** He is gone: if he spoke, that has ended. */
  end(): void {
    this.#loudMs = 0;
    this.#set(false);
  }

  #take(level: number, nowUs: number): void {
    const { onDbov, offDbov, onMs, holdMs } = this.#settings;
    if (this.#speaking) {
      if (level >= offDbov) this.#loudUs = nowUs;
      else if (nowUs - this.#loudUs >= holdMs * 1000) this.#set(false);
      return;
    }
    this.#loudMs = level >= onDbov ? this.#loudMs + 20 : 0;
    if (this.#loudMs < onMs) return;
    this.#loudMs = 0;
    this.#loudUs = nowUs;
    this.#set(true);
    this.#wait(holdMs * 1000);
  }

  /** Frames and packets may cease while he speaks. */
  #wait(us: number): void {
    this.#timer = this.#scheduler.after(untilBeatMs(this.#scheduler.nowUs(), us / 1000), () => {
      const leftUs = this.#loudUs + this.#settings.holdMs * 1000 - this.#scheduler.nowUs();
      if (leftUs > 0) this.#wait(leftUs);
      else this.#set(false);
    });
  }

  #set(speaking: boolean): void {
    if (this.#speaking === speaking) return;
    this.#speaking = speaking;
    if (!speaking) this.#timer?.();
    this.#told(speaking);
  }
}
