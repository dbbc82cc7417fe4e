import type { GraphEvent } from '../graph/run/graph-events.js';
import { queueState, type QueueState } from '../nodes/support/queue-state.js';

/** What a node that plays does: `loading` until what was chosen is heard, `idle` with nothing to play, `ended` when it gives nothing any more. */
export type PlayerStatus = 'loading' | 'playing' | 'paused' | 'idle' | 'ended' | 'failed';

/** What plays, and where it is. */
export interface PlayedTrack {
  /** What it does. */
  readonly status: PlayerStatus;
  /** The file or address; absent: nothing is chosen. */
  readonly src?: string;
  /** Its name, for people. */
  readonly title?: string;
  /** Where it is in the file, in milliseconds. */
  readonly positionMs: number;
  /** How long the file is, in milliseconds, where that is known. */
  readonly durationMs?: number;
  /** How many seconds of it pass in one, while it plays; absent: one. */
  readonly tempo?: number;
  /** The tracks; only of a node that plays one after another. */
  readonly queue?: QueueState;
}

interface Chosen {
  readonly src: string;
  readonly title?: string;
  readonly durationMs?: number | undefined;
}

/**
 * Follows what one node plays by the facts it tells, and so knows at any moment where that is: the last position told, and the time since
 * then where it went on. Nodes tell a position behind every change and once a second, so no error lives longer.
 */
export class PlayerTrack {
  readonly #nowUs: () => number;
  #chosen: Chosen | undefined;
  /** Opened, and not heard yet. */
  #opened: Chosen | undefined;
  #queue: QueueState | undefined;
  /** The id of the track of a queue that is heard. */
  #heard: string | undefined;
  #wanted: boolean;
  /** It goes on: wanted, open, and neither stalled nor on its way to another place. */
  #flows = false;
  #over: 'ended' | 'failed' | undefined;
  #positionMs: number;
  #atUs: number;
  #tempo = 1;

  /**
   * @param nowUs the clock of the graph, in microseconds.
   * @param options the node's own.
   */
  constructor(nowUs: () => number, options: Readonly<Record<string, unknown>> = {}) {
    const { src, autoplay, startSec } = options;
    this.#nowUs = nowUs;
    this.#wanted = autoplay !== false;
    this.#positionMs = typeof startSec === 'number' ? startSec * 1000 : 0;
    this.#atUs = nowUs();
    if (typeof src === 'string') this.#chosen = { src };
  }

  /** What it is at this moment. */
  view(): PlayedTrack {
    const { src, title, durationMs } = this.#chosen ?? {};
    return {
      status: this.#status(),
      ...(src !== undefined && { src }),
      ...(title !== undefined && { title }),
      positionMs: Math.round(this.#position()),
      ...(durationMs !== undefined && { durationMs }),
      ...(this.#tempo !== 1 && { tempo: this.#tempo }),
      ...(this.#queue && { queue: this.#queue }),
    };
  }

  /** Takes a fact of its node. */
  told(event: GraphEvent): void {
    const { type } = event;
    const positionMs = typeof event['positionMs'] === 'number' ? event['positionMs'] : undefined;
    switch (type) {
      case 'stream.opened':
        this.#opened = { src: String(event['src']), durationMs: lengthOf(event) };
        if (!this.#flows && !this.#over) this.#chosen = { ...this.#chosen, ...this.#opened };
        return;
      case 'stream.resolved':
        if (typeof event['title'] === 'string' && this.#chosen) this.#chosen = { ...this.#chosen, title: event['title'] };
        return;
      case 'stream.started':
        if (this.#opened && this.#opened.src === event['src'])
          this.#chosen = { ...(this.#chosen?.src === this.#opened.src && this.#chosen), ...this.#opened };
        this.#over = undefined;
        return this.#at(positionMs ?? 0, (this.#wanted = true));
      case 'stream.position': {
        const { durationMs, tempo } = event;
        if (typeof tempo === 'number') this.#tempo = tempo;
        if (typeof durationMs === 'number' && this.#chosen) this.#chosen = { ...this.#chosen, durationMs };
        // A queue tells of a track that has opened while paused, too.
        return this.#at(positionMs ?? 0, this.#wanted);
      }
      case 'stream.looped':
      case 'stream.recovered':
        return this.#at(positionMs ?? 0, true);
      case 'stream.stalled':
        return this.#at(positionMs ?? this.#position(), false);
      case 'stream.paused':
        this.#wanted = false;
        return this.#at(positionMs ?? this.#position(), false);
      case 'stream.resumed':
        this.#wanted = true;
        return this.#at(positionMs ?? this.#position(), true);
      case 'stream.seeked':
      case 'track.seeked':
        // It goes on from there when the first sound of it comes, which is told.
        return this.#at(positionMs ?? 0, false);
      case 'stream.ended':
        if (event['reason'] === 'replaced') return;
        return this.#end(event['reason'] === 'failed' ? 'failed' : 'ended', event['reason'] === 'finished');
      case 'source.failed':
        return this.#end('failed', false);
      case 'track.started': {
        const { id, title, src } = event;
        this.#heard = String(id);
        this.#chosen = { src: String(src), ...(typeof title === 'string' && { title }), durationMs: lengthOf(event) };
        this.#over = undefined;
        return this.#at(this.#queue?.current === id ? this.#positionMs : 0, this.#wanted);
      }
      case 'track.ended':
        if (this.#heard === event['id']) this.#heard = undefined;
        return;
      case 'queue.changed':
        return this.#takeQueue(event);
      default:
    }
  }

  #takeQueue(event: GraphEvent): void {
    const read = queueState.safeParse(event);
    if (!read.success) return;
    const queue = read.data;
    this.#queue = queue;
    this.#wanted = queue.playing;
    const track = queue.tracks.find(({ id }) => id === queue.current);
    if (!track) this.#chosen = undefined;
    else if (this.#heard !== track.id && this.#chosen?.src !== track.src)
      this.#chosen = { src: track.src, ...(track.title !== undefined && { title: track.title }) };
    this.#at(queue.positionMs, queue.playing && track !== undefined && this.#heard === track.id);
  }

  #status(): PlayerStatus {
    if (this.#over) return this.#over;
    if (this.#queue && this.#queue.current === null) return 'idle';
    if (!this.#wanted) return 'paused';
    return this.#flows ? 'playing' : 'loading';
  }

  #at(positionMs: number, flows: boolean): void {
    this.#positionMs = positionMs;
    this.#atUs = this.#nowUs();
    this.#flows = flows;
  }

  #end(how: 'ended' | 'failed', atEnd: boolean): void {
    this.#at(atEnd ? (this.#chosen?.durationMs ?? this.#position()) : this.#position(), false);
    this.#over = how;
  }

  #position(): number {
    const goneMs = this.#flows ? ((this.#nowUs() - this.#atUs) / 1000) * this.#tempo : 0;
    return Math.min(this.#positionMs + goneMs, this.#chosen?.durationMs ?? Infinity);
  }
}

function lengthOf({ info }: Readonly<Record<string, unknown>>): number | undefined {
  const { durationUs } = (info ?? {}) as { readonly durationUs?: unknown };
  return typeof durationUs === 'number' ? Math.round(durationUs / 1000) : undefined;
}
