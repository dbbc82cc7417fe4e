import { problem, voxError, VoxError, type Problem } from '../../errors.js';
import { allFinite } from '../../media/dsp/finite.js';
import type { AudioFrame } from '../../media/frame.js';
import type { OptionChange, PlanDiff } from '../diff.js';
import { arrangeBeat } from './beat-order.js';
import { crossfadeOf, fadeShape, heardOnTrial, limitTicks, preRollTicks, type ChangeSettings } from './change-settings.js';
import type { NodeRun } from './node-run.js';
import type { Preparations } from './preparations.js';
import type { Scope } from './scope.js';
import { Transition } from './transition.js';

/** New nodes, and those with other options, are watched for at least so many ticks after the change-over. */
const WATCHED_TICKS = 5;

/** What a change is made of. */
export interface GraphChangeParts {
  /** What runs. */
  readonly before: Scope;
  /** What shall run; its new nodes are on trial. */
  readonly after: Scope;
  readonly diff: PlanDiff;
  readonly settings: ChangeSettings;
  /** The new plan's. */
  readonly crossfadeMs: number | undefined;
  /** What the new nodes asked to be waited for. */
  readonly preparations: Preparations;
  /** Makes `after` what the graph is. */
  readonly commit: () => void;
  /** Makes `before` what the graph is, after `commit`. */
  readonly revert: () => void;
  /** It is over, either way. */
  readonly settle: () => void;
  /** Gives a node that goes on other options, complete and valid, wherever it runs. */
  readonly setOptions: (run: NodeRun, options: unknown) => void;
}

/**
 * One change of a running graph, driven by its beats. New nodes are made beside the old ones and tried out: they hear the present sound
 * unheard, and must be ready, give frames and not throw. Then wires change over, and what is no longer part of the graph ends. If
 * anything new fails before that is done, the wires go back and the old graph is as it was.
 */
export class GraphChange {
  readonly #parts: GraphChangeParts;
  readonly #transitions: Transition[];
  readonly #hearing: readonly NodeRun[];
  readonly #probes: (() => void)[] = [];
  readonly #faultsBefore = new Map<NodeRun, number>();
  readonly #optionsBefore = new Map<NodeRun, unknown>();
  #onEnd: ((error?: VoxError) => void) | undefined;
  #phase: 'trial' | 'fading' | 'reverting' | 'over' = 'trial';
  #ticks = 0;
  #failure: VoxError | undefined;
  #notFinite: NodeRun | undefined;

