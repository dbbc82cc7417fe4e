import { BehaviorSubject, EMPTY, Observable } from 'rxjs';
import { z } from 'zod';
import { audioPerTick } from '../../../src/graph/audio-operators.js';
import { defineNode } from '../../../src/graph/define-node.js';
import { graphFromObject } from '../../../src/graph/load.js';
import type { Plan } from '../../../src/graph/plan-types.js';
import { audio } from '../../../src/graph/ports.js';
import { createRegistry } from '../../../src/graph/registry.js';
import type { GraphEvent } from '../../../src/graph/run/graph-events.js';
import { InProcessHost } from '../../../src/host/in-process.js';
import type { HostCommand, HostReply, LoadGraph } from '../../../src/host/messages.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { createVirtualScheduler } from '../../../src/time/index.js';
import { Heard, plusType, sumType } from '../../graph/run/harness.js';

/** A packet that reached a call. */
export interface Sent {
  readonly data: Uint8Array;
  readonly ptsUs: number;
  readonly atUs: number;
}

/** A host in virtual time: its sources count their instances, its sinks and calls keep what they get. */
export class SharingRig {
  readonly scheduler = createVirtualScheduler();
  readonly events: GraphEvent[] = [];
  /** What the sinks `sink.heard` heard, by their option `as`. */
  readonly heard = new Map<string, Heard>();
  /** What was sent into each call. */
  readonly sent = new Map<string, Sent[]>();
  /** How many instances of `source.count` were made and are left. */
  made = 0;
  present = 0;
  /** How many of `effect.tally` were made. */
  effects = 0;
  readonly registry = createRegistry([...builtinNodes, plusType, sumType, ...this.#types()]);
  readonly host = new InProcessHost({
    registry: this.registry,
    scheduler: this.scheduler,
    backends: {
      test: async ({ as }) => {
        const sent: Sent[] = [];
        this.sent.set(String(as), sent);
        return {
          gateway: {
            participants$: EMPTY,
            personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
            sendAudio: ({ data, ptsUs }) => {
              sent.push({ data: Uint8Array.from(data), ptsUs, atUs: this.scheduler.nowUs() });
            },
          },
          events$: EMPTY,
          request: async () => null,
          stats: () => ({}),
          close: async () => {},
        };
      },
    },
  });

  constructor() {
    this.host.events$.subscribe((message) => {
      if (message.type === 'graph') this.events.push(message.event);
    });
  }

  plan(nodes: Readonly<Record<string, object>>, more: object = {}): Plan {
    return graphFromObject({ version: 1, nodes, ...more }, { registry: this.registry });
  }

  request<C extends HostCommand>(command: C): Promise<HostReply<C>> {
    return this.host.request(command);
  }

  /** Lets what waits for promises happen, then time pass. */
  async play(ms: number): Promise<void> {
    await this.scheduler.play(ms);
  }

  async load(graph: string, plan: Plan, more: Partial<LoadGraph> = {}): Promise<void> {
    await this.request({ type: 'graph.load', graph, plan, pace: 'realtime', ...more });
    await this.request({ type: 'graph.prepare', graph });
  }

  async start(graph: string, plan: Plan, more: Partial<LoadGraph> = {}): Promise<void> {
    await this.load(graph, plan, more);
    await this.request({ type: 'graph.start', graph });
  }

  async call(as: string): Promise<string> {
    await this.request({ type: 'call.open', call: as, backend: 'test', config: { as } });
    return as;
  }

  values(as: string): number[] {
    return this.heard.get(as)?.values ?? [];
  }

  /** Events of a graph's node, without their addresses. */
  told(graph: string, node?: string): object[] {
    return this.events
      .filter((event) => event.graph === graph && (node === undefined || event.node === node))
      .map(({ graph: _graph, node: _node, ...event }) => event);
  }

  async nodes(graph: string) {
    return (await this.request({ type: 'graph.stats', graph })).stats.nodes;
  }

  #types() {
    const counting = (type: string, live: boolean | 'told') =>
      defineNode({
        type,
        summary: 'Give numbers.',
        inputs: {},
        outputs: { audio: audio('Its value, and 1 more each frame.') },
        options: z.strictObject({
          value: z.number().default(0),
          frames: z.number().default(1e9),
          isLive: z.boolean().default(true),
          opensInMs: z.number().default(0),
          fixed: z.number().default(0),
        }),
        fixedOptions: ['fixed'],
        live,
        create: ({ options, options$, ctx }) => {
          this.made++;
          this.present++;
          let value = options.value;
          let paused = false;
          ctx.defer(() => void this.present--);
          const subscription = options$.subscribe((next) => (value = next.value));
          subscription.add(
            ctx.commands$.subscribe(({ type: command }) => {
              if (command === 'fail') throw new Error('as asked');
              paused = command === 'pause';
              ctx.emit({ type: paused ? 'stream.paused' : 'stream.resumed', positionMs: 0 });
            }),
          );
          ctx.defer(() => subscription.unsubscribe());
          const opened = () => ctx.emit({ type: 'stream.opened', src: 'x', ...(options.isLive && { live: true }) });
          if (options.opensInMs > 0) ctx.scheduler.after(options.opensInMs, opened);
          else opened();
          let given = 0;
          return {
            audio: audioPerTick(ctx, 1, () => (frame, { index }) => {
              if (given >= options.frames) return false;
              if (index % 10 === 0 && ctx.watched('numbers.given')) ctx.emit({ type: 'numbers.given', given });
              frame.planes[0]!.fill(paused ? -1 : value + given++);
              frame.silent = false;
              return true;
            }),
          };
        },
      });
    const tally = defineNode({
      type: 'effect.tally',
      summary: 'Add.',
      inputs: { audio: audio('Numbers.') },
      outputs: { audio: audio('Larger numbers.') },
      options: z.strictObject({ plus: z.number().max(1e6).default(0) }),
      create: (args) => {
        this.effects++;
        return plusType.create(args as never) as { audio: Observable<never> };
      },
    });
    const sink = defineNode({
      type: 'sink.heard',
      summary: 'Note.',
      inputs: { audio: audio('Numbers.') },
      outputs: {},
      options: z.strictObject({ as: z.string() }),
      leadership: 'may',
      create: ({ inputs, options: { as }, ctx }) => {
        const into = this.heard.get(as) ?? new Heard();
        this.heard.set(as, into);
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
    return [counting('source.count', false), counting('source.live', true), counting('source.station', 'told'), tally, sink];
  }
}
