import { Observable } from 'rxjs';
import { z } from 'zod';
import { audioPerTick } from '../../../../src/graph/audio-operators.js';
import { defineNode, type NodeDefinition } from '../../../../src/graph/define-node.js';
import { graphFromObject } from '../../../../src/graph/load.js';
import type { Plan } from '../../../../src/graph/plan-types.js';
import { audio } from '../../../../src/graph/ports.js';
import { createRegistry, type Registry } from '../../../../src/graph/registry.js';
import type { GraphEvent } from '../../../../src/graph/run/graph-events.js';
import { GraphRun } from '../../../../src/graph/run/graph-run.js';
import type { GraphRunOptions } from '../../../../src/graph/run/graph-run-options.js';
import { createAudioFrame, type AudioFrame } from '../../../../src/media/frame.js';
import { echo } from '../../../../src/nodes/effects/echo.js';
import { gain } from '../../../../src/nodes/effects/gain.js';
import { opus } from '../../../../src/nodes/encoders/opus.js';
import { sum } from '../../../../src/nodes/mixers/sum.js';
import { createVirtualScheduler } from '../../../../src/time/index.js';

/** What one ear heard: every frame, and in which tick. */
export class Heard {
  readonly frames: Float32Array[] = [];
  readonly ptsUs: number[] = [];
  ended = false;

  samples(fromTick = 0, toTick = this.frames.length): Float32Array {
    const out = new Float32Array((toTick - fromTick) * 960);
    this.frames.slice(fromTick, toTick).forEach((frame, i) => out.set(frame, i * 960));
    return out;
  }
}

/** How many instances of each test node live, and what they subscribed to. */
export const living = new Map<string, number>();

function lives(id: string, by: 1 | -1): void {
  living.set(id, (living.get(id) ?? 0) + by);
}

/** A tone by the tick's index, so that it does not depend on when its node was made. */
export const toneType = defineNode({
  type: 'test.tone',
  summary: 'Give a tone.',
  inputs: {},
  outputs: { audio: audio('Tone.') },
  options: z.strictObject({ hz: z.number().default(440), level: z.number().default(0.25), fixed: z.number().default(0) }),
  fixedOptions: ['fixed', 'hz'],
  create: ({ options, ctx }) => {
    lives('test.tone', 1);
    ctx.defer(() => lives('test.tone', -1));
    return {
      audio: audioPerTick(ctx, 1, () => (frame, { index }) => {
        const plane = frame.planes[0]!;
        for (let i = 0; i < plane.length; i++) {
          plane[i] = options.level * Math.sin((2 * Math.PI * options.hz * (index * 960 + i)) / 48_000);
        }
        frame.silent = false;
        return true;
      }),
    };
  },
});

/** An effect that counts its instances and does what a test wants wrong: nothing, throw, say nothing, give NaN. */
export const riskyType = defineNode({
  type: 'test.risky',
  summary: 'Scale, or fail.',
  inputs: { audio: audio('In.') },
  outputs: { audio: audio('Out.') },
  options: z.strictObject({
    gain: z.number().default(1),
    fixed: z.number().default(0),
    fail: z.enum(['no', 'create', 'throw', 'silent', 'nan']).default('no'),
    after: z.number().default(0),
  }),
  fixedOptions: ['fixed', 'fail', 'after'],
  create: ({ inputs, options, options$, ctx }) => {
    lives('test.risky', 1);
    ctx.defer(() => lives('test.risky', -1));
    if (options.fail === 'create') throw new Error('it cannot be made');
    const out = createAudioFrame(1);
    let gain = options.gain;
    let calls = 0;
    return {
      audio: new Observable<AudioFrame>((subscriber) => {
        subscriber.add(options$.subscribe((next) => (gain = next.gain)));
        subscriber.add(
          inputs.audio.subscribe({
            next: (frame) => {
              const fails = calls++ >= options.after ? options.fail : 'no';
              if (fails === 'throw') return subscriber.error(new Error('it broke'));
              if (fails === 'silent') return;
              out.ptsUs = frame.ptsUs;
              out.silent = false;
              const [from, to] = [frame.planes[0]!, out.planes[0]!];
              for (let i = 0; i < to.length; i++) to[i] = fails === 'nan' ? NaN : from[i]! * gain;
              subscriber.next(out);
            },
            complete: () => subscriber.complete(),
          }),
        );
      }),
    };
  },
});

/** A running graph on a clock of the test's own. */
export class LiveLab {
  readonly events: GraphEvent[] = [];
  readonly ears = new Map<string, Heard>();
  readonly clock = createVirtualScheduler();
  readonly registry: Registry;
  run!: GraphRun;
  ticks = 0;

  constructor(...types: NodeDefinition[]) {
    this.registry = createRegistry([
      echo,
      gain,
      opus,
      sum,
      toneType,
      riskyType,
      this.#ear('test.ear', 'may'),
      this.#ear('test.tap', 'follow'),
      ...types,
    ]);
  }

  plan(nodes: Readonly<Record<string, unknown>>, extra: Readonly<Record<string, unknown>> = {}): Plan {
    return graphFromObject({ version: 1, nodes, ...extra }, { registry: this.registry, cwd: '/' });
  }

  async start(nodes: Readonly<Record<string, unknown>>, options: Partial<GraphRunOptions> = {}, extra = {}): Promise<GraphRun> {
    this.run = new GraphRun({
      id: 'g',
      plan: this.plan(nodes, extra),
      registry: this.registry,
      scheduler: this.clock,
      debug: false,
      onEvent: (event) => this.events.push(JSON.parse(JSON.stringify(event)) as GraphEvent),
      ...options,
    });
    await this.run.start();
    return this.run;
  }

  /** Lets so many ticks happen. */
  beat(count: number): void {
    this.ticks += count;
    this.clock.advanceTo(this.ticks * 20_000 - 10_000);
  }

  /** As {@link beat}, with promises settled between ticks. */
  async play(count: number): Promise<void> {
    this.ticks += count;
    await this.clock.play((this.ticks * 20_000 - 10_000 - this.clock.nowUs()) / 1000);
  }

  ear(id = 'out'): Heard {
    let heard = this.ears.get(id);
    if (!heard) this.ears.set(id, (heard = new Heard()));
    return heard;
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  #ear(type: string, leadership: 'may' | 'follow'): NodeDefinition {
    return defineNode({
      type,
      summary: 'Hear.',
      inputs: { audio: audio('In.') },
      outputs: {},
      options: z.strictObject({ fixed: z.number().default(0) }),
      fixedOptions: ['fixed'],
      leadership,
      create: ({ inputs, ctx }) => {
        lives(type, 1);
        ctx.defer(() => lives(type, -1));
        const heard = this.ear(ctx.nodeId);
        const subscription = inputs.audio.subscribe({
          next: (frame) => {
            heard.frames.push(frame.planes[0]!.slice());
            heard.ptsUs.push(frame.ptsUs);
          },
          complete: () => {
            heard.ended = true;
            ctx.finish();
          },
        });
        ctx.defer(() => subscription.unsubscribe());
        return {};
      },
    });
  }
}

/** The first and last sample that differ, or undefined. */
export function difference(a: Float32Array, b: Float32Array): { first: number; last: number } | undefined {
  let first = -1;
  let last = -1;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    if (first < 0) first = i;
    last = i;
  }
  return first < 0 ? undefined : { first, last };
}
