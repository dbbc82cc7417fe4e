import { FRAME_US, usToSamples } from '../../media/format.js';
import type { NodeRun } from './node-run.js';
import type { Scope } from './scope.js';
import type { FadeShape, Transition } from './transition.js';

/** How a change of a running graph happens. */
export interface ChangeSettings {
  /** How long one source fades into another, in milliseconds. Default: the new plan's `crossfadeMs`, else 20. */
  readonly crossfadeMs?: number;
  /** How long new effects hear the present sound before they are heard, in milliseconds. Default 200, and their latency besides. */
  readonly preRollMs?: number;
  /** How long new parts may take until they are ready and give frames, in milliseconds. Default 2000. */
  readonly limitMs?: number;
  /** Nodes that begin again if they have ended, though nothing of theirs differs: a file that was played to its end. Default: none. */
  readonly again?: readonly string[];
}

/** How long an effect fades into another, in milliseconds. */
const EFFECT_FADE_MS = 20;
const PRE_ROLL_MS = 200;
const LIMIT_MS = 2000;

/** Whole ticks that last at least so long. */
export function ticksOf(ms: number): number {
  return Math.ceil((ms * 1000) / FRAME_US);
}

/** How many ticks new parts have to become ready. */
export function limitTicks({ limitMs = LIMIT_MS }: ChangeSettings): number {
  return ticksOf(limitMs);
}

/** New nodes that hear the present sound: those that new sources do not feed alone, unless those are live. */
export function heardOnTrial(scope: Scope): NodeRun[] {
  const made = new Set(scope.made);
  const hearing = new Set<NodeRun>();
  const isPresent = (run: NodeRun) => !made.has(run) || hearing.has(run) || (run.isSource && run.definition.live === true);
  for (const run of scope.made) {
    if (run.isSource || run.isSink) continue;
    if (scope.feedsOf(run).some(({ producer }) => isPresent(producer))) hearing.add(run);
  }
  return [...hearing];
}

/** How many ticks new nodes hear the present sound; none when nothing new hears it. */
export function preRollTicks(hearing: readonly NodeRun[], { preRollMs = PRE_ROLL_MS }: ChangeSettings): number {
  if (hearing.length === 0) return 0;
  const latencyMs = hearing.reduce((sum, run) => sum + run.definition.latencyMs(run.options), 0);
  return ticksOf(preRollMs + latencyMs);
}

/**
 * The fade of one wire. Where a source comes or goes, the sides have nothing to do with each other: it may take long, and their powers
 * add up to 1. Otherwise they are two versions of one sound, and their amplitudes do.
 */
export function fadeShape(transition: Transition, before: Scope, after: Scope, crossfadeMs: number): FadeShape {
  const made = new Set(after.made);
  const stays = new Set(after.nodes.values());
  const { from, to } = transition;
  const comes = to && upstream(to.producer, after).some((run) => run.isSource && made.has(run));
  const goes = from && upstream(from.producer, before).some((run) => run.isSource && !stays.has(run));
  const source = (comes ?? false) || (goes ?? false);
  const ms = source ? crossfadeMs : EFFECT_FADE_MS;
  const samples = Math.max(1, usToSamples(ms * 1000));
  return { samples, curve: source && ms > EFFECT_FADE_MS ? 'equal-power' : 'linear' };
}

/** The default of {@link ChangeSettings.crossfadeMs}. */
export function crossfadeOf(settings: ChangeSettings, planned: number | undefined): number {
  return settings.crossfadeMs ?? planned ?? EFFECT_FADE_MS;
}

function upstream(run: NodeRun, scope: Scope): NodeRun[] {
  const reached = new Set([run]);
  for (const at of reached) for (const { producer } of scope.feedsOf(at)) reached.add(producer);
  return [...reached];
}
