import { reasonOf } from '../../errors.js';
import type { NodeCommand, NodeContext } from '../../graph/context.js';
import { openFilterChain, openFilterChainSync, type FilterChain } from '../../media/av/filter-chain.js';
import { isSilent } from '../../media/av/finite-copy.js';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../media/format.js';
import { createAudioFrame, frameChannels, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Effect } from './effect.js';
import { FrameHistory } from './frame-history.js';
import { withChannels } from './channels.js';

/** So long nothing may come out of silence before the filters rest: echoes of up to this length still sound. */
const REST_SAMPLES = 10 * SAMPLE_RATE;

/** A change of chains fades over within 20 ms. */
const FADE_SAMPLES = FRAME_SAMPLES;

/** How a node uses a runner. */
export interface FilterRunnerSettings<O> {
  /** The chain for these options; undefined: frames pass untouched. */
  readonly textOf: (options: O) => string | undefined;
  /** What the `filter.*` events name a chain by. */
  readonly describe: (options: O) => string;
  /** Filters that are allowed besides, because the node itself wrote the text. */
  readonly own?: readonly string[];
}

/**
 * An effect that is a chain of FFmpeg filters. A changed text is opened beside the running one, fed with the sound of the last
 * half second and faded to; when it cannot be opened the old one stays, and `filter.failed` says why.
 */
export class FilterRunner<O> implements Effect<O> {
  readonly #ctx: NodeContext;
  readonly #settings: FilterRunnerSettings<O>;
  readonly #history = new FrameHistory(24);
  readonly #output = createAudioFrame(2);
  readonly #other = createAudioFrame(2);
  readonly #fitted = createAudioFrame(2);
  readonly #blend = createAudioFrame(2);
  #text: string | undefined;
  #chain: FilterChain | undefined;
  /** Opened, and not faded to yet; `null` is the way to no chain at all. */
  #next: FilterChain | null | undefined;
  /** What is being faded from; `null`: from no chain. */
  #leaving: FilterChain | null | undefined;
  #faded = 0;
  #failure: Error | undefined;
  /** The options that were asked for last; an opening that is overtaken is closed. */
  #asked = 0;
  #quiet = 0;
  #ran = false;
  #closed = false;

