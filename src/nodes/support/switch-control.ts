import { z } from 'zod';
import type { NodeCommand, NodeContext } from '../../graph/context.js';
import type { FadeCurve } from '../../media/dsp/fade.js';
import { usToSamples } from '../../media/format.js';
import type { SwitchOptions } from '../mixers/switch.js';
import { FADE_SAMPLES } from './branch-fader.js';
import { INPUT_NAMES, type InputName } from './input-ports.js';
import type { Selector } from './selector.js';

const selectCommand = z.object({
  input: z.enum(INPUT_NAMES),
  mode: z.enum(['cut', 'fade']).optional(),
  fadeMs: z.number().min(5).max(60_000).optional(),
});

/** How a change is to be made. */
interface Manner {
  readonly samples: number;
  readonly curve: FadeCurve;
}

/** Decides when `mix.switch` changes to which input. */
export class SwitchControl {
  readonly #ctx: NodeContext;
  readonly #selector: Selector;
  readonly #alive: Set<InputName>;
  #options: SwitchOptions;
  #present: InputName;
  #waiting: { readonly to: InputName; readonly manner: Manner } | undefined;

  /**
   * @param options those it starts with.
   * @param wired the inputs that have a wire.
   */
  constructor(ctx: NodeContext, selector: Selector, options: SwitchOptions, wired: readonly InputName[]) {
    this.#ctx = ctx;
    this.#selector = selector;
    this.#options = options;
    this.#present = options.select;
    this.#alive = new Set(wired);
    selector.select(options.select, 1, 'linear');
  }

  /** Takes new options. Only a changed `select` changes the input: a command may have chosen another. */
  set(next: SwitchOptions): void {
    const { select } = this.#options;
    this.#options = next;
    if (next.select !== select) this.#ask(next.select, this.#manner(next));
    else if (!next.waitForEnd) this.#goOn('asked');
  }

  /** Obeys `select` and `now`. */
  command({ type, ...data }: NodeCommand): void {
    if (type === 'now') return this.#goOn('now');
    const given = type === 'select' ? selectCommand.safeParse(data) : undefined;
    if (given?.success) {
      const { input, mode = this.#options.mode, fadeMs = this.#options.fadeMs } = given.data;
      return this.#ask(input, this.#manner({ ...this.#options, mode, fadeMs }));
    }
    const reason = given ? 'input must be in1 to in8, mode cut or fade, fadeMs 5 to 60000' : 'mix.switch takes select and now';
    this.#ctx.emit({ type: 'command.refused', command: type, reason });
  }

  /** An input gives no more. */
  inputEnded(input: InputName): void {
    this.#alive.delete(input);
    if (input === this.#present) this.#goOn('ended');
  }

  /** A track of the source that is heard has ended. */
  trackEnded(): void {
    this.#goOn('ended');
  }

  #manner({ mode, fadeMs, curve }: SwitchOptions): Manner {
    return mode === 'cut' ? { samples: FADE_SAMPLES, curve: 'linear' } : { samples: usToSamples(fadeMs * 1000), curve };
  }

  #ask(to: InputName, manner: Manner): void {
    this.#waiting = undefined;
    if (to === this.#present) return;
    if (!this.#options.waitForEnd || !this.#alive.has(this.#present)) return this.#change(to, manner, 'asked');
    this.#waiting = { to, manner };
    this.#ctx.emit({ type: 'switch.waiting', from: this.#present, to });
  }

  #goOn(reason: string): void {
    if (this.#waiting) this.#change(this.#waiting.to, this.#waiting.manner, reason);
  }

  #change(to: InputName, { samples, curve }: Manner, reason: string): void {
    const from = this.#present;
    this.#waiting = undefined;
    this.#present = to;
    this.#selector.select(to, samples, curve);
    this.#ctx.emit({ type: 'switch.changed', from, to, reason });
  }
}
