import type { ActivePlugin } from '../../graph/active-plugins.js';
import type { VideoFrame } from '../../media/video-frame.js';
import { Laps } from './laps.js';
import type { ChainPlace } from './operator-life.js';
import { VideoChainStage } from './video-stage.js';

/**
 * The operators of a graph's plugins on one stream of pictures. Each picture that an operator made is released as soon as what is behind
 * it is through with it.
 */
export class VideoChain {
  readonly #place: ChainPlace;
  readonly #laps: Laps | undefined;
  readonly #endings = new Set<Promise<void>>();
  #stages: readonly VideoChainStage[] = [];
  #byKey = new Map<string, VideoChainStage>();
  #wanted: readonly ActivePlugin[] | undefined;
  #running = false;
  #closed = false;

  /** @param place where it runs. */
  constructor(place: ChainPlace) {
    this.#place = place;
    const { clock } = place.plugins;
    this.#laps = clock && new Laps(clock);
  }

  /** The plugins it shall be made of from the next picture on, first to last. */
  set(plugins: readonly ActivePlugin[]): void {
    if (this.#closed) return;
    this.#wanted = plugins;
    if (!this.#running) this.#change();
  }

  /** One picture through all operators, to `deliver`; the very same when there are none. */
  run(input: VideoFrame, deliver: (picture: VideoFrame) => void): void {
    if (this.#stages.length === 0 || this.#running) return deliver(input);
    this.#running = true;
    this.#laps?.lap();
    let picture = input;
    let maker: VideoChainStage | undefined;
    for (const stage of this.#stages) {
      const next = stage.run(picture, this.#laps);
      if (next.content !== picture.content) {
        maker?.release(picture);
        maker = stage;
      }
      picture = next;
    }
    this.#running = false;
    try {
      deliver(picture);
    } finally {
      maker?.release(picture);
    }
    this.#change();
  }

  /** Takes everything down; resolves when it is cleaned up. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const stage of this.#stages) stage.close();
    this.#stages = [];
    await Promise.all(this.#endings);
  }

  #change(): void {
    const wanted = this.#wanted;
    if (!wanted || this.#closed) return;
    this.#wanted = undefined;
    const ending = (work: Promise<void>) => {
      const noted = work.finally(() => this.#endings.delete(noted));
      this.#endings.add(noted);
    };
    const before = this.#byKey;
    this.#byKey = new Map();
    this.#stages = wanted.map((plugin) => {
      const { key } = plugin.entry;
      let stage = before.get(key);
      if (stage) stage.update(plugin);
      else stage = new VideoChainStage(plugin, this.#place, ending);
      this.#byKey.set(key, stage);
      return stage;
    });
    for (const [key, stage] of before) if (!this.#byKey.has(key)) stage.close();
  }
}