  /** Starts the new nodes. Between two beats only. */
  constructor(parts: GraphChangeParts) {
    this.#parts = parts;
    const { after } = parts;
    this.#transitions = after.changes.flatMap(({ consumer, replaced, removed, added, several }) => [
      ...replaced.map(({ from, to }) => new Transition({ consumer, from, to, several })),
      ...added.map((to) => new Transition({ consumer, to, several })),
      ...removed.map((from) => new Transition({ consumer, from, several })),
    ]);
    this.#hearing = heardOnTrial(after);
    for (const run of after.made) this.#faultsBefore.set(run, 0);
    this.#probe();
    after.start();
    // What needs no trial happens now.
    if (after.made.length === 0) this.#commit();
  }

  /** Told once when the new graph alone runs, or with an error when the old one stayed; at once when that is so already. */
  onEnd(told: (error?: VoxError) => void): void {
    this.#onEnd = told;
    if (this.#phase === 'over') told(this.#failure);
  }

  /** To be called after every beat. */
  afterBeat(): void {
    this.#ticks++;
    if (this.#phase === 'trial') this.#try();
    else if (this.#phase === 'fading') this.#fade();
    else if (this.#phase === 'reverting' && this.#transitions.every(({ done }) => done)) this.#back();
  }

  /** The graph ends: nothing is waited for any more. */
  abandon(): void {
    if (this.#phase === 'over') return;
    const { before, after } = this.#parts;
    const begun = this.#phase !== 'trial';
    const stays = this.#phase === 'fading' ? after : before;
    this.#phase = 'over';
    this.#unprobe();
    for (const transition of this.#transitions) if (begun) transition.finish();
    // The scope that stays ends with the graph.
    void (stays === after ? before.leaveTo(after) : after.leaveTo(before));
    this.#failure = voxError('CHANGE_FAILED', { reason: 'the graph ended meanwhile' });
    this.#onEnd?.(this.#failure);
  }

  #try(): void {
    const { after, preparations, settings } = this.#parts;
    const fault = this.#fault();
    if (fault) return this.#fail(fault);
    const ready = preparations.pending === 0;
    const quiet = this.#hearing.find(givesNothing);
    if (ready && !quiet && this.#ticks >= preRollTicks(this.#hearing, settings)) return this.#commit();
    if (this.#ticks < limitTicks(settings)) return;
    const late = quiet?.node.id ?? after.made[0]!.node.id;
    this.#fail(changeFailure(`"${late}" ${ready ? 'gave nothing' : 'was not ready'} in time`, late));
  }

  #commit(): void {
    const { before, after, diff, settings, crossfadeMs, preparations, commit } = this.#parts;
    this.#unprobe();
    preparations.abandon();
    this.#phase = 'fading';
    this.#ticks = 0;
    const ms = crossfadeOf(settings, crossfadeMs);
    // Before anything is taken apart: what is upstream of what decides how long it fades.
    const shapes = this.#transitions.map((transition) => fadeShape(transition, before, after, ms));
    for (const run of this.#leaving()) run.muted = after.nodes.has(run.node.id);
    commit();
    this.#transitions.forEach((transition, i) => transition.begin(shapes[i]!));
    after.attachSinks();
    for (const run of after.made) run.admit();
    arrangeBeat(after, before, this.#transitions);
    for (const change of diff.set) this.#set(change);
    if (this.#transitions.length + this.#optionsBefore.size + after.made.length === 0) this.#finish();
  }

  #set({ node, from, to }: OptionChange): void {
    const run = this.#parts.after.nodes.get(node);
    if (!run || this.#parts.after.made.includes(run)) return;
    const options: Record<string, unknown> = { ...run.options };
    for (const option of Object.keys(from)) delete options[option];
    this.#optionsBefore.set(run, run.options);
    this.#faultsBefore.set(run, run.faults);
    this.#parts.setOptions(run, { ...options, ...to });
  }

  #fade(): void {
    const fault = this.#fault();
    if (fault) return this.#fail(fault);
    const watched = this.#optionsBefore.size + this.#parts.after.made.length > 0 ? WATCHED_TICKS : 0;
    const waiting = this.#transitions.filter(({ done }) => !done);
    if (waiting.length === 0 && this.#ticks >= watched) return this.#finish();
    if (this.#ticks < limitTicks(this.#parts.settings)) return;
    const dry = waiting.find(({ to }) => to && !flows(to.producer));
    if (!dry?.to) return;
    const { id } = dry.to.producer.node;
    this.#fail(changeFailure(`"${id}" gave nothing in time`, id));
  }

  #finish(): void {
    const { before, after } = this.#parts;
    this.#phase = 'over';
    for (const transition of this.#transitions) transition.finish();
    // Not awaited: a recording that is being completed is nothing the call waits for.
    void before.leaveTo(after);
    this.#parts.settle();
    arrangeBeat(after);
    this.#onEnd?.();
  }

  #fail(error: VoxError): void {
    this.#failure = error;
    if (this.#phase === 'trial') {
      this.#unprobe();
      return this.#end();
    }
    this.#phase = 'reverting';
    const { before, after, revert } = this.#parts;
    for (const [run, options] of this.#optionsBefore) this.#parts.setOptions(run, options);
    for (const run of after.made) run.muted = true;
    for (const run of this.#leaving()) run.muted = false;
    revert();
    for (const transition of this.#transitions) transition.revert();
    arrangeBeat(before, after, this.#transitions);
    if (this.#transitions.every(({ done }) => done)) this.#back();
  }

  #back(): void {
    for (const transition of this.#transitions) transition.finish();
    this.#end();
  }

  #end(): void {
    const { before, after } = this.#parts;
    this.#phase = 'over';
    void after.leaveTo(before);
    this.#parts.settle();
    arrangeBeat(before);
    this.#onEnd?.(this.#failure);
  }

  #leaving(): NodeRun[] {
    const stays = new Set(this.#parts.after.nodes.values());
    return [...this.#parts.before.nodes.values()].filter((run) => !stays.has(run));
  }

  /** The first thing that is wrong with what is new. */
  #fault(): VoxError | undefined {
    for (const [run, before] of this.#faultsBefore) {
      if (run.faults === before) continue;
      const { lastProblem } = run;
      return changeFailure(lastProblem?.message ?? `"${run.node.id}" failed`, run.node.id, lastProblem);
    }
    const wrong = this.#transitions.find(({ fault }) => fault !== undefined);
    const run = this.#notFinite ?? wrong?.to?.producer;
    const what = wrong?.fault ?? 'gave samples that are not finite numbers';
    return run && changeFailure(`"${run.node.id}" ${what}`, run.node.id);
  }

  /** Looks at the samples that will be heard, before they are. */
  #probe(): void {
    for (const { to } of this.#transitions) {
      if (!to?.outlet || to.kind !== 'audio' || !this.#parts.after.made.includes(to.producer)) continue;
      const next = (frame: unknown) => {
        if (!(frame as AudioFrame).planes.every((plane) => allFinite(plane))) this.#notFinite = to.producer;
      };
      this.#probes.push(to.outlet.connect({ next, complete: () => {} }));
    }
  }

  #unprobe(): void {
    for (const leave of this.#probes.splice(0)) leave();
  }
}

/** True for a node of which something left in the last beat. */
function flows(run: NodeRun): boolean {
  return [...run.ports.outlets.values()].some(({ stamp }) => stamp === run.domain.tick.index);
}

/** True for a node that heard something on trial, and answered with nothing. */
function givesNothing({ ports, definition }: NodeRun): boolean {
  const inlets = [...ports.inlets.values()];
  const heard = inlets.length === 0 || inlets.some(({ passed }) => passed > 0);
  return heard && [...ports.outlets].some(([name, { passed }]) => passed === 0 && isMedia(definition.outputs[name]!.kind));
}

function isMedia(kind: string): boolean {
  return kind === 'audio' || kind === 'packets';
}

/** That a change failed since something is wrong with a node that it brings. */
export function changeFailure(reason: string, node: string, cause?: Problem): VoxError {
  const first = problem('CHANGE_FAILED', { reason }, { node });
  return cause ? new VoxError(first, cause) : new VoxError(first);
}
