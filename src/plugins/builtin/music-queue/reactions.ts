import { Observable } from 'rxjs';
import type { EngineCommand } from '../../../events/command.js';
import type { CallState } from '../../../events/state.js';
import type { Cancel } from '../../../time/scheduler.js';
import type { ReactionArgs } from '../../plugin-types.js';
import { OrderQueue } from '../support/order-queue.js';
import type { MusicConfig } from './config.js';
import { currentTrack } from './queue.js';
import { placeOf } from './reducers.js';
import type { CallQueue, MusicState } from './state.js';

type Args = ReactionArgs<MusicConfig, MusicState>;
type Give = (command: EngineCommand) => void;

/** Gives the commands that the reducers ordered, and those that time brings. */
export function musicReactions({ state$, events$, ctx }: Args): Observable<EngineCommand> {
  return new Observable((subscriber) => {
    const queue = new OrderQueue(ctx.scheduler, (command) => subscriber.next(command));
    const give: Give = (command) => queue.add(command);
    subscriber.add(() => queue.stop());
    const waits = new Waits(ctx, give);
    let given = ctx.state.serial;
    subscriber.add(
      state$.subscribe((state) => {
        const due = state.orders.filter(({ n }) => n > given);
        given = state.serial;
        for (const { command } of due) give(command as EngineCommand);
        waits.look();
      }),
    );
    // Who is in a call is the engine's state, not ours.
    subscriber.add(events$.subscribe(({ type }) => void (/^(participant|peer|call)\./.test(type) && waits.look())));
    subscriber.add(() => waits.stop());
    subscriber.add(reportPositions(ctx, give));
    begin(ctx, give);
  });
}

/** Says which graphs run, once the present event is over; and asks their nodes to show themselves, for those that were there before us. */
function begin(ctx: Args['ctx'], give: Give): void {
  queueMicrotask(() => {
    if (ctx.signal.aborted) return;
    const graphs = Object.entries(ctx.engine.graphs)
      .filter(([graph, { status }]) => status !== 'ended' && (ctx.scope.graph ?? graph) === graph)
      .map(([graph, seen]) => ({ graph, place: placeOf(seen) }));
    ctx
      .send(ctx.plugin, 'begin', { graphs })
      .catch((error: unknown) => ctx.log.error('It could not begin.', { reason: String(error) }));
    for (const { graph } of graphs) give({ type: 'node.command', graph, node: ctx.config.node, command: { type: 'report' } });
  });
}

function reportPositions(ctx: Args['ctx'], give: Give): () => void {
  let waiting: Cancel;
  const wait = (): void => {
    waiting = ctx.scheduler.after(ctx.config.savePositionSec * 1000, () => {
      for (const { graph, attached, started, status } of Object.values(ctx.state.queues)) {
        if (graph !== null && attached && started && status === 'playing')
          give({ type: 'node.command', graph, node: ctx.config.node, command: { type: 'report' } });
      }
      wait();
    });
  };
  wait();
  return () => waiting();
}

/** What happens when a queue is through, or a call empty, for long enough. */
class Waits {
  readonly #ctx: Args['ctx'];
  readonly #give: Give;
  /** By what is waited for and where. */
  readonly #waiting = new Map<string, Cancel>();
  /** Queues that were paused because nobody was there. */
  readonly #paused = new Set<string>();

  constructor(ctx: Args['ctx'], give: Give) {
    this.#ctx = ctx;
    this.#give = give;
  }

  /** Brings what is waited for in line with how things are. */
  look(): void {
    const { state, engine, config } = this.#ctx;
    for (const [place, queue] of Object.entries(state.queues)) {
      const call = queue.graph === null ? undefined : engine.calls[place];
      this.#when(`end ${place}`, isThrough(queue), config.atEnd, () => this.#leaveOrPause(config.atEnd.do, place, queue.graph));
      const alone = call !== undefined && isAlone(call);
      this.#when(`alone ${place}`, alone, config.whenAlone, () => {
        this.#leaveOrPause(config.whenAlone.do, place, queue.graph);
        if (config.whenAlone.do === 'pause') this.#paused.add(place);
      });
      if (!alone && this.#paused.delete(place) && queue.graph !== null && queue.status === 'paused')
        this.#give({ type: 'node.command', graph: queue.graph, node: config.node, command: { type: 'play' } });
    }
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #when(key: string, is: boolean, { do: what, afterSec }: MusicConfig['atEnd'], act: () => void): void {
    const waiting = this.#waiting.get(key);
    if (!is || what === 'stay') {
      waiting?.();
      this.#waiting.delete(key);
    } else if (!waiting) {
      // It stays noted once it has run, so that it happens once for each time.
      this.#waiting.set(key, this.#ctx.scheduler.after(afterSec * 1000, act));
    }
  }

  #leaveOrPause(what: 'stay' | 'pause' | 'leave', place: string, graph: string | null): void {
    if (graph === null) return;
    const { node } = this.#ctx.config;
    if (what === 'leave' && !place.startsWith('graph:')) this.#give({ type: 'call.leave', call: place });
    else if (what === 'pause') this.#give({ type: 'node.command', graph, node, command: { type: 'pause' } });
  }
}

function isThrough(queue: CallQueue): boolean {
  return queue.graph !== null && queue.played && (queue.halted || currentTrack(queue) === undefined);
}

function isAlone({ participants, people, listeners }: CallState): boolean {
  return listeners === 0 && participants.every((id) => people[id]?.self === true);
}
