import type { Observable } from 'rxjs';
import type { z } from 'zod';
import type { NodeContext } from './context.js';
import type { PlanQueue } from './plan-types.js';
import type { StageKind } from './plugin-media.js';
import type { Ports, PortStreams } from './ports.js';

/**
 * Whether a sink sets the pace of its clock domain. `lead`: always (a call's 20 ms beat), so two of them need a queue between
 * them. `may`: only when nothing else does (a file writer). `follow`: never.
 */
export type Leadership = 'lead' | 'may' | 'follow';

/** One thing that is wrong with an option, as a node type's own check found it. */
export interface OptionFault {
  /** Where in the options: names, and numbers for items of a list. */
  readonly path: readonly (string | number)[];
  /** Why it cannot be, as the end of a sentence that began with the option's name. */
  readonly reason: string;
}

/** What `create` is given. */
export interface CreateArgs<I extends Ports, S extends z.ZodType> {
  /** The streams that arrive, by port. Hot: subscribe at once. */
  readonly inputs: PortStreams<I>;
  /** The options: the present ones on subscribing, then each change, always complete and valid. */
  readonly options$: Observable<z.output<S>>;
  /** The options at creation, for what cannot change later. */
  readonly options: z.output<S>;
  /** Clock, call, counters, clean-up. */
  readonly ctx: NodeContext;
}

/** The declaration of a node type: everything about it, once. */
export interface NodeSpec<I extends Ports, O extends Ports, S extends z.ZodType> {
  /** `group.name`, such as `effect.gain`. */
  readonly type: string;
  /** What it does, as one sentence. */
  readonly summary: string;
  /** More, for the docs page: when to use it, limits, sources of the algorithm. Markdown. */
  readonly details?: string;
  /** Ports that frames arrive at. */
  readonly inputs: I;
  /** Ports that frames leave from. */
  readonly outputs: O;
  /**
   * A `z.strictObject` whose fields carry `.meta({ description })` and defaults; or a function that gives it, called once and only when the
   * type is used, so that a program with many types starts sooner.
   */
  readonly options: S | (() => S);
  /** For sinks; default `follow`. */
  readonly leadership?: Leadership;
  /** Options that take effect only when the graph starts; a live change of them is refused. */
  readonly fixedOptions?: readonly string[];
  /** Options that hold a file to read: checked before anything runs. */
  readonly fileOptions?: readonly string[];
  /**
   * What the schema cannot know of its options: called with valid ones before anything runs, and before a live change. Returns what is
   * wrong. Must be quick when `live`: a call is waiting.
   */
  readonly checkOptions?: (options: z.output<S>, live: boolean) => readonly OptionFault[];
  /** Needs a call to be bound. */
  readonly needsCall?: boolean;
  /**
   * For sinks: nobody hears or sees at once what reaches it, as with a recording. A graph with no other sinks may beat some milliseconds
   * late, and several times at once while no source gives anything. Default false.
   */
  readonly unhurried?: boolean;
  /** At least one of its inputs, all optional, must be wired. Default false. */
  readonly anyInput?: boolean;
  /**
   * How an input passes through when the node faults: output port → input port. Default: the only output from the only input
   * (or the first `audio` one) of the same kind. `null`: nothing can pass; silence or nothing comes instead.
   */
  readonly bypass?: Readonly<Record<string, string>> | null;
  /** For sources: how often, and how long apart, a failed one is made anew. Default: 3 attempts, 500 ms doubling. */
  readonly retry?: { readonly attempts: number; readonly firstDelayMs: number };
  /** The delay it adds at its options, in milliseconds. Default 0. */
  readonly latencyMs?: (options: z.output<S>) => number;
  /**
   * A converter from one kind or codec to another, with one input, one output and a default for every option: the planner may put one
   * where two ports do not fit. Default false.
   */
  readonly converter?: boolean;
  /**
   * Whether at these options frames leave as they came: the very same objects, and none of their samples read. Between an Opus
   * source and an Opus encoder such nodes let packets through undecoded. Absent: it never does.
   */
  readonly passesThrough?: (options: z.output<S>) => boolean;
  /**
   * The type that stands in its place where branches are wired to its inputs of one stream: the same work for each branch. Absent: branches
   * are mixed first.
   */
  readonly branchType?: string;
  /**
   * Each branch it gives comes from the branch of the same id alone. Directly behind source.participants it then works once for everybody,
   * and personal mixes only leave out the listener's own branch. Default false.
   */
  readonly perBranch?: boolean;
  /** It runs the operators that the graph's plugins have for this kind of frame; its option `only`, a list of names, chooses among them. */
  readonly runsPlugins?: StageKind;
  /** For sources: why it may end at these options although nobody asked for that, as half a sentence; undefined: it does not. */
  readonly mayEnd?: (options: z.output<S>) => string | undefined;
  /**
   * For sources: what it gives is the present of something outside, the same for everybody who listens now, so that graphs with an equal
   * one hear the same instance. `told`: only once its `stream.opened` says `live: true`. Default false.
   */
  readonly live?: boolean | 'told';
  /** False when every graph needs an instance of its own, such as one that acts on its graph or on something outside. Default true. */
  readonly sharable?: boolean;
  /**
   * Its options hold a graph of their own: `nodes`, as in a file, whose wires may name `voice`, and `out`, the reference of what it gives.
   * The planner checks and plans it; the node gets it as `ctx.subgraph`. Default false.
   */
  readonly hasSubgraph?: boolean;
  /** The queue on the wires into it that have none of their own, at its options: what is before it may run on another beat. */
  readonly inputQueue?: (options: z.output<S>) => PlanQueue;
  /** Options that hold a file to write: in a sub-graph each stream gets one of its own. */
  readonly outputFileOptions?: readonly string[];
  /** For what takes pictures at a rate of its own: how many a second it wants at its options; undefined: whatever comes. */
  readonly frameRate?: (options: z.output<S>) => number | undefined;
  /** Makes one running instance. Called again after a fault, with fresh state. Must not block. */
  readonly create: (args: CreateArgs<I, S>) => PortStreams<O>;
}

