import type { Gateway } from '../../media/gateway.js';
import type { PlanDiff } from '../diff.js';
import type { Plan } from '../plan-types.js';
import type { Registry } from '../registry.js';
import { Moves } from './beat-order.js';
import { Domain } from './domain.js';
import { DEFAULT_FRAME_RATE } from './video-beat.js';
import { domainOrder } from './domain-order.js';
import type { GraphChangeParts } from './graph-change.js';
import { closedGateway } from './graph-host.js';
import type { NodeHost } from './node-host.js';
import type { NodeRun } from './node-run.js';
import { PersonalMixes, type PersonalScope } from './personal-mixes.js';
import { isTouched, personalPath } from './personal-path.js';
import { Preparations } from './preparations.js';
import { Scope } from './scope.js';

/** What the parts of a running graph need of it. */
export interface PartsOptions {
  readonly registry: Registry;
  readonly gateway: Gateway | undefined;
  /** Makes the host of the nodes of a plan; of personal instances, for whom. */
  readonly host: (plan: Plan, preparations: Preparations, personalMixOf?: string) => NodeHost;
  /** Those of the graph's start. */
  readonly preparations: Preparations;
  readonly newPreparations: () => Preparations;
  readonly onError: (error: unknown) => void;
  /** A plan has become what runs. */
  readonly onPlan: (plan: Plan) => void;
  /** A change is over: perhaps nothing is left to wait for. */
  readonly onSettled: () => void;
}

interface Present {
  readonly plan: Plan;
  /** In the plan's order. */
  readonly domains: readonly Domain[];
  readonly main: Scope;
}

/** What a running graph is made of, as of now: its plan, clock domains and scopes. A change replaces them together. */
export class RunningParts {
  readonly #options: PartsOptions;
  #present: Present;
  #beating: readonly Domain[];
  #leaders: readonly NodeRun[];
  #personal: PersonalMixes | undefined;

  /** @throws VoxError when the plan names unknown types or nodes; then nothing is left behind. */
  constructor(plan: Plan, options: PartsOptions) {
    this.#options = options;
    const { registry, host, preparations } = options;
    const domains = plan.domains.map(({ name, frameRate }) => new Domain(name, frameRate));
    const main = new Scope({ plan, registry, domains, host: host(plan, preparations) });
    this.#present = { plan, domains, main };
    this.#beating = beatOrder(this.#present);
    this.#leaders = leadingSinks(this.#present);
    options.onPlan(plan);
  }

  /** What runs. */
  get plan(): Plan {
    return this.#present.plan;
  }

  /** The nodes of the graph, without the personal mixes. */
  get main(): Scope {
    return this.#present.main;
  }

  /** The clock domains, in the order in which they beat. */
  get beating(): readonly Domain[] {
    return this.#beating;
  }

  /** The sinks whose end is the graph's. */
  get leaders(): readonly NodeRun[] {
    return this.#leaders;
  }

  /** The scopes of the personal mixes, by participant. */
  get personal(): ReadonlyMap<string, Scope> {
    return this.#personal?.scopes ?? new Map<string, Scope>();
  }

  /** Every scope. */
  get scopes(): Scope[] {
    return [this.main, ...this.personal.values()];
  }

  /** A node and its instances in personal mixes. */
  instancesOf(run: NodeRun): NodeRun[] {
    return [run, ...(this.#personal?.instancesOf(run.node.id) ?? [])];
  }

  /** Makes and ends personal mixes as the call wants them, if the graph has any. */
  followPersonalMixes(): void {
    const { gateway, registry, onError } = this.#options;
    if (this.#personal || !gateway || personalPath(this.plan, registry).size === 0) return;
    this.#personal = new PersonalMixes(gateway, this.#personalScopes(this.#present, gateway), onError);
  }

  /** Ends everything; resolves when it is cleaned up. */
  async close(): Promise<void> {
    await Promise.all([this.#personal?.close(), this.main.close()]);
  }

  /** Makes what a new plan needs beside what runs. */
  build(plan: Plan, diff: PlanDiff, kept: ReadonlySet<string>): Omit<GraphChangeParts, 'diff' | 'settings'> {
    const { registry, host, gateway } = this.#options;
    const before = this.#present;
    const preparations = this.#options.newPreparations();
    const domains = plan.domains.map(
      ({ name, frameRate }, i) => before.domains[diff.domains[i] ?? -1] ?? new Domain(name, frameRate),
    );
    const from = { scope: before.main, kept };
    const after = { plan, domains, main: new Scope({ plan, registry, domains, host: host(plan, preparations), from }) };
    // New domains beat at once: their nodes are tried out.
    this.#beating = [...this.#beating, ...beatOrder(after).filter((domain) => !this.#beating.includes(domain))];
    const moves = new Moves(before.main, after.main, plan, domains);
    const touched = moves.needed || isTouched(before.plan, plan, diff, kept, registry);
    const mixes = touched && gateway ? this.#personal?.prepare(this.#personalScopes(after, gateway)) : undefined;
    let back: (() => void) | undefined;
    let reverted = false;
    return {
      before: before.main,
      after: after.main,
      crossfadeMs: plan.crossfadeMs,
      preparations,
      commit: () => {
        this.#become(after);
        back = moves.join();
        if (mixes) mixes.takeOver();
        else if (gateway) this.#personal?.remake(this.#personalScopes(after, gateway));
        this.followPersonalMixes();
      },
      revert: () => {
        reverted = true;
        this.#become(before);
        if (!gateway) return;
        const make = this.#personalScopes(before, gateway);
        if (mixes) this.#personal?.prepare(make).takeOver();
        else this.#personal?.remake(make);
      },
      settle: () => {
        if (!back) mixes?.giveUp();
        else if (reverted) back();
        else moves.part();
        const used = new Set(this.#present.domains);
        this.#beating = this.#beating.filter((domain) => used.has(domain));
        this.#options.onSettled();
      },
      setOptions: (run, options) => {
        for (const instance of this.instancesOf(run)) instance.applyOptions(options);
      },
    };
  }

  #become(present: Present): void {
    this.#present = present;
    this.#leaders = leadingSinks(present);
    present.domains.forEach(({ video }, i) => (video.frameRate = present.plan.domains[i]!.frameRate ?? DEFAULT_FRAME_RATE));
    this.#options.onPlan(present.plan);
    const order = beatOrder(present);
    // What is being left beats on, ahead of what takes its place.
    this.#beating = [...this.#beating.filter((domain) => !order.includes(domain)), ...order];
  }

  #personalScopes({ plan, domains, main }: Present, call: Gateway): (participant: string) => PersonalScope {
    const { registry, host, preparations } = this.#options;
    const only = personalPath(plan, registry);
    return (participant) => {
      const { gateway, admit } = closedGateway(call);
      const personal = { ...host(plan, preparations, participant), gateway };
      return { scope: new Scope({ plan, registry, domains, host: personal, only, outer: main }), admit };
    };
  }
}

function beatOrder({ plan, domains }: Present): Domain[] {
  return domainOrder(plan).map((index) => domains[index]!);
}

/** The sinks that lead a clock, else all. */
function leadingSinks({ plan, main }: Present): NodeRun[] {
  const leaders = plan.domains.flatMap((domain) => domain.leader ?? []);
  const sinks = [...main.nodes.values()].filter((run) => run.isSink);
  return leaders.length > 0 ? sinks.filter((run) => leaders.includes(run.node.id)) : sinks;
}
