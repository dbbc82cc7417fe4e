import { Observable, type Subscriber } from 'rxjs';
import { z } from 'zod';
import type { ActivePlugin } from '../../graph/active-plugins.js';
import type { NodeContext } from '../../graph/context.js';
import { stageOf, type StageKind } from '../../graph/plugin-media.js';
import type { ChainPlace } from './operator-life.js';

/** The options of all nodes that run plugins' operators. */
export const pluginOptions = z.strictObject({
  only: z.array(z.string().min(1)).optional().meta({
    description: "Names of the plugins that work here; their order is the graph's. Absent: all. Changes fade over in 20 ms.",
  }),
});

/** One of {@link pluginOptions}. */
export type PluginOptions = z.output<typeof pluginOptions>;

/** A chain as {@link throughChain} needs it. */
export interface Chain<F> {
  set(plugins: readonly ActivePlugin[]): void;
  run(frame: F, deliver: (frame: F) => void): void;
  close(): Promise<void>;
}

/** What a chain of one node is made with. */
export interface ChainArgs<F> {
  readonly ctx: NodeContext;
  readonly kind: StageKind;
  readonly options$: Observable<PluginOptions>;
  /** Whose voice it is, in a node that has a chain for each. */
  readonly participantId?: string;
  readonly make: (place: ChainPlace) => Chain<F>;
  /** Told of clean-up that is under way. */
  readonly closings: Closings;
}

/** Clean-up of chains that a node must wait for. Chains come and go with participants, for months: nothing gathers here. */
export class Closings {
  readonly #under = new Set<Promise<void>>();

  /** Its node ends when all of this has. */
  constructor(ctx: NodeContext) {
    ctx.defer(async () => void (await Promise.all(this.#under)));
  }

  /** One more. */
  add(work: Promise<void>): void {
    const under = work.finally(() => this.#under.delete(under));
    this.#under.add(under);
  }
}

/** Sends a stream through a chain of its own, made on subscribing. Completes and fails with it. Without plugins it is the stream itself. */
export function throughChain<F>(input$: Observable<F>, args: ChainArgs<F>): Observable<F> {
  const { ctx, kind, options$, participantId, make, closings } = args;
  const { plugins, scheduler, offline, debug, nodeId, personalMixOf } = ctx;
  if (!plugins) return input$;
  return new Observable((subscriber: Subscriber<F>) => {
    const chain = make({
      node: nodeId,
      kind,
      ...(participantId !== undefined && { participantId }),
      ...(personalMixOf !== undefined && { personalMixOf }),
      plugins,
      scheduler,
      offline,
      debug,
    });
    subscriber.add(() => closings.add(chain.close()));
    let list: readonly ActivePlugin[] = [];
    let only: readonly string[] | undefined;
    const set = () => {
      chain.set(list.filter(({ entry, media }) => stageOf(media, kind) && (only === undefined || only.includes(entry.plugin))));
    };
    let ready = false;
    subscriber.add(
      options$.subscribe((options) => {
        only = options.only;
        if (ready) set();
      }),
    );
    subscriber.add(
      plugins.list$.subscribe((active) => {
        list = active;
        set();
      }),
    );
    ready = true;
    const deliver = (frame: F) => subscriber.next(frame);
    subscriber.add(
      input$.subscribe({
        next: (frame) => chain.run(frame, deliver),
        error: (reason) => subscriber.error(reason),
        complete: () => subscriber.complete(),
      }),
    );
  });
}
