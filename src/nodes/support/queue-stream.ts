import { Observable } from 'rxjs';
import { framePerTick } from '../../graph/audio-operators.js';
import type { NodeContext } from '../../graph/context.js';
import type { AudioFrame } from '../../media/frame.js';
import { readQueueCommand } from './queue-commands.js';
import type { QueuePlayer } from './queue-player.js';

/**
 * The output of a node that plays a queue: one frame a tick until the queue ends. Commands go to the player; one that cannot be done
 * is answered by `command.refused`.
 *
 * @param own does a command of the node's own, and says whether it was one.
 * @param failed$ fails when nothing can be played at all.
 */
export function queueStream(
  ctx: NodeContext,
  player: QueuePlayer,
  own: (type: string) => boolean = () => false,
  failed$?: Observable<never>,
): Observable<AudioFrame> {
  ctx.defer(() => player.stop());
  const subscriptions = [
    ctx.commands$.subscribe((command) => {
      if (own(command.type)) return;
      const read = readQueueCommand(command);
      const refused = 'refused' in read ? read.refused : player.command(read);
      if (refused !== undefined) ctx.emit({ type: 'command.refused', command: command.type, reason: refused });
    }),
    ctx.idle$.subscribe(() => player.readAhead()),
  ];
  ctx.defer(() => subscriptions.forEach((subscription) => subscription.unsubscribe()));
  return new Observable((subscriber) => {
    if (failed$) subscriber.add(failed$.subscribe({ error: (reason) => subscriber.error(reason) }));
    subscriber.add(framePerTick(ctx, (tick) => player.next(tick.ptsUs)).subscribe(subscriber));
    // Opened before the first tick, which waits for it.
    player.readAhead();
  });
}
