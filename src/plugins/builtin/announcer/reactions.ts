import { Observable } from 'rxjs';
import type { EngineCommand } from '../../../events/command.js';
import { ofType } from '../../../events/of-type.js';
import type { Cancel } from '../../../time/scheduler.js';
import type { ReactionArgs } from '../../plugin-types.js';
import { sendBegin } from '../support/begin.js';
import { OrderQueue } from '../support/order-queue.js';
import type { AnnouncerConfig } from './config.js';
import type { AnnouncerState, Desk } from './state.js';

type Args = ReactionArgs<AnnouncerConfig, AnnouncerState>;
type Give = (command: EngineCommand) => void;

/** Lets the music make way, and plays what is to be announced. */
export function announcerReactions({ state$, events$, ctx }: Args): Observable<EngineCommand> {
  return new Observable((subscriber) => {
    const queue = new OrderQueue(ctx.scheduler, (command) => subscriber.next(command));
    const conductors = new Map<string, Conductor>();
    // What was left of an earlier time counts only once `begin` has put it right.
    let begun = false;
    const look = ({ desks }: AnnouncerState): void => {
      if (!begun) return;
      for (const [graph, conductor] of conductors) {
        if (desks[graph]) continue;
        conductor.stop();
        conductors.delete(graph);
      }
      for (const [graph, desk] of Object.entries(desks)) {
        let conductor = conductors.get(graph);
        if (!conductor) conductors.set(graph, (conductor = new Conductor(ctx, graph, (command) => queue.add(command))));
        conductor.look(desk);
      }
    };
    subscriber.add(() => {
      queue.stop();
      for (const [graph, conductor] of conductors) {
        conductor.stop();
        // Switched off, it leaves the music as it found it.
        for (const command of conductor.leaving(ctx.state.desks[graph])) ctx.execute(command).catch(() => {});
      }
    });
    subscriber.add(state$.subscribe(look));
    subscriber.add(
      events$.pipe(ofType('plugin.message')).subscribe(({ plugin, message }) => {
        if (begun || plugin !== ctx.plugin || message !== 'begin') return;
        begun = true;
        look(ctx.state);
      }),
    );
    subscriber.add(
      ctx.config$.subscribe(() => {
        for (const [graph, conductor] of conductors) {
          const desk = ctx.state.desks[graph];
          if (desk) conductor.configured(desk);
        }
      }),
    );
    sendBegin(ctx as never, () => ({ graphs: presentIn(ctx) }));
  });
}

/** What runs now, and who talks in it. */
function presentIn({
  engine,
  scope,
}: Args['ctx']): { graph: string; call: string | null; speaking: string[]; selves: string[] }[] {
  return Object.entries(engine.graphs)
    .filter(([graph, { status }]) => status !== 'ended' && (scope.graph ?? graph) === graph)
    .map(([graph, { call = null }]) => {
      const { speaking = [], people = {} } = (call === null ? undefined : engine.calls[call]) ?? {};
      const selves = Object.keys(people).filter((id) => people[id]!.self === true);
      return { graph, call, selves, speaking: speaking.filter((id) => !selves.includes(id)) };
    });
}

/** Steers the nodes of one graph. */
class Conductor {
  readonly #ctx: Args['ctx'];
  readonly #graph: string;
  readonly #give: Give;
  /** Where the music was sent last. */
  #levelDb = 0;
  #release: Cancel | undefined;
  /** The announcement that waits for the music to go down. */
  #lead: { readonly id: string; readonly cancel: Cancel } | undefined;
  #given: string | undefined;
  #cancelled: number | undefined;
  #schedule: string | undefined;
  #timers: Cancel[] = [];

  constructor(ctx: Args['ctx'], graph: string, give: Give) {
    this.#ctx = ctx;
    this.#graph = graph;
    this.#give = give;
    this.#arrange();
  }

