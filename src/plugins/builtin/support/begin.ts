import type { Json } from '../../../events/json.js';
import type { PluginContext } from '../../plugin-types.js';

/**
 * Sends the message `begin` to the plugin itself, once the present event is over and its reducers work: what an earlier run left open is
 * put right there, in a fact that a log has too.
 *
 * @param payload made at that moment.
 */
export function sendBegin(ctx: PluginContext<never, never>, payload: () => Json): void {
  queueMicrotask(() => {
    if (ctx.signal.aborted) return;
    ctx
      .send(ctx.plugin, 'begin', payload())
      .catch((error: unknown) => ctx.log.error('It could not begin.', { reason: (error as Error).message }));
  });
}
