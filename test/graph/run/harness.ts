import { map, Observable } from 'rxjs';
import { z } from 'zod';
import { audioPerTick } from '../../../src/graph/audio-operators.js';
import type { NodeContext } from '../../../src/graph/context.js';
import { defineNode, type NodeDefinition } from '../../../src/graph/define-node.js';
import { joinTicks } from '../../../src/graph/join-ticks.js';
import type { Plan, PlanNode, PlanWire } from '../../../src/graph/plan-types.js';
import { audio, many } from '../../../src/graph/ports.js';
import { createRegistry, type Registry } from '../../../src/graph/registry.js';
import type { GraphEvent } from '../../../src/graph/run/graph-events.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import type { GraphRunOptions } from '../../../src/graph/run/graph-run-options.js';
import { createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import { createVirtualScheduler, type VirtualScheduler } from '../../../src/time/index.js';

export const FRAME_MS = 20;

/** Every frame of one value per tick: `value + tick index`, so that frames can be told apart. */
export function constant(value: number, ctx: NodeContext): Observable<AudioFrame> {
  return audioPerTick(ctx, 1, () => (frame, tick) => {
    frame.planes[0]!.fill(value + tick.index);
    frame.silent = false;
    return true;
  });
}

/** What one sink saw. */
export class Heard {
  /** The first sample of each frame. */
  readonly values: number[] = [];
  readonly ptsUs: number[] = [];
  completed = false;
}

/** Frames of a source: `value` + the tick's index. */
export const sourceType = defineNode({
  type: 'source.value',
  summary: 'Give numbers.',
  inputs: {},
  outputs: { audio: audio('Numbers.') },
  options: z.strictObject({ value: z.number().default(0), frames: z.number().default(1e9), fixed: z.number().default(0) }),
  fixedOptions: ['fixed'],
  create: ({ options, ctx }) => ({
    audio: audioPerTick(ctx, 1, () => {
      let left = options.frames;
      return (frame, tick) => {
        if (left-- <= 0) return false;
        frame.planes[0]!.fill(options.value + tick.index);
        frame.silent = false;
        return true;
      };
    }),
  }),
});

/** Adds to each sample. */
export const plusType = defineNode({
  type: 'effect.plus',
  summary: 'Add.',
  inputs: { audio: audio('Numbers.') },
  outputs: { audio: audio('Larger numbers.') },
  options: z.strictObject({ plus: z.number().max(1e6).default(0) }),
  create: ({ inputs, options$ }) => ({
    audio: new Observable((subscriber) => {
      const out = createAudioFrame(1);
      let plus = 0;
      subscriber.add(options$.subscribe((options) => (plus = options.plus)));
      subscriber.add(
        inputs.audio
          .pipe(
            map((frame) => {
              out.ptsUs = frame.ptsUs;
              out.silent = false;
              out.planes[0]!.fill(frame.planes[0]![0]! + plus);
              return out;
            }),
          )
          .subscribe(subscriber),
      );
    }),
  }),
});

/** Adds its branches up. */
export const sumType = defineNode({
  type: 'mix.plain',
  summary: 'Add up.',
  inputs: { audio: many(audio('Numbers.')) },
  outputs: { audio: audio('Their sum.') },
  options: z.strictObject({}),
  create: ({ inputs, ctx }) => {
    const out = createAudioFrame(1);
    return {
      audio: joinTicks(ctx, inputs.audio).pipe(
        map((slots) => {
          let sum = 0;
          for (const { frame } of slots) sum += frame?.planes[0]![0] ?? 0;
          out.planes[0]!.fill(sum);
          out.silent = false;
          return out;
        }),
      ),
    };
  },
});

/** A sink type that notes what it hears; `leads` as a call's sink does. */
export function sinkType(heard: (node: string) => Heard, type = 'sink.heard'): NodeDefinition {
  return defineNode({
    type,
    summary: 'Note.',
    inputs: { audio: audio('Numbers.') },
    outputs: {},
    options: z.strictObject({}),
    leadership: 'may',
    create: ({ inputs, ctx }) => {
      const into = heard(ctx.nodeId);
      const subscription = inputs.audio.subscribe({
        next: (frame) => {
          into.values.push(frame.planes[0]![0]!);
          into.ptsUs.push(frame.ptsUs);
        },
        complete: () => {
          into.completed = true;
          ctx.finish();
        },
      });
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  });
}

/** A wire of a plan: `node`, `node.port`; branches and queue on request. */
export function wire(from: string, extra: Partial<PlanWire> = {}): PlanWire {
  const [node = '', port = 'audio'] = from.split('.');
  return { node, port, branches: false, ...extra };
}

/** One node of a plan; wires by port. */
export function node(
  id: string,
  type: string,
  inputs: Readonly<Record<string, readonly (PlanWire | string)[]>> = {},
  options: Readonly<Record<string, unknown>> = {},
  domain = 0,
): PlanNode {
  const wires = Object.entries(inputs).map(([port, list]) => [port, list.map((w) => (typeof w === 'string' ? wire(w) : w))]);
  return { id, type, options, inputs: Object.fromEntries(wires) as PlanNode['inputs'], domain, implicit: false };
}

export function plan(nodes: readonly PlanNode[], leaders: readonly (string | null)[] = [null]): Plan {
  const domains = leaders.map((leader, index) => ({ name: `domain-${index}`, leader }));
  return { version: 1, title: 'test', baseDir: '/', nodes, domains, plugins: {} };
}

/** A graph in virtual time, with everything it told and everything its sinks heard. */
export class Lab {
  readonly events: GraphEvent[] = [];
  readonly heard = new Map<string, Heard>();
  readonly scheduler: VirtualScheduler = createVirtualScheduler();
  readonly registry: Registry;
  run!: GraphRun;

  constructor(...types: NodeDefinition[]) {
    this.registry = createRegistry([sourceType, plusType, sumType, sinkType((id) => this.sink(id)), ...types]);
  }

  sink(id: string): Heard {
    let heard = this.heard.get(id);
    if (!heard) this.heard.set(id, (heard = new Heard()));
    return heard;
  }

  /** Options are completed as the planner would. */
  make(given: Plan, options: Partial<GraphRunOptions> = {}): GraphRun {
    const nodes = given.nodes.map((planned) => {
      const complete = this.registry.get(planned.type)?.options.parse(planned.options) ?? {};
      return { ...planned, options: complete as PlanNode['options'] };
    });
    this.run = new GraphRun({
      id: 'g',
      plan: { ...given, nodes },
      registry: this.registry,
      scheduler: this.scheduler,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
    return this.run;
  }

  async start(graph: Plan, options: Partial<GraphRunOptions> = {}): Promise<GraphRun> {
    this.make(graph, options);
    await this.run.start();
    return this.run;
  }

  /** Lets so many ticks happen. */
  ticks(count: number): void {
    // The first is due at the start, so half a frame before a deadline is between two.
    const nowUs = this.scheduler.nowUs();
    const at = nowUs === 0 ? -10_000 : nowUs;
    this.scheduler.advanceTo(at + count * 20_000);
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  of(type: string): GraphEvent[] {
    return this.events.filter((event) => event.type === type);
  }
}

/** Whole numbers from `from` on. */
export function count(from: number, length: number): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

/** An effect whose behaviour a test gives, called once per instance. */
export function effectType(
  type: string,
  create: (audio$: Observable<AudioFrame>, ctx: NodeContext, options$: Observable<unknown>) => Observable<AudioFrame>,
): NodeDefinition {
  return defineNode({
    type,
    summary: 'Test.',
    inputs: { audio: audio('In.') },
    outputs: { audio: audio('Out.') },
    options: z.strictObject({ on: z.boolean().default(true) }),
    create: ({ inputs, ctx, options$ }) => ({ audio: create(inputs.audio, ctx, options$) }),
  });
}

/** Anything that ended the process if nobody took it; to be empty at the end. */
export function watchProcess(): { readonly seen: unknown[]; settle(): Promise<void>; stop(): void } {
  const seen: unknown[] = [];
  const note = (error: unknown) => void seen.push(error);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  return {
    seen,
    // RxJS rethrows in a timer; two turns of the event loop see it.
    settle: async () => {
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    },
    stop: () => {
      process.off('uncaughtException', note);
      process.off('unhandledRejection', note);
    },
  };
}
