import type { Problem } from '../errors.js';
import type { StreamEndReason, StreamFact } from '../events/event.js';
import type { GraphEvent } from '../graph/run/graph-events.js';

interface OpenStream {
  readonly graph: string;
  readonly node: string;
  readonly call?: string;
  readonly src: string;
}

/** What the nodes call the ends of streams, in the words of events. */
const REASONS: Readonly<Record<string, StreamEndReason>> = {
  finished: 'finished',
  failed: 'failed',
  stopped: 'stopped',
  skipped: 'skipped',
  replaced: 'skipped',
};

/** Facts after which a node gives nothing more of its present stream. */
const NODE_GIVES_UP = new Set(['source.failed', 'node.bypassed']);

/**
 * Makes `stream.started` and `stream.ended` of what sources tell, whichever kind of source it is: of each start there is exactly one end,
 * also when the node, or the graph, ends first.
 */
export class StreamFacts {
  readonly #open = new Map<string, OpenStream>();
  /** What was told of a stream before it started, by graph and node. */
  readonly #known = new Map<string, { readonly src?: string; readonly durationMs?: number; readonly title?: string }>();

  /**
   * The stream facts in what a graph told, in order; they come after it, but for the end of the graph, which comes last.
   *
   * @param call the graph's.
   */
  told(event: GraphEvent, call: string | undefined): StreamFact[] {
    const { graph, node, type } = event;
    if (type === 'graph.ended') return this.#endAll(graph);
    if (node === undefined) return [];
    const key = `${graph} ${node}`;
    const at = { graph, node, ...(call !== undefined && { call }) };
    switch (type) {
      case 'stream.opened':
        this.#known.set(key, { ...this.#known.get(key), src: text(event['src']), ...durationOf(event) });
        return [];
      case 'stream.resolved':
        this.#known.set(key, { ...this.#known.get(key), title: text(event['title']) });
        return [];
      case 'stream.started': {
        const src = text(event['src']);
        // Sources without a name, such as a microphone, play no stream of their own.
        if (src === undefined) return [];
        const known = this.#known.get(key);
        const more = known?.src === src ? known : undefined;
        return this.#start(key, { ...at, src }, { ...more, ...(known?.title !== undefined && { title: known.title }) });
      }
      case 'track.started': {
        const title = text(event['title']);
        return this.#start(
          key,
          { ...at, src: text(event['src']) ?? '' },
          { ...durationOf(event), ...(title !== undefined && { title }) },
        );
      }
      case 'stream.ended':
        // One that was never heard, or that goes on with other settings, has no end of its own.
        if (event['heard'] === false || event['continues'] === true) return [];
        return this.#end(key, event);
      case 'track.ended':
        return this.#end(key, event);
      default:
        return NODE_GIVES_UP.has(type) ? this.#end(key, { ...event, reason: 'failed' }) : [];
    }
  }

  #start(
    key: string,
    stream: OpenStream,
    { title, durationMs }: { readonly title?: string; readonly durationMs?: number },
  ): StreamFact[] {
    const before = this.#open.has(key) ? this.#end(key, { reason: 'skipped' }) : [];
    this.#open.set(key, stream);
    const more = { ...(title !== undefined && { title }), ...(durationMs !== undefined && { durationMs }) };
    return [...before, { type: 'stream.started', ...stream, ...more }];
  }

  #end(key: string, event: Readonly<Record<string, unknown>>): StreamFact[] {
    const stream = this.#open.get(key);
    if (!stream) return [];
    this.#open.delete(key);
    const { playedMs, problem } = event;
    return [
      {
        type: 'stream.ended',
        ...stream,
        reason: REASONS[String(event['reason'])] ?? 'stopped',
        playedMs: typeof playedMs === 'number' ? playedMs : 0,
        ...(problem !== undefined && { problem: problem as Problem }),
      },
    ];
  }

  #endAll(graph: string): StreamFact[] {
    const mine = (key: string): boolean => key.startsWith(`${graph} `);
    for (const key of this.#known.keys()) if (mine(key)) this.#known.delete(key);
    return [...this.#open.keys()].filter(mine).flatMap((key) => this.#end(key, { reason: 'stopped' }));
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function durationOf({ info }: Readonly<Record<string, unknown>>): { readonly durationMs?: number } {
  const { durationUs } = (info ?? {}) as { readonly durationUs?: unknown };
  return typeof durationUs === 'number' ? { durationMs: Math.round(durationUs / 1000) } : {};
}
