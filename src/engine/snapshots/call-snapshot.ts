import { problem, reasonOf } from '../../errors.js';
import type { EngineEvent } from '../../events/event.js';
import type { Plan } from '../../graph/plan-types.js';
import type { CallInput } from '../../machines/call-types.js';
import type { Scheduler } from '../../time/scheduler.js';
import type { OpenCall } from '../calls.js';
import type { Playback } from '../playback.js';
import { nodesOf, type NodeSnapshot, type PeopleSnapshot, type Snapshot, type SnapshotParts } from './snapshot.js';
import { SnapshotFiles } from './snapshot-files.js';
import { SnapshotKeeper } from './snapshot-keeper.js';
import { callResume, fitting, seekRecordings, takenUp, withoutHashes } from './take-up.js';

/** What snapshots of an engine need. */
export interface SnapshotOptions {
  /** Where they lie. */
  readonly folder: string;
  /** Take up nothing. */
  readonly fresh: boolean;
  readonly scheduler: Scheduler;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly tell: (event: EngineEvent) => void;
}

/** What a graph asks of its running call. */
export interface SnapshotTargets {
  readonly playbacks: ReadonlyMap<string, Playback>;
  readonly bypass: (node: string) => Promise<void>;
  readonly mute: () => Promise<void>;
  /** Sets of those in the room what was set; they may not be back yet. */
  readonly settle: (people: PeopleSnapshot) => Promise<void>;
}

/** The snapshot of one graph in one call: what an earlier process left, and what this one stores. */
export class CallSnapshot {
  /** What runs: the graph with what was set in it, and with its queues as they were. */
  readonly plan: Plan;
  readonly #options: SnapshotOptions;
  readonly #files: SnapshotFiles;
  readonly #call: string;
  readonly #graph: string;
  readonly #left: Snapshot | undefined;
  readonly #nodes: ReadonlyMap<string, NodeSnapshot>;
  #forget: (() => Promise<void>) | undefined;
  #keeper: SnapshotKeeper | undefined;

  private constructor(
    options: SnapshotOptions,
    files: SnapshotFiles,
    about: { readonly call: string; readonly graph: string; readonly plan: Plan; readonly queues: boolean },
    left: Snapshot | undefined,
    forget: () => Promise<void>,
  ) {
    this.#options = options;
    this.#files = files;
    this.#call = about.call;
    this.#graph = about.graph;
    this.#left = left;
    this.#nodes = left ? fitting(about.plan, left) : new Map();
    this.#forget = forget;
    this.plan = takenUp(about.plan, this.#nodes, about.queues);
  }

  /**
   * Looks for what is left of a call, and tells what comes of it.
   *
   * @param about the call, the graph's file, its plan, and whether its queues are taken up here.
   */
  static async find(
    options: SnapshotOptions,
    about: { readonly call: string; readonly graph: string; readonly plan: Plan; readonly queues: boolean },
  ): Promise<CallSnapshot> {
    const files = new SnapshotFiles(options.folder);
    const { call, graph } = about;
    const found = await files.find(call, graph);
    for (const error of found.problems) options.tell({ type: 'call.takenUp', call, problem: error.problems[0]! });
    const left = options.fresh ? undefined : found.snapshot;
    if (left) options.tell({ type: 'call.takenUp', call, savedAtMs: left.savedAtMs });
    return new CallSnapshot(options, files, about, left, found.forget);
  }

  /** Options that were set, by node. */
  get set(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
    return new Map([...this.#nodes].flatMap(([id, { set }]) => (set ? [[id, set] as const] : [])));
  }

  /** How the call is joined; undefined: as a new one. */
  get resume(): CallInput['resume'] | undefined {
    return this.#left && callResume(this.#left);
  }

  /** The files are open: brings everything to where it was. */
  async takeUp({ playbacks, bypass, mute, settle }: SnapshotTargets): Promise<void> {
    seekRecordings(playbacks, this.#nodes);
    for (const [id, { bypassed }] of this.#nodes) if (bypassed) await bypass(id);
    if (this.#left?.muted) await mute();
    if (this.#left?.people) await settle(this.#left.people);
  }

  /** Stores what is known from now on. */
  keep(call: OpenCall, parts: () => SnapshotParts & { readonly muted: boolean; readonly people: PeopleSnapshot }): void {
    const { scheduler, nowMs } = this.#options;
    const make = () => {
      const { muted, people, ...rest } = parts();
      const room = call.backend === 'room' && (people.muted.length > 0 || Object.keys(people.volumes).length > 0) && { people };
      const machine = call.backend === 'telegram' ? { machine: withoutHashes(call.actor.getPersistedSnapshot()) } : {};
      return { call: this.#call, graph: this.#graph, muted, ...room, ...machine, nodes: nodesOf(rest) };
    };
    this.#keeper = new SnapshotKeeper(
      { files: this.#files, scheduler, nowMs, call: this.#call },
      make,
      () => void this.#forgetLeft(),
      (reason) => this.#unstored(reason),
    );
  }

  /** It is over. @param ran whether it ended in order; one that could not begin leaves what was left. */
  async close(ran: boolean): Promise<void> {
    await this.#keeper?.close(ran || this.#left === undefined);
    if (ran) await this.#forgetLeft();
  }

  #unstored(reason: unknown): void {
    const data = { call: this.#call, folder: this.#options.folder, reason: reasonOf(reason) };
    this.#options.tell({ type: 'call.takenUp', call: this.#call, problem: problem('SNAPSHOT_UNWRITABLE', data) });
  }

  async #forgetLeft(): Promise<void> {
    const forget = this.#forget;
    this.#forget = undefined;
    // What cannot be deleted is found again, at worst.
    await forget?.().catch(() => {});
  }
}
