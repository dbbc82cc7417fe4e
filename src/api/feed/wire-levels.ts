import type { ApiHost } from '../api-host.js';

/** How loud an outlet was since it was last asked. */
export interface Level {
  /** Largest sample in dBFS; −120 for silence. */
  readonly peakDb: number;
  /** Root mean square in dBFS; −120 for silence. */
  readonly rmsDb: number;
}

let taps = 0;

/** Listens to every audio wire of a running graph, as long as somebody wants its levels. */
export class WireLevels {
  readonly #host: ApiHost;
  readonly #graph: string;
  /** Outlets that are listened to, with the tap of each. */
  readonly #taps = new Map<string, string>();
  readonly #heard = new Map<string, { peakDb: number; rmsDb: number }>();
  readonly #outlets = new Map<string, string>();
  readonly #unsubscribe: () => void;
  #closed = false;

  /** @param graph the running graph. */
  constructor(host: ApiHost, graph: string) {
    this.#host = host;
    this.#graph = graph;
    const listening = host.media.events$.subscribe((message) => {
      if (message.type !== 'tap') return;
      const outlet = this.#outlets.get(message.tap);
      if (outlet === undefined) return;
      if (message.ended) return this.#forget(outlet);
      const heard = this.#heard.get(outlet);
      if (!heard) this.#heard.set(outlet, { peakDb: message.peakDb, rmsDb: message.rmsDb });
      else {
        heard.peakDb = Math.max(heard.peakDb, message.peakDb);
        heard.rmsDb = Math.max(heard.rmsDb, message.rmsDb);
      }
    });
    this.#unsubscribe = () => listening.unsubscribe();
  }

  /** Listens to these outlets, `node.port`, and to no others. */
  follow(outlets: readonly string[]): void {
    for (const outlet of outlets) if (!this.#taps.has(outlet)) this.#open(outlet);
    for (const outlet of [...this.#taps.keys()]) if (!outlets.includes(outlet)) this.#close(outlet);
  }

  /** What was heard since the last time, by outlet. */
  take(): Record<string, Level> {
    const levels = Object.fromEntries(this.#heard);
    this.#heard.clear();
    return levels;
  }

  /** Ends it. */
  close(): void {
    this.#closed = true;
    for (const outlet of [...this.#taps.keys()]) this.#close(outlet);
    this.#unsubscribe();
  }

  #open(outlet: string): void {
    const tap = `level-${++taps}`;
    this.#taps.set(outlet, tap);
    this.#outlets.set(tap, outlet);
    const opening = this.#host.media.request({ type: 'tap.open', tap, graph: this.#graph, wire: outlet, sound: false });
    // An outlet that is not there yet, or that nobody may listen to, is asked for again at the next change.
    void opening.then(
      () => {
        if (this.#closed) this.#host.media.request({ type: 'tap.close', tap }).catch(() => {});
      },
      () => void this.#outlets.delete(tap),
    );
  }

  #close(outlet: string): void {
    const tap = this.#taps.get(outlet)!;
    this.#forget(outlet);
    this.#host.media.request({ type: 'tap.close', tap }).catch(() => {});
  }

  #forget(outlet: string): void {
    const tap = this.#taps.get(outlet);
    this.#taps.delete(outlet);
    this.#heard.delete(outlet);
    if (tap !== undefined) this.#outlets.delete(tap);
  }
}
