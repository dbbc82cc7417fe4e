import { isDeepStrictEqual } from 'node:util';
import type { ActivePlugin } from '../../graph/active-plugins.js';
import { allFinite } from '../../media/dsp/finite.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';
import { AudioChainStage } from './audio-stage.js';
import { insertInOrder, movers } from './chain-order.js';
import { FADE_SAMPLES } from './crossfader.js';
import { Laps } from './laps.js';
import type { ChainPlace } from './operator-life.js';

/**
 * The operators of a graph's plugins on one stream of sound, one behind the other. Other plugins, configs or another order are faded
 * over to in 20 ms; what stays goes on with its state. Changes that come during a fade wait for its end.
 */
export class AudioChain {
  readonly #place: ChainPlace;
  readonly #laps: Laps | undefined;
  readonly #endings = new Set<Promise<void>>();
  #stages: AudioChainStage[] = [];
  #present = new Map<string, ActivePlugin>();
  #wanted: readonly ActivePlugin[] = [];
  #changed = false;
  /** Samples until the change that is under way is over. */
  #changeLeft = 0;
  #flowed = false;
  #running = false;
  #closed = false;

  /** @param place where it runs. */
  constructor(place: ChainPlace) {
    this.#place = place;
    const { clock } = place.plugins;
    this.#laps = clock && new Laps(clock);
  }

  /** True when frames leave as they come. */
  get empty(): boolean {
    return this.#stages.length === 0;
  }

  /** The plugins it shall be made of from now on, first to last. */
  set(plugins: readonly ActivePlugin[]): void {
    if (this.#closed) return;
    this.#wanted = plugins;
    this.#changed = true;
    if (!this.#running && this.#changeLeft <= 0) this.#change();
  }

  /** One frame through all operators, to `deliver`; the very same when there are none. */
  run(input: AudioFrame, deliver: (frame: AudioFrame) => void): void {
    deliver(this.#through(input));
  }

  /** Takes everything down; resolves when it is cleaned up. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const stage of this.#stages) stage.close();
    this.#stages = [];
    await Promise.all(this.#endings);
  }

  #through(input: AudioFrame): AudioFrame {
    this.#flowed = true;
    const stages = this.#stages;
    if (stages.length === 0 || this.#running) return input;
    this.#running = true;
    this.#laps?.lap();
    let frame = input;
    for (let i = 0; i < stages.length; i++) frame = stages[i]!.run(frame, this.#laps);
    if (frame !== input && !isSound(frame)) frame = this.#blame(input, frame);
    for (let i = 0; i < stages.length; i++) stages[i]!.afterFrame();
    this.#running = false;
    if (this.#changeLeft > 0) this.#advance(frameSamples(input));
    if (this.#changed && this.#changeLeft <= 0) this.#change();
    return frame;
  }

  #advance(samples: number): void {
    this.#changeLeft -= samples;
    if (this.#changeLeft > 0) return;
    for (const stage of this.#stages) {
      if (stage.leaving) stage.close();
      else stage.settle();
    }
    this.#stages = this.#stages.filter(({ leaving }) => !leaving);
    // Those that were faded out to stand elsewhere.
    if (this.#stages.some(({ parked }) => parked)) this.#changed = true;
  }

  /** Takes one step from what is to what shall be; a second one follows its fade where stages have to change places. */
  #change(): void {
    this.#changed = false;
    const wanted = new Map(this.#wanted.map((plugin) => [plugin.entry.key, plugin]));
    const fades = [this.#leave(wanted), this.#move(), this.#update(wanted), this.#join()];
    this.#present = wanted;
    if (this.#flowed) this.#changeLeft = fades.includes(true) ? FADE_SAMPLES : 0;
    // Nothing has been heard yet, so that nothing can click.
    else {
      this.#changeLeft = FADE_SAMPLES;
      this.#advance(FADE_SAMPLES);
      if (this.#changed) this.#change();
    }
  }

  #leave(wanted: ReadonlyMap<string, ActivePlugin>): boolean {
    let fades = false;
    for (const stage of this.#stages) {
      if (wanted.has(stage.key)) continue;
      stage.leaving = true;
      stage.fadeOut();
      fades = true;
    }
    return fades;
  }

  /** Puts those that were faded out for it in their new places, and fades out those that are in a wrong one. */
  #move(): boolean {
    const order = this.#wanted.map(({ entry }) => entry.key);
    const parked = this.#stages.filter((stage) => stage.parked && !stage.leaving);
    const rest = this.#stages.filter((stage) => !parked.includes(stage));
    this.#stages = this.#inOrder(rest, parked, order);
    for (const stage of parked) {
      stage.parked = false;
      stage.fadeIn();
    }
    const staying = this.#stages.filter(({ leaving }) => !leaving).map(({ key }) => key);
    const moving = movers(
      staying,
      order.filter((key) => staying.includes(key)),
    );
    for (const stage of this.#stages) {
      if (!moving.has(stage.key)) continue;
      stage.parked = true;
      stage.fadeOut();
    }
    return parked.length + moving.size > 0;
  }

  #update(wanted: ReadonlyMap<string, ActivePlugin>): boolean {
    let fades = false;
    for (const stage of this.#stages) {
      const plugin = wanted.get(stage.key);
      const before = this.#present.get(stage.key);
      if (!plugin || plugin === before || stage.leaving) continue;
      if (stage.update(plugin, !isDeepStrictEqual(plugin.config, before?.config))) fades = true;
    }
    return fades;
  }

  #join(): boolean {
    const present = new Set(this.#stages.filter(({ leaving }) => !leaving).map(({ key }) => key));
    const ending = (work: Promise<void>) => this.#ending(work);
    const joining = this.#wanted
      .filter(({ entry }) => !present.has(entry.key))
      .map((plugin) => new AudioChainStage(plugin, this.#place, this.#flowed, ending));
    const order = this.#wanted.map(({ entry }) => entry.key);
    this.#stages = this.#inOrder(this.#stages, joining, order);
    return joining.length > 0;
  }

  /** Puts stages between others; one that is leaving stays where it is. */
  #inOrder(stages: AudioChainStage[], more: readonly AudioChainStage[], order: readonly string[]): AudioChainStage[] {
    if (more.length === 0) return stages;
    const byKey = new Map([...stages.filter(({ leaving }) => !leaving), ...more].map((stage) => [stage.key, stage]));
    return insertInOrder(
      stages,
      order.flatMap((key) => byKey.get(key) ?? []),
    );
  }

  /**
   * What left the chain is no sound: finds whose fault that is, and lets what came before it go through those behind it again, with fresh
   * operators, for theirs hold what they were fed.
   */
  #blame(input: AudioFrame, result: AudioFrame): AudioFrame {
    // Then it is the fault of what is before the chain; operators that hold it show that when the input is sound again.
    if (!isSound(input)) return result;
    let sound = input;
    for (let i = 0; i < this.#stages.length; i++) {
      const stage = this.#stages[i]!;
      const { out = sound } = stage;
      if (out === sound || isSound(out)) {
        sound = out;
        continue;
      }
      stage.gaveNoNumbers();
      stage.out = sound;
      let frame = sound;
      for (const behind of this.#stages.slice(i + 1)) {
        behind.renew();
        frame = behind.run(frame, this.#laps);
      }
    }
    return sound;
  }

  #ending(work: Promise<void>): void {
    const ending = work.finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }
}

function isSound(frame: AudioFrame): boolean {
  return frame.silent || frame.planes.every((plane) => allFinite(plane));
}
