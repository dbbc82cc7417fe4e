import { BehaviorSubject } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../../src/graph/define-node.js';
import { graphFromObject } from '../../../src/graph/load.js';
import type { Plan } from '../../../src/graph/plan-types.js';
import type { PluginMedia, PluginMediaSupply } from '../../../src/graph/plugin-media.js';
import { audio } from '../../../src/graph/ports.js';
import { createRegistry } from '../../../src/graph/registry.js';
import type { GraphEvent } from '../../../src/graph/run/graph-events.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import type { GraphRunOptions } from '../../../src/graph/run/graph-run-options.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { createVirtualScheduler } from '../../../src/time/index.js';
import { fakeGateway } from '../../nodes/support/gateway.js';

/** Finds plugins by name. */
export const supplyOf = (...plugins: readonly PluginMedia[]): PluginMediaSupply => ({
  find: (module) => plugins.find(({ name }) => name === module),
});

/** A graph with plugins in virtual time, in a call whose listeners' mixes are noted. */
export class PluginRig {
  readonly events: GraphEvent[] = [];
  readonly scheduler = createVirtualScheduler();
  readonly gateway = fakeGateway();
  readonly listeners$ = new BehaviorSubject<ReadonlySet<string>>(new Set());
  /** The last sample of each frame, by listener; `all` for the common mix. */
  readonly heard = new Map<string, number[]>();
  /** The beats in which the common mix got a frame. */
  readonly ticks: number[] = [];
  readonly plan: Plan;
  readonly supply: PluginMediaSupply;
  readonly registry;
  run!: GraphRun;

  constructor(nodes: object, plugins: readonly PluginMedia[], inPlan: object = {}) {
    const note = (who: string, sample: number) =>
      this.heard.set(who, [...(this.heard.get(who) ?? []), Number(sample.toFixed(4))]);
    const ear = defineNode({
      type: 'sink.ear',
      summary: 'Note.',
      inputs: { audio: audio('Sound.') },
      outputs: {},
      options: z.strictObject({}),
      needsCall: true,
      leadership: 'lead',
      create: ({ inputs, ctx }) => {
        let index = -1;
        const listening = ctx.tick$.subscribe((tick) => (index = tick.index));
        listening.add(
          inputs.audio.subscribe((frame) => {
            note(ctx.personalMixOf ?? 'all', frame.planes[0]!.at(-1)!);
            if (ctx.personalMixOf === undefined) this.ticks.push(index);
          }),
        );
        ctx.defer(() => listening.unsubscribe());
        return {};
      },
    });
    this.registry = createRegistry([...builtinNodes, ear]);
    this.supply = supplyOf(...plugins);
    this.plan = this.load(nodes, inPlan);
  }

  load(nodes: object, plugins: object = {}): Plan {
    return graphFromObject({ version: 1, plugins, nodes }, { registry: this.registry, pluginSupply: this.supply });
  }

  async start(more: Partial<GraphRunOptions> = {}): Promise<this> {
    this.run = new GraphRun({
      id: 'g',
      plan: this.plan,
      registry: this.registry,
      scheduler: this.scheduler,
      gateway: { ...this.gateway, personalMixes$: this.listeners$ },
      pluginSupply: this.supply,
      onEvent: (event) => void this.events.push(event),
      ...more,
    });
    await this.run.start();
    return this;
  }

  /** Lets so many beats happen. */
  async beats(count: number): Promise<void> {
    await this.scheduler.play(count * 20);
  }

  /** What somebody heard in the last beat. */
  last(who = 'all'): number | undefined {
    return this.heard.get(who)?.at(-1);
  }
}
