import type { Tick } from '../../graph/context.js';
import { FRAME_US } from '../../media/format.js';
import type { PortKind } from '../../graph/ports.js';
import type { BeatLine } from './beat-line.js';
import { lender } from './lend.js';
import type { SharedNode } from './node.js';
import type { Deliver, SharedOutlet } from './outlet.js';

/** What a reader found on a beat: something or nothing that belongs there, nothing although something should, or the end. */
export type Found = 'read' | 'missing' | 'ended';

/** Reads an output of a shared node on the beats of one graph: one beat of the node for each of its own. Only times are moved. */
export class SharedReader {
  readonly #node: SharedNode;
  readonly #outlet: SharedOutlet;
  readonly #line: BeatLine;
  readonly #deliver: Deliver;
  #open = true;

  /** Reads from now on. @param line the graph's. @param kind what flows. @param deliver takes what comes, within {@link read}. */
  constructor(node: SharedNode, port: string, line: BeatLine, kind: PortKind, deliver: Deliver) {
    this.#node = node;
    this.#line = line;
    this.#outlet = node.outlet(port);
    this.#outlet.readers++;
    const lend = lender(kind);
    this.#deliver = (item) => {
      const byBeats = node.line.ahead! - line.ahead!;
      deliver(byBeats === 0 ? item : lend(item, byBeats * FRAME_US));
    };
  }

  /** Reads what belongs to a beat of the graph; makes the node beat if nobody did. */
  read({ index }: Tick): Found {
    const node = this.#node;
    if (!node.beats && this.#outlet.lastBeat === Infinity) return 'missing';
    const beat = this.#line.beat(index, node.scheduler, node.made);
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
