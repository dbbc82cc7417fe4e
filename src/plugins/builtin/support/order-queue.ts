import type { EngineCommand } from '../../../events/command.js';
import type { Cancel, Scheduler } from '../../../time/scheduler.js';

/** A plugin may give 50 commands a second; past that they are dropped. These leave room for its others. */
const PER_SECOND = 40;
/** So much chat waits at most. */
const MOST_CHAT = 20;
/** So many others. */
const MOST = 10_000;

/** Gives commands at once, or as soon as a plugin may: a crowd that comes in one second must not make any of them be lost. */
export class OrderQueue {
  readonly #scheduler: Scheduler;
  readonly #give: (command: EngineCommand) => void;
  readonly #waiting: EngineCommand[] = [];
  #windowUs = -Infinity;
  #given = 0;
  #timer: Cancel | undefined;

  /** @param give takes each command when it is due. */
  constructor(scheduler: Scheduler, give: (command: EngineCommand) => void) {
    this.#scheduler = scheduler;
    this.#give = give;
  }

  /** Takes a command. Of chat that waits only the oldest is said: nobody could read all of it. */
  add(command: EngineCommand): void {
    const waiting = this.#waiting;
    const last = waiting.at(-1);
    // The later one says all that the earlier one would.
    if (command.type === 'node.set' && last?.type === 'node.set' && sameNode(command, last)) waiting.pop();
    if (command.type === 'call.tell' && waiting.filter(({ type }) => type === 'call.tell').length >= MOST_CHAT) return;
    if (waiting.length < MOST) waiting.push(command);
    this.#drain();
  }

  /** Forgets what waits. */
  stop(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#waiting.length = 0;
  }

  #drain(): void {
    if (this.#timer) return;
    const nowUs = this.#scheduler.nowUs();
    if (nowUs - this.#windowUs >= 1e6) {
      this.#windowUs = nowUs;
      this.#given = 0;
    }
    while (this.#given < PER_SECOND && this.#waiting.length > 0) {
      this.#given++;
      this.#give(this.#waiting.shift()!);
    }
    if (this.#waiting.length === 0) return;
    this.#timer = this.#scheduler.at(this.#windowUs + 1e6, () => {
      this.#timer = undefined;
      this.#drain();
    });
  }
}

type NodeSet = Extract<EngineCommand, { readonly type: 'node.set' }>;

/** Only where both change the same options, of the same node. */
function sameNode(a: NodeSet, b: NodeSet): boolean {
  const of = ({ graph, node, options }: NodeSet): string => JSON.stringify([graph, node, Object.keys(options)]);
  return of(a) === of(b);
}