  /** Brings the nodes in line with how things are. */
  look(desk: Desk): void {
    const { message } = desk.cancel;
    if (this.#cancelled !== undefined && message > this.#cancelled) this.#give(this.#toNode({ type: 'clear', current: true }));
    this.#cancelled = message;
    const before = this.#levelDb;
    this.#duck(desk);
    this.#announce(desk, this.#levelDb < before);
  }

  /** Another config. */
  configured(desk: Desk): void {
    this.#arrange();
    this.look(desk);
  }

  stop(): void {
    this.#release?.();
    this.#lead?.cancel();
    for (const cancel of this.#timers) cancel();
  }

  /** What is to be done so that nothing of it stays. */
  leaving(desk: Desk | undefined): EngineCommand[] {
    if (!desk) return [];
    return [
      ...(desk.entries.some(({ status }) => status !== 'waiting') ? [this.#toNode({ type: 'clear', current: true })] : []),
      ...(this.#levelDb < 0 ? [this.#fade(0, this.#ctx.config.releaseMs)] : []),
    ];
  }

  #wantedDb({ entries, speaking }: Desk): number {
    const { speech, speechDepthDb, announcementDepthDb } = this.#ctx.config;
    return Math.min(entries.length > 0 ? announcementDepthDb : 0, speech && speaking.length > 0 ? speechDepthDb : 0);
  }

  /** Down at once; up when nothing has asked for the lower level for as long as it is held. */
  #duck(desk: Desk): void {
    const wantedDb = this.#wantedDb(desk);
    if (wantedDb > this.#levelDb) {
      this.#release ??= this.#ctx.scheduler.after(this.#ctx.config.holdMs, () => {
        this.#release = undefined;
        const now = this.#ctx.state.desks[this.#graph];
        const toDb = now ? this.#wantedDb(now) : 0;
        if (toDb > this.#levelDb) this.#give(this.#fade(toDb, this.#ctx.config.releaseMs));
      });
      return;
    }
    this.#release?.();
    this.#release = undefined;
    if (wantedDb < this.#levelDb) this.#give(this.#fade(wantedDb, this.#ctx.config.attackMs));
  }

  /** The first one begins once the music is down; the others follow when it is over. */
  #announce({ entries }: Desk, goingDown: boolean): void {
    const [first] = entries;
    if (this.#lead && this.#lead.id !== first?.id) {
      this.#lead.cancel();
      this.#lead = undefined;
    }
    if (first?.status !== 'waiting' || this.#lead || this.#given === first.id) return;
    const { id, src, title } = first;
    const { leadMs, attackMs } = this.#ctx.config;
    const cancel = this.#ctx.scheduler.after(goingDown ? (leadMs ?? attackMs) : 0, () => {
      this.#lead = undefined;
      this.#given = id;
      const track = { src, ...(title !== null && { title }), data: { announcement: id } };
      this.#give(this.#toNode({ type: 'add', track, at: 'end', play: true }));
    });
    this.#lead = { id, cancel };
  }

  #fade(toDb: number, durationMs: number): EngineCommand {
    this.#levelDb = toDb;
    const command = { type: 'fade', toDb, durationMs, curve: 'exponential' };
    return { type: 'node.command', graph: this.#graph, node: this.#ctx.config.bed, command };
  }

  #toNode(command: { readonly type: string; readonly [key: string]: unknown }): EngineCommand {
    return { type: 'node.command', graph: this.#graph, node: this.#ctx.config.node, command };
  }

  /** By deadlines, so that nothing drifts. */
  #arrange(): void {
    const { schedule } = this.#ctx.config;
    const wanted = JSON.stringify(schedule);
    if (wanted === this.#schedule) return;
    this.#schedule = wanted;
    for (const cancel of this.#timers) cancel();
    const { scheduler, plugin } = this.#ctx;
    const startUs = scheduler.nowUs();
    this.#timers = schedule.map(({ src, title, everySec, firstSec = everySec }, i) => {
      const wait = (n: number): Cancel =>
        scheduler.at(startUs + Math.round((firstSec + n * everySec) * 1e6), () => {
          this.#timers[i] = wait(n + 1);
          // A refusal is an event; the next time is another chance.
          this.#ctx.send(plugin, 'announce', { graph: this.#graph, src, ...(title !== undefined && { title }) }).catch(() => {});
        });
      return wait(0);
    });
  }
}
