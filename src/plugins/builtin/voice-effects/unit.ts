import type { Observable } from 'rxjs';
import type { NodeContext } from '../../../graph/context.js';
import { CurrentSource, HotSource } from '../../../graph/run/hot-source.js';
import { Fade } from '../../../media/dsp/fade.js';
import type { AudioFrame } from '../../../media/frame.js';
import { Crossfader, FADE_SAMPLES } from '../../../nodes/plugins/crossfader.js';
import type { WantedEffect } from './config.js';
import { VOICE_EFFECTS } from './effects.js';

/** The kernels use nothing of it. */
const NO_CONTEXT = Object.freeze({}) as NodeContext;
const onThrow = (error: unknown): never => {
  throw error;
};

/** One effect that runs, as the node `effect.NAME` has it, with a fade from and to the sound itself. */
export class EffectUnit {
  readonly name: string;
  /** It is to go, once it is faded out. */
  leaving = false;
  readonly #input = new HotSource<AudioFrame>(onThrow);
  readonly #options: CurrentSource<Readonly<Record<string, unknown>>>;
  readonly #share: Fade;
  readonly #subscription;
  #mixer: Crossfader | undefined;
  #output: AudioFrame | undefined;
  #error: { readonly reason: unknown } | undefined;

  /** @param fadeIn false where there is nothing to fade from. */
  constructor({ name, options }: WantedEffect, fadeIn: boolean) {
    this.name = name;
    this.#options = new CurrentSource(options, onThrow);
    this.#share = new Fade(fadeIn ? 0 : 1);
    this.#share.to(1, FADE_SAMPLES);
    const args = { inputs: { audio: this.#input }, options$: this.#options, options, ctx: NO_CONTEXT };
    const output$ = VOICE_EFFECTS[name]!.create(args)['audio'] as Observable<AudioFrame>;
    this.#subscription = output$.subscribe({
      next: (frame) => (this.#output = frame),
      error: (reason: unknown) => (this.#error = { reason }),
    });
  }

  /** True when it is faded out, so that it can go. */
  get gone(): boolean {
    return this.leaving && this.#share.value === 0;
  }

  /** Gives it other options; it ramps what would click. */
  set(options: Readonly<Record<string, unknown>>): void {
    this.#options.next(options);
  }

  /** Fades it out, for good. */
  leave(): void {
    this.leaving = true;
    this.#share.to(0, FADE_SAMPLES);
  }

  /** One frame through it: the frame itself where it has nothing to do, else one of its own. @throws what the effect throws. */
  run(input: AudioFrame): AudioFrame {
    this.#output = undefined;
    this.#input.next(input);
    if (this.#error) throw this.#error.reason;
    const output = this.#output as AudioFrame | undefined;
    if (!output) throw new Error(`effect.${this.name} gave no frame`);
    if (this.#share.settled && this.#share.target === 1) return output;
    return (this.#mixer ??= new Crossfader()).mix(input, output, this.#share);
  }

  /** Takes it down. */
  close(): void {
    this.#subscription.unsubscribe();
  }
}
