import type { ApiHost, RunningGraph } from '../api-host.js';
import type { FeedHub } from './feed-hub.js';
import { sse } from './sse.js';
import { WireLevels, type Level } from './wire-levels.js';

/** Time between figures. */
const EVERY_MS = 500;

/** Figures of the running graphs, twice a second while somebody reads them: once for all who do. */
export class StatsWatch {
  readonly #host: ApiHost;
  readonly #hub: FeedHub;
  readonly #levels = new Map<string, WireLevels>();
  readonly #last = new Map<string, Record<string, Level>>();
  #running = false;
  #closed = false;

  /** @param hub whom figures go to. */
  constructor(host: ApiHost, hub: FeedHub) {
    this.#host = host;
    this.#hub = hub;
  }

  /** Somebody reads figures now. */
  begin(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    this.#follow();
    this.#again();
  }

  /** The levels of a graph as they were told last. */
  levels(graph: string): Record<string, Level> {
    return this.#last.get(graph) ?? {};
  }

  /** Ends it. */
  close(): void {
    this.#closed = true;
    this.#rest();
  }

  #again(): void {
    this.#host.scheduler.after(EVERY_MS, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    if (this.#closed) return;
    if (this.#hub.statsReaders === 0) return this.#rest();
    this.#follow();
    // Who reads the last figures more slowly than new ones come gets fewer.
    if (!this.#hub.busy) for (const id of this.#host.graphs.keys()) await this.#tell(id);
    this.#again();
  }

  async #tell(id: string): Promise<void> {
    const levels = this.#levels.get(id)?.take() ?? {};
    this.#last.set(id, levels);
    try {
      const { positionUs, stats } = await this.#host.media.request({ type: 'graph.stats', graph: id });
      this.#hub.stats(sse('stats', { graph: id, positionUs, stats, levels }));
    } catch {
      // It has ended meanwhile, which is a fact of its own.
    }
  }

  #follow(): void {
    const { graphs } = this.#host;
    for (const id of [...this.#levels.keys()]) if (!graphs.has(id)) this.#drop(id);
    for (const [id, graph] of graphs) {
      const levels = this.#levels.get(id) ?? new WireLevels(this.#host, id);
      this.#levels.set(id, levels);
      levels.follow(audioOutlets(this.#host, graph));
    }
  }

  #drop(id: string): void {
    this.#levels.get(id)?.close();
    this.#levels.delete(id);
    this.#last.delete(id);
  }

  #rest(): void {
    this.#running = false;
    for (const id of [...this.#levels.keys()]) this.#drop(id);
  }
}

/** Each output that carries one stream of audio to somebody, as `node.port`. */
export function audioOutlets({ engine }: Pick<ApiHost, 'engine'>, { session }: RunningGraph): string[] {
  const { nodes } = session.plan;
  const types = new Map(nodes.map(({ id, type }) => [id, type]));
  const outlets = nodes.flatMap(({ inputs }) =>
    Object.values(inputs)
      .flat()
      .filter(({ node, port, branches }) => {
        const definition = engine.registry.get(types.get(node) ?? '');
        return !branches && definition?.outputs[port]?.kind === 'audio';
      })
      .map(({ node, port }) => `${node}.${port}`),
  );
  return [...new Set(outlets)];
}
