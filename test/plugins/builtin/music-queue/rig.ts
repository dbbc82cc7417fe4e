import type { EngineCommand } from '../../../../src/events/command.js';
import type { EngineEvent, NodeFact, StampedEvent } from '../../../../src/events/event.js';
import { EMPTY_STATE, type EngineState } from '../../../../src/events/state.js';
import type { JsonObject } from '../../../../src/events/json.js';
import musicQueue from '../../../../src/plugins/builtin/music-queue/index.js';
import type { CallQueue, MusicState } from '../../../../src/plugins/builtin/music-queue/state.js';
import { reduceAll } from '../../../../src/plugins/reduce.js';
import { QueueStage, type FakeTrack } from '../../../nodes/support/queue-stage.js';

const KEY = 'music-queue';
export const CALL = 'room:lobby';

/** The plugin's reducers over a real player of `source.queue`, with tracks that are made up; its orders reach the player as commands do. */
export class MusicRig {
  stage!: QueueStage;
  /** What was written in the chat: text, and for whom. */
  readonly said: string[] = [];
  readonly leaves: string[] = [];
  readonly orders: EngineCommand[] = [];
  readonly faults: unknown[] = [];
  /** Every event so far. */
  readonly events: StampedEvent[] = [];
  #state: EngineState = EMPTY_STATE;
  #config: JsonObject;
  #atMs = 1_000_000;
  #seq = 0;
  #ids = 0;
  #given = 0;
  #busy = false;
  readonly #waiting: EngineEvent[] = [];
  #seen = 0;
  #tracks: Readonly<Record<string, FakeTrack>>;
  #nodeTracks: readonly unknown[] = [];
  /** Orders wait so many ticks until they reach the player, as they would in another process; −1: it hears of them within its own facts. */
  delay = 0;
  readonly #underWay: { in: number; command: EngineCommand }[] = [];

  constructor(tracks: Readonly<Record<string, FakeTrack>>, config: object = {}, nodeOptions: object = {}) {
    this.#tracks = tracks;
    this.#config = musicQueue.config.parse({ folder: '.', ...config }) as JsonObject;
    this.#load(undefined);
    this.open(nodeOptions);
  }

  get state(): MusicState {
    return this.#state.plugins[KEY]!.state as unknown as MusicState;
  }

  get queue(): CallQueue {
    return this.state.queues[CALL]!;
  }

  /** Sources of the waiting tracks. */
  get waiting(): string[] {
    const { list } = this.queue;
    return list.order.slice(list.index + 1).map((id) => list.tracks.find((track) => track.id === id)!.src);
  }

  get current(): string | undefined {
    const { list } = this.queue;
    return list.tracks.find(({ id }) => id === list.order[list.index])?.src;
  }

  /** A graph with a fresh node begins. */
  open(nodeOptions: object = {}): void {
    const { tracks, ...options } = nodeOptions as { tracks?: never };
    this.stage = new QueueStage(this.#tracks, options);
    this.#seen = 0;
    this.#nodeTracks = [];
    const { events } = this.stage;
    events.push = (...told) => {
      const length = Array.prototype.push.apply(events, told);
      if (this.delay < 0) this.#hear();
      return length;
    };
    if (tracks) this.stage.player.replaceTracks(tracks);
    this.tell({ type: 'graph.loaded', graph: 'graph-1', title: 'Test', call: CALL });
  }

  /** As a kill -9, and another process with what was saved. */
  restart(): void {
    const saved = JSON.parse(JSON.stringify(this.state)) as MusicState;
    musicQueue.state!.schema!.parse(saved);
    this.#state = EMPTY_STATE;
    this.#seq = 0;
    this.#load(saved);
    this.send('begin', { graphs: [] }, KEY);
    this.open();
  }

  /** Sends a message; gives its reply, or the reason why it was refused. */
  send(message: string, payload: object = {}, from = '(outside)'): unknown {
    const id = ++this.#ids;
    const checked = musicQueue.messages[message]!.payload.parse(payload) as JsonObject;
    this.tell({ type: 'plugin.message', plugin: KEY, from, message, payload: checked, id });
    const reply = musicQueue.replies[message];
    const ctx = { nowMs: () => this.#atMs } as never;
    try {
      const answer = reply?.({ payload: checked, state: this.state, from, id, atMs: this.#atMs, ctx });
      return answer === undefined ? undefined : musicQueue.messages[message]!.reply.parse(answer);
    } catch (error) {
      return (error as Error).message;
    }
  }

  chat(text: string, id = 'ann', more: object = {}): void {
    this.tell({ type: 'message.received', call: CALL, from: { id, name: id, ...more }, text });
  }

  /** What is told while an event is being heard comes after it, as in the engine. */
  tell(event: EngineEvent): void {
    this.#waiting.push(event);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#tell(next);
    this.#busy = false;
  }

  #tell(event: EngineEvent): void {
    const stamped = { ...event, seq: ++this.#seq, atMs: this.#atMs } as StampedEvent;
    this.events.push(stamped);
    this.#state = reduceAll(
      this.#state,
      stamped,
      () => musicQueue,
      ({ error }) => this.faults.push(error),
    );
    const due = this.state.orders.filter(({ n }) => n > this.#given);
    this.#given = this.state.serial;
    for (const { command } of due) this.#underWay.push({ in: this.delay, command: command as EngineCommand });
    this.#deliver();
  }

  /** Plays. */
  async run(ticks: number): Promise<void> {
    for (let i = 0; i < ticks; i++) {
      await this.stage.run(1);
      this.#atMs += 20;
      this.#hear();
      for (const one of this.#underWay) one.in--;
      this.#deliver();
      this.#hear();
    }
  }

  /** Stops the node, as the end of its graph does. */
  end(): void {
    this.stage.player.stop();
    this.#hear();
    this.tell({ type: 'graph.ended', graph: 'graph-1', reason: 'stopped' });
  }

  #load(state: MusicState | undefined): void {
    const initial = state ?? musicQueue.state!.initial({ config: this.#config });
    const config = this.#config;
    this.tell0({ type: 'plugin.loaded', plugin: KEY, name: KEY, version: '1.0.0', config, state: initial as never });
    this.tell0({ type: 'plugin.enabled', plugin: KEY });
    this.#given = this.state.serial;
  }

  private tell0(event: EngineEvent): void {
    this.#state = reduceAll(this.#state, { ...event, seq: ++this.#seq, atMs: this.#atMs } as StampedEvent, () => musicQueue);
  }

  #hear(): void {
    while (this.#seen < this.stage.events.length) {
      const { type, ...data } = this.stage.events[this.#seen++]!;
      this.tell({ type: 'node.told', graph: 'graph-1', node: 'music', what: type, data: data as NodeFact });
    }
  }

  #deliver(): void {
    while (this.#underWay[0] && this.#underWay[0].in <= 0) this.#give(this.#underWay.shift()!.command);
  }

  #give(command: EngineCommand): void {
    this.orders.push(command);
    if (command.type === 'call.tell') this.said.push(command.to === undefined ? command.text : `${command.to}: ${command.text}`);
    else if (command.type === 'node.command') {
      const { type, ...more } = command.command;
      this.stage.command(type, more);
    } else if (command.type === 'node.set') {
      const { tracks } = command.options as unknown as { tracks: readonly unknown[] };
      if (JSON.stringify(tracks) !== JSON.stringify(this.#nodeTracks)) this.stage.player.replaceTracks(tracks as never);
      this.#nodeTracks = tracks;
    }
  }
}
