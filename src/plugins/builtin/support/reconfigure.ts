import { concatMap, EMPTY, of, type Observable } from 'rxjs';
import type { EngineCommand } from '../../../events/command.js';
import type { StampedEvent } from '../../../events/event.js';
import { ofType } from '../../../events/of-type.js';
import type { PluginContext } from '../../plugin-types.js';
import { withoutEnded } from './graph-of.js';
import { perInstance } from './per-instance.js';

type Context<C> = PluginContext<C, unknown>;

const turns = perInstance((_: PluginContext<never, never>) => ({ last: Promise.resolve() as Promise<unknown> }));

/**
 * Gives a plugin another config of its own. That is the only thing that reaches its operators, wherever they run; and every change of it
 * is in the log of events. One change after the other: each builds on what the one before left.
 *
 * @param change makes the new config of the present one.
 */
export function reconfigure<C>(ctx: Context<C>, change: (config: C) => C): Promise<void> {
  const turn = turns(ctx as never);
  const done = turn.last.then(() => ctx.execute(configure(ctx, change(ctx.config))));
  turn.last = done.catch(() => {});
  return done;
}

/** When a graph has ended, takes out of the config what was written for it: it is of no use to another one. */
export function forgetEnded<C extends { readonly graphs: Readonly<Record<string, unknown>> }>(
  events$: Observable<StampedEvent>,
  ctx: Context<C>,
): Observable<EngineCommand> {
  return events$.pipe(
    ofType('graph.ended'),
    concatMap(({ graph }) =>
      Object.hasOwn(ctx.config.graphs, graph)
        ? of(configure(ctx, { ...ctx.config, graphs: withoutEnded(ctx.config.graphs, ctx.engine) }))
        : EMPTY,
    ),
  );
}

function configure<C>(ctx: Context<C>, config: C): EngineCommand {
  return {
    type: 'plugin.configure',
    plugin: ctx.plugin,
    config: config as Extract<EngineCommand, { type: 'plugin.configure' }>['config'],
  };
}
