import { existsSync } from 'node:fs';
import { parse, resolve } from 'node:path';
import type { Observable } from 'rxjs';
import { z } from 'zod';
import { problem, reasonOf, voxError, VoxError } from '../../errors.js';
import type { NodeCommand, NodeContext, SubgraphContext, Tick } from '../../graph/context.js';
import { canBypass } from '../../graph/define-node.js';
import type { PlanNode } from '../../graph/plan-types.js';
import { RESULT, VOICE } from '../../graph/subgraph.js';
import type { GraphStats } from '../../graph/run/graph-events.js';
import { patchOptions } from '../../graph/run/node-options.js';
import type { NodeRun } from '../../graph/run/node-run.js';
import { withoutSinks } from '../../graph/run/subgraph-plan.js';
import { SubgraphRun } from '../../graph/run/subgraph-run.js';
import type { AudioFrame } from '../../media/frame.js';

const toInner = { node: z.string(), participant: z.string().optional() };
const setCommand = z.object({ ...toInner, options: z.record(z.string(), z.unknown()) });
const bypassCommand = z.object({ ...toInner, bypassed: z.boolean().default(true) });
const tellCommand = z.object({ ...toInner, command: z.looseObject({ type: z.string() }) });

const NEEDS: Readonly<Record<string, string>> = { set: 'node, options', bypass: 'node', tell: 'node, command' };

/** The running copies behind `flow.split`. */
export class Splitter {
  readonly #ctx: NodeContext;
  readonly #subgraph: SubgraphContext;
  /** In the order of their joining; one who left may still ring out when he is back. */
  readonly #copies = new Map<SubgraphRun, string>();
  readonly #closing = new Set<Promise<void>>();
  /** Options that were set for all. */
  readonly #changed = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #files = new Set<string>();
  readonly #hasResult: boolean;
  #nextBeat = 0;
  #inputEnded = false;

  /** @throws TypeError when the node was not planned. */
  constructor(ctx: NodeContext) {
    if (!ctx.subgraph) throw new TypeError('flow.split: its nodes were not planned; load the graph as a file or an object');
    this.#ctx = ctx;
    const { plan } = ctx.subgraph;
    this.#subgraph = ctx.personalMixOf === undefined ? ctx.subgraph : { ...ctx.subgraph, plan: withoutSinks(plan) };
    this.#hasResult = plan.nodes.some(({ id }) => id === RESULT);
    this.#subgraph.show(() => this.#figures());
  }

