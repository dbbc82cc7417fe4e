import type { Tick } from '../../graph/context.js';
import { FRAME_US } from '../../media/format.js';
import type { PortKind } from '../../graph/ports.js';
import { lender } from './lend.js';
import type { SharedNode } from './node.js';
import type { Deliver, SharedOutlet } from './outlet.js';

/** What a reader found on a beat: something or nothing that belongs there, nothing although something should, or the end. */
export type Found = 'read' | 'missing' | 'ended';

/**
 * Reads an output of a shared node on the beats of one graph: one beat of the node for each of its own. Both count in steps of 20 ms, so that
 * what lies between them stays the same for ever; only times are moved by it.
 */
export class SharedReader {
  readonly #node: SharedNode;
  readonly #outlet: SharedOutlet;
  readonly #deliver: Deliver;
  /** Beats of the node minus those of the graph; undefined before the first. */
  #ahead: number | undefined;
  #open = true;

  /** Reads from now on. @param kind what flows. @param deliver takes what comes, within {@link read}. */
  constructor(node: SharedNode, port: string, kind: PortKind, deliver: Deliver) {
    this.#node = node;
    this.#outlet = node.outlet(port);
    this.#outlet.readers++;
    const lend = lender(kind);
    this.#deliver = (item) => deliver(this.#ahead ? lend(item, -this.#ahead * FRAME_US) : item);
  }

  /** Reads what belongs to a beat of the graph; makes the node beat if nobody did. */
  read({ index }: Tick): Found {
    const node = this.#node;
    if (!node.beats && this.#outlet.lastBeat === Infinity) return 'missing';
    this.#ahead ??= node.presentBeat() - index;
    const beat = index + this.#ahead;
    if (beat > this.#outlet.lastBeat) return 'ended';
    if (beat > node.made) {
      node.beatUntil(beat, this.#outlet, this.#deliver);
      return beat > this.#outlet.lastBeat ? 'ended' : 'read';
    }
    return this.#outlet.replay(beat, this.#deliver) ? 'read' : 'missing';
  }

  /** Reads no more. Idempotent. */
  close(): void {
    if (this.#open) this.#outlet.readers--;
    this.#open = false;
  }
}