/** A declared node type, as the registry holds it: types erased, facts kept. */
export interface NodeDefinition {
  /** `group.name`. */
  readonly type: string;
  /** One sentence. */
  readonly summary: string;
  /** More, as Markdown; empty when there is none. */
  readonly details: string;
  /** Ports in. */
  readonly inputs: Ports;
  /** Ports out. */
  readonly outputs: Ports;
  /** The options' schema. */
  readonly options: z.ZodType;
  /** Whether it sets a domain's pace. */
  readonly leadership: Leadership;
  /** Options that cannot change while it runs. */
  readonly fixedOptions: readonly string[];
  /** Options that name a file to read. */
  readonly fileOptions: readonly string[];
  /** What is wrong with options that fit the schema. */
  readonly checkOptions: (options: unknown, live: boolean) => readonly OptionFault[];
  /** Needs a call. */
  readonly needsCall: boolean;
  /** Nobody hears at once what reaches this sink. */
  readonly unhurried: boolean;
  /** At least one of its inputs must be wired. */
  readonly anyInput: boolean;
  /** Output port → input port that stands in for it on a fault. */
  readonly bypass: Readonly<Record<string, string>>;
  /** Retry policy of a source. */
  readonly retry: { readonly attempts: number; readonly firstDelayMs: number };
  /** Delay at given options, in milliseconds. */
  readonly latencyMs: (options: unknown) => number;
  /** Whether the planner may insert it. */
  readonly converter: boolean;
  /** Whether frames leave as they came at given options; undefined: they never do. */
  readonly passesThrough: ((options: unknown) => boolean) | undefined;
  /** The type that stands in its place where branches come; undefined: they are mixed first. */
  readonly branchType: string | undefined;
  /** Each branch it gives comes from the branch of the same id alone. */
  readonly perBranch: boolean;
  /** The kind of plugins' operators that it runs. */
  readonly runsPlugins: StageKind | undefined;
  /** Why a source may end at given options. */
  readonly mayEnd: (options: unknown) => string | undefined;
  /** Whether a source gives the present of something outside; `told`: its `stream.opened` says so. */
  readonly live: boolean | 'told';
  /** Whether several graphs may hear one instance. */
  readonly sharable: boolean;
  /** Its options hold a graph of their own. */
  readonly hasSubgraph: boolean;
  /** The queue on the wires into it at given options; absent: none. */
  readonly inputQueue: ((options: unknown) => PlanQueue) | undefined;
  /** Options that name a file to write. */
  readonly outputFileOptions: readonly string[];
  /** Pictures a second it wants at given options. */
  readonly frameRate: (options: unknown) => number | undefined;
  /** Makes one instance. */
  readonly create: (args: {
    inputs: Readonly<Record<string, unknown>>;
    options$: Observable<unknown>;
    options: unknown;
    ctx: NodeContext;
  }) => Readonly<Record<string, unknown>>;
}

