import { Observable } from 'rxjs';
import { z } from 'zod';
import { audioPerTick } from '../../../src/graph/audio-operators.js';
import { defineNode, type NodeDefinition } from '../../../src/graph/define-node.js';
import { graphFromObject } from '../../../src/graph/load.js';
import { audio } from '../../../src/graph/ports.js';
import { createRegistry } from '../../../src/graph/registry.js';
import type { GraphEvent, NodeStats } from '../../../src/graph/run/graph-events.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import type { Gateway } from '../../../src/media/gateway.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { createOfflineScheduler, type OfflineScheduler } from '../../../src/time/offline.js';
import type { Scheduler } from '../../../src/time/scheduler.js';
import { createVirtualScheduler, type VirtualScheduler } from '../../../src/time/virtual.js';

/** A signal by the number of its sample since the graph began. */
export type Signal = (sample: number) => number;

/** What a `test.ear` heard. */
export class Ear {
  readonly frames: Float32Array[][] = [];
  readonly ptsUs: number[] = [];
  ended = false;

  /** One channel as a whole. */
  plane(channel = 0): Float32Array {
    const parts = this.frames.map((planes) => planes[channel] ?? planes[0]!);
    const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** What a stage is made of. */
export interface StageOptions {
  readonly nodes: Readonly<Record<string, object>>;
  readonly signals?: Readonly<Record<string, Signal>>;
  readonly extra?: readonly NodeDefinition[];
  readonly gateway?: Gateway;
  readonly durationUs?: number;
  /** Spoils borrowed frames, so that misuse shows. Default true. */
  readonly debug?: boolean;
}

/** A real graph on a clock that the test moves. */
export class Stage<S extends Scheduler> {
  readonly ears = new Map<string, Ear>();
  readonly events: GraphEvent[] = [];
  readonly run: GraphRun;

  constructor(
    readonly clock: S,
    { nodes, signals = {}, extra = [], gateway, durationUs, debug = true }: StageOptions,
  ) {
    const registry = createRegistry([...builtinNodes, this.#earType(), signalType(signals), ...extra]);
    const plan = graphFromObject({ version: 1, nodes }, { registry, cwd: '/' });
    this.run = new GraphRun({
      id: 'stage',
      plan,
      registry,
      scheduler: clock,
      debug,
      onEvent: (event) => void this.events.push(JSON.parse(JSON.stringify(event)) as GraphEvent),
      ...(gateway && { gateway }),
      ...(durationUs !== undefined && { durationUs }),
    });
  }

  ear(id = 'ear'): Ear {
    let ear = this.ears.get(id);
    if (!ear) this.ears.set(id, (ear = new Ear()));
    return ear;
  }

  /** The types of a node's facts, in order. */
  told(node: string): string[] {
    return this.events.filter((event) => event.node === node).map((event) => event.type);
  }

  /** A node's facts of one type. */
  facts(node: string, type: string): GraphEvent[] {
    return this.events.filter((event) => event.node === node && event.type === type);
  }

  node(id: string): NodeStats {
    return this.run.stats().nodes[id]!;
  }

  #earType(): NodeDefinition {
    return defineNode({
      type: 'test.ear',
      summary: 'Keep what is heard.',
      inputs: { audio: audio('What is heard.') },
      outputs: {},
      options: z.strictObject({}),
      leadership: 'may',
      create: ({ inputs, ctx }) => {
        const ear = this.ear(ctx.nodeId);
        const end = () => {
          ear.ended = true;
          ctx.finish();
        };
        const subscription = inputs.audio.subscribe({
          next: (frame) => {
            ear.frames.push(frame.planes.map((plane) => plane.slice()));
            ear.ptsUs.push(frame.ptsUs);
          },
          error: end,
          complete: end,
        });
        ctx.defer(() => subscription.unsubscribe());
        return {};
      },
    });
  }
}

/** `test.signal`: a signal of the test's own, in mono. */
function signalType(signals: Readonly<Record<string, Signal>>): NodeDefinition {
  return defineNode({
    type: 'test.signal',
    summary: 'Give a signal.',
    inputs: {},
    outputs: { audio: audio('The signal.') },
    options: z.strictObject({ name: z.string(), channels: z.union([z.literal(1), z.literal(2)]).default(1) }),
    create: ({ options, ctx }) => ({
      audio: new Observable((subscriber) => {
        const signal = signals[options.name]!;
        return audioPerTick(ctx, options.channels, () => (frame, tick) => {
          for (const plane of frame.planes)
            for (let i = 0; i < plane.length; i++) plane[i] = signal(tick.index * plane.length + i);
          frame.silent = false;
          return true;
        }).subscribe(subscriber);
      }),
    }),
  });
}

/** A graph as in real time, on a clock of its own: started, its first frame not yet made. */
export async function onStage(options: StageOptions): Promise<Stage<VirtualScheduler>> {
  const stage = new Stage(createVirtualScheduler(), options);
  await stage.run.start();
  return stage;
}

/** Lets a started graph make so many frames. */
export function beats(stage: Stage<VirtualScheduler>, count: number): void {
  const before = stage.run.positionUs;
  // The first frame is due at once, so time moves to just before the one that is not wanted.
  stage.clock.advanceTo(before + count * 20_000 - 1);
}

/** Runs a graph offline to its end. */
export async function offline(options: StageOptions): Promise<Stage<OfflineScheduler>> {
  const clock = createOfflineScheduler();
  const stage = new Stage(clock, options);
  await stage.run.start();
  await clock.run();
  await stage.run.stop('finished');
  await stage.run.ended;
  clock.close();
  return stage;
}

/** Ends a graph and its clock. */
export async function curtain(stage: Stage<Scheduler>): Promise<void> {
  await stage.run.stop();
  await stage.run.ended;
  stage.clock.close();
}