  /** @param ctx the node's: its first tick waits for the chain. */
  constructor(ctx: NodeContext, settings: FilterRunnerSettings<O>) {
    this.#ctx = ctx;
    this.#settings = settings;
    ctx.defer(() => this.#close());
  }

  set(options: O, first: boolean): void {
    const text = this.#settings.textOf(options);
    if (!first && text === this.#text) return;
    this.#text = text;
    const asked = ++this.#asked;
    if (text === undefined) {
      if (!first) this.#offer(null);
      return;
    }
    this.#ctx.hold(this.#open(text, asked, this.#settings.describe(options)));
  }

  /** Takes the command `filter { target, command, argument }`; others are refused. */
  command({ type, ...data }: NodeCommand): void {
    const refuse = (reason: string) => this.#ctx.emit({ type: 'command.refused', command: type, reason });
    if (type !== 'filter') return refuse('it takes the command "filter" only');
    const { target = 'all', command, argument = '' } = data;
    if (typeof target !== 'string' || typeof command !== 'string' || !/^(string|number)$/.test(typeof argument)) {
      return refuse('"filter" needs a "command" and an "argument", and may name a "target"');
    }
    if (!this.#chain) return refuse('no filter is running');
    const reason = this.#chain.command(target, command, String(argument));
    if (reason !== undefined) refuse(reason);
  }

  /** Changes a parameter of the running chain, if there is one that takes it. */
  tune(target: string, command: string, argument: string): void {
    this.#chain?.command(target, command, argument);
  }

  run(input: AudioFrame): AudioFrame {
    if (this.#failure) throw this.#failure;
    const n = frameSamples(input);
    const channels = frameChannels(input) === 1 ? 1 : 2;
    if (this.#next !== undefined && this.#leaving === undefined) this.#beginFade(channels);
    this.#follow(channels);
    this.#ran = true;
    if (!this.#chain && this.#leaving === undefined) {
      // Decoding a packet nobody else wants decoded would cost more than a chain that begins without its past.
      if (!input.coded) this.#history.keep(input);
      return input;
    }
    if (input.silent && this.#quiet >= REST_SAMPLES && this.#leaving === undefined) return input;
    this.#history.keep(input);
    const out = this.#through(this.#chain, input, this.#output);
    const result = this.#leaving === undefined ? out : this.#fade(input, out, n);
    result.ptsUs = input.ptsUs;
    if (result !== input) result.silent = input.silent && isSilent(result.planes);
    this.#quiet = input.silent && result.silent ? this.#quiet + n : 0;
    return result;
  }

  async #open(text: string, asked: number, description: string): Promise<void> {
    try {
      // Whatever the channels were, or for lack of a frame may be: a stereo chain; the first mono frame replaces it.
      const chain = await openFilterChain(text, this.#chain?.channelsIn ?? 2, this.#settings.own);
      if (this.#closed || asked !== this.#asked) return chain.close();
      this.#ctx.emit({ type: 'filter.opened', filter: description, latencyMs: chain.delaySamples / 48 });
      this.#offer(chain);
    } catch (error) {
      if (this.#closed || asked !== this.#asked) return;
      const reason = reasonOf(error);
      // With nothing older to go on with the node fails, and its guard lets the input pass and tries again.
      if (asked > 1) this.#ctx.emit({ type: 'filter.failed', filter: description, reason });
      else this.#failure = new Error(reason);
    }
  }

  #offer(chain: FilterChain | null): void {
    // Nothing has been heard yet: nothing to fade from.
    if (!this.#ran) {
      this.#chain?.close();
      this.#chain = chain ?? undefined;
      return;
    }
    this.#next?.close();
    this.#next = chain;
  }

  #beginFade(channels: 1 | 2): void {
    let next = this.#next ?? undefined;
    this.#next = undefined;
    if (next && next.channelsIn !== channels) next = this.#reopen(next, channels);
    this.#leaving = this.#chain ?? null;
    this.#chain = next;
    this.#faded = 0;
    this.#quiet = 0;
    if (next) this.#preroll(next);
  }

  /** A chain is made for mono or stereo; input that changes between them needs another one, which costs half a millisecond. */
  #follow(channels: 1 | 2): void {
    const chain = this.#chain;
    if (!chain || chain.channelsIn === channels) return;
    this.#chain = this.#reopen(chain, channels);
    if (this.#ran) this.#preroll(this.#chain);
  }

  #reopen(chain: FilterChain, channels: 1 | 2): FilterChain {
    const other = openFilterChainSync(chain.text, channels, chain.own);
    chain.close();
    return other;
  }

  #preroll(chain: FilterChain): void {
    this.#history.replay((frame) => {
      const fitted = withChannels(frame, chain.channelsIn, this.#fitted);
      shapeAudioFrame(this.#other, chain.channelsOut, frameSamples(frame));
      chain.run(fitted.planes, this.#other.planes, frameSamples(frame));
    });
  }

  /** One frame through a chain, which may be none at all. */
  #through(chain: FilterChain | undefined, input: AudioFrame, output: AudioFrame): AudioFrame {
    if (!chain) return input;
    const n = frameSamples(input);
    const fitted = withChannels(input, chain.channelsIn, this.#fitted);
    shapeAudioFrame(output, chain.channelsOut, n);
    chain.run(fitted.planes, output.planes, n);
    return output;
  }

  #fade(input: AudioFrame, to: AudioFrame, n: number): AudioFrame {
    const from = this.#through(this.#leaving ?? undefined, input, this.#other);
    const channels = Math.max(from.planes.length, to.planes.length);
    const output = to === this.#output && to.planes.length === channels ? to : this.#mixed(channels, n);
    for (let c = 0; c < channels; c++) {
      const a = from.planes[c] ?? from.planes[0]!;
      const b = to.planes[c] ?? to.planes[0]!;
      const out = output.planes[c]!;
      for (let i = 0; i < n; i++) {
        const share = Math.min(1, (this.#faded + i + 1) / FADE_SAMPLES);
        out[i] = a[i]! * (1 - share) + b[i]! * share;
      }
    }
    this.#faded += n;
    if (this.#faded >= FADE_SAMPLES) {
      this.#leaving?.close();
      this.#leaving = undefined;
    }
    return output;
  }

  #mixed(channels: number, n: number): AudioFrame {
    shapeAudioFrame(this.#blend, channels, n);
    return this.#blend;
  }

  #close(): void {
    this.#closed = true;
    for (const chain of [this.#chain, this.#next, this.#leaving]) chain?.close();
    this.#chain = undefined;
    this.#next = undefined;
    this.#leaving = undefined;
  }
}