/**
 * Declares a node type. Types of inputs, outputs and options follow from the declaration.
 *
 * @example
 * ```ts
 * export const gain = defineNode({
 *   type: 'effect.gain',
 *   summary: 'Make a signal louder or quieter.',
 *   inputs: { audio: audio('Signal to scale.') },
 *   outputs: { audio: audio('Scaled signal.') },
 *   options: z.strictObject({ gainDb: z.number().default(0).meta({ description: 'Gain in decibels.' }) }),
 *   create: ({ inputs, options$ }) => ({ audio: inputs.audio.pipe(scale(options$)) }),
 * });
 * ```
 * @throws TypeError when the type's name, a port or an option is declared wrongly; that is a programmer's mistake.
 */
export function defineNode<const I extends Ports, const O extends Ports, S extends z.ZodType>(
  spec: NodeSpec<I, O, S>,
): NodeDefinition {
  if (!/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/.test(spec.type)) {
    throw new TypeError(`defineNode: type "${spec.type}" must be "group.name" in lower case, such as "effect.gain"`);
  }
  if (!spec.summary.trim()) throw new TypeError(`defineNode: ${spec.type} has no summary`);
  let made: S | undefined;
  return {
    type: spec.type,
    summary: spec.summary,
    details: spec.details ?? '',
    inputs: spec.inputs,
    outputs: spec.outputs,
    get options() {
      return (made ??= typeof spec.options === 'function' ? spec.options() : spec.options);
    },
    leadership: spec.leadership ?? 'follow',
    fixedOptions: spec.fixedOptions ?? [],
    fileOptions: spec.fileOptions ?? [],
    checkOptions: (options, live) => spec.checkOptions?.(options as z.output<S>, live) ?? [],
    needsCall: spec.needsCall ?? false,
    unhurried: spec.unhurried ?? false,
    anyInput: spec.anyInput ?? false,
    bypass: spec.bypass === null ? {} : (spec.bypass ?? defaultBypass(spec.inputs, spec.outputs)),
    retry: spec.retry ?? { attempts: 3, firstDelayMs: 500 },
    latencyMs: (options) => spec.latencyMs?.(options as z.output<S>) ?? 0,
    converter: spec.converter ?? false,
    passesThrough: spec.passesThrough && ((options) => spec.passesThrough!(options as z.output<S>)),
    branchType: spec.branchType,
    runsPlugins: spec.runsPlugins,
    perBranch: spec.perBranch ?? false,
    mayEnd: (options) => spec.mayEnd?.(options as z.output<S>),
    live: spec.live ?? false,
    sharable: spec.sharable ?? true,
    hasSubgraph: spec.hasSubgraph ?? false,
    inputQueue: spec.inputQueue && ((options) => spec.inputQueue!(options as z.output<S>)),
    outputFileOptions: spec.outputFileOptions ?? [],
    frameRate: (options) => spec.frameRate?.(options as z.output<S>),
    create: spec.create as unknown as NodeDefinition['create'],
  };
}

/** Whether an input could stand in for each output, so that a node of this type may be left out. */
export function canBypass({ outputs, bypass, perBranch }: Pick<NodeDefinition, 'outputs' | 'bypass' | 'perBranch'>): boolean {
  const ports = Object.keys(outputs);
  return ports.length > 0 && !perBranch && ports.every((port) => bypass[port] !== undefined);
}

/** Each output is stood in for by the single-wire input of its kind: the same-named one first, else the first. */
function defaultBypass(inputs: Ports, outputs: Ports): Record<string, string> {
  const bypass: Record<string, string> = {};
  for (const [name, out] of Object.entries(outputs)) {
    if (out.arity === 'many') continue;
    const fits = Object.keys(inputs).filter((i) => inputs[i]!.kind === out.kind && inputs[i]!.arity !== 'many');
    const chosen = fits.includes(name) ? name : fits[0];
    if (chosen !== undefined) bypass[name] = chosen;
  }
  return bypass;
}
