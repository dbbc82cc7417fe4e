import type { NodeContext } from '../../graph/context.js';

/** Between two `stream.position` events: a second of frames. */
const POSITION_TICKS = 50;
/** So long after a change it is told once more, when all of it is heard. */
const SETTLED_TICKS = 10;

/** Tells where a player is, if somebody watches: once a second, and behind every change of what that follows from. */
export class PositionTeller {
  readonly #ctx: NodeContext;
  #ticks = 0;
  #sinceChange = Infinity;

  /** @param ctx the node that plays. */
  constructor(ctx: NodeContext) {
    this.#ctx = ctx;
  }

  /** It is another place, or another speed, from the next frame on. */
  changed(): void {
    this.#sinceChange = 0;
  }

  /**
   * A frame is heard.
   *
   * @param positionUs where in the recording it begins.
   * @param durationUs how long that is; undefined: nobody knows.
   * @param tempo how many seconds of it pass in one.
   */
  frame(positionUs: number, durationUs: number | undefined, tempo = 1): void {
    const sinceChange = this.#sinceChange++;
    const due = ++this.#ticks % POSITION_TICKS === 0 || sinceChange === 0 || sinceChange === SETTLED_TICKS;
    if (!due || !this.#ctx.watched('stream.position')) return;
    this.#ctx.emit({
      type: 'stream.position',
      positionMs: Math.round(positionUs / 1000),
      durationMs: durationUs === undefined ? null : Math.round(durationUs / 1000),
      tempo,
    });
  }
}