  /** Makes a copy for a stream. Returns what goes out of it, if anything does. */
  join(participant: string, voice$: Observable<AudioFrame>): Observable<AudioFrame> | undefined {
    const { plan, registry } = this.#subgraph;
    const ctx = this.#ctx;
    const outer = ctx.nodeId;
    let copy: SubgraphRun;
    try {
      copy = new SubgraphRun({
        plan,
        registry,
        names: { outer, stream: participant, unusedFile: (path) => this.#unusedFile(path), changed: this.#changed },
        voice$,
        host: {
          scheduler: ctx.scheduler,
          gateway: undefined,
          debug: ctx.debug,
          personalMixOf: ctx.personalMixOf,
          permissions: ctx.permissions,
          ...(ctx.plugins && { plugins: ctx.plugins }),
          watched: (_, type) => ctx.watched(type),
          resolvePath: (path) => ctx.resolvePath(path),
          hold: (work) => ctx.hold(work),
        },
        onEvent: (part, event) => ctx.emit({ ...event, part, participant }),
      });
    } catch (reason) {
      const what = reason instanceof VoxError ? reason.problems[0]! : problem('INTERNAL', { reason: reasonOf(reason) });
      ctx.emit({ type: 'split.failed', participant, problem: { ...what, node: outer } });
      return undefined;
    }
    this.#copies.set(copy, participant);
    for (const id of this.#subgraph.leftOut) {
      const run = copy.node(id);
      if (run) run.leftOut = true;
    }
    copy.start(this.#nextBeat);
    ctx.emit({ type: 'participant.split', participant });
    return this.#hasResult ? copy.result$ : undefined;
  }

  /** Nobody else will join. */
  inputEnded(): void {
    this.#inputEnded = true;
    this.#finishIfOver();
  }

  /** Sources emit. */
  tick(tick: Tick): void {
    this.#nextBeat = tick.index + 1;
    for (const copy of this.#copies.keys()) copy.tick(tick);
  }

  /** Mixers complete what is incomplete; copies that are over go. */
  settle(): void {
    for (const copy of this.#copies.keys()) {
      copy.settle();
      if (copy.isOver) this.#merge(copy);
    }
  }

  /** There is time to work ahead. */
  idle(): void {
    for (const copy of this.#copies.keys()) copy.idle();
  }

  /** Obeys `set`, `bypass` and `tell`. */
  command({ type, ...data }: NodeCommand): void {
    const refuse = (reason: string) => this.#ctx.emit({ type: 'command.refused', command: type, reason });
    const known = { set: setCommand, bypass: bypassCommand, tell: tellCommand }[type];
    if (!known) return refuse('flow.split takes set, bypass and tell');
    const given = known.safeParse(data);
    if (!given.success) return refuse(`${type} needs ${NEEDS[type]}, and may name a participant`);
    const { node, participant } = given.data;
    const planned = this.#subgraph.plan.nodes.find(({ id }) => id === node && id !== VOICE && id !== RESULT);
    if (!planned) return refuse(`there is no node "${node}" inside`);
    const copies = [...this.#copies].filter(([, id]) => participant === undefined || id === participant);
    if (participant !== undefined && copies.length === 0) return refuse(`there is no participant "${participant}"`);
    const runs = copies.flatMap(([copy]) => copy.node(node) ?? []);
    if ('command' in given.data) for (const run of runs) run.command(given.data.command);
    else {
      try {
        if ('options' in given.data) this.#set(planned, runs, given.data.options, participant === undefined);
        else this.#bypass(planned, runs, given.data.bypassed, participant === undefined);
      } catch (reason) {
        refuse(reasonOf(reason));
      }
    }
  }

  /** Ends every copy; resolves when everything of them is cleaned up. */
  async close(): Promise<void> {
    for (const copy of [...this.#copies.keys()]) this.#merge(copy);
    await Promise.all(this.#closing);
  }

  /** @throws VoxError when the options do not fit; then nothing has changed. */
  #set(node: PlanNode, runs: readonly NodeRun[], patch: Readonly<Record<string, unknown>>, forAll: boolean): void {
    if (forAll) {
      const changed = this.#changed.get(node.id);
      // Also when nobody is there yet whose node could refuse.
      patchOptions(this.#subgraph.registry.get(node.type)!, node.id, { ...node.options, ...changed }, patch);
    }
    const checked = runs.map((run) => [run, run.checkOptions(patch)] as const);
    for (const [run, options] of checked) run.applyOptions(options);
    if (forAll) this.#changed.set(node.id, { ...this.#changed.get(node.id), ...patch });
  }

  /** @throws VoxError `CANNOT_BYPASS`; then nothing has changed. */
  #bypass({ id, type }: PlanNode, runs: readonly NodeRun[], bypassed: boolean, forAll: boolean): void {
    const { registry, leftOut } = this.#subgraph;
    // Also when nobody is there yet whose node could refuse.
    if (!canBypass(registry.get(type)!)) throw voxError('CANNOT_BYPASS', { node: `${this.#ctx.nodeId}/${id}` });
    for (const run of runs) run.leaveOut(bypassed);
    if (!forAll) return;
    if (bypassed) leftOut.add(id);
    else leftOut.delete(id);
  }

  #merge(copy: SubgraphRun): void {
    const participant = this.#copies.get(copy)!;
    this.#copies.delete(copy);
    const closing = copy.close().finally(() => {
      this.#closing.delete(closing);
      this.#ctx.emit({ type: 'participant.merged', participant });
      this.#finishIfOver();
    });
    this.#closing.add(closing);
    // Offline what a participant left behind is written before time goes on.
    this.#ctx.hold(closing);
  }

  #finishIfOver(): void {
    if (this.#inputEnded && this.#copies.size + this.#closing.size === 0 && !this.#hasResult) this.#ctx.finish();
  }

  #figures(): Pick<GraphStats, 'nodes' | 'queues'> {
    const all = [...this.#copies.keys()].map((copy) => copy.stats());
    return {
      nodes: Object.assign({}, ...all.map(({ nodes }) => nodes)) as GraphStats['nodes'],
      queues: all.flatMap(({ queues }) => queues),
    };
  }

  /** That name, or with ` (2)`, ` (3)` … before its extension when it is taken on disk or by a copy of this node. */
  #unusedFile(path: string): string {
    const { dir, name, ext } = parse(path);
    const place = dir && !dir.endsWith('/') ? `${dir}/` : dir;
    let wanted = path;
    for (let i = 2; this.#files.has(resolve(wanted)) || existsSync(resolve(wanted)); i++) wanted = `${place}${name} (${i})${ext}`;
    this.#files.add(resolve(wanted));
    return wanted;
  }
}
