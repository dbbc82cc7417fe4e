import { Observable } from 'rxjs';
import { framePerTick } from '../../graph/audio-operators.js';
import type { NodeContext } from '../../graph/context.js';
import type { AudioFrame } from '../../media/frame.js';
import type { FileOptions } from '../sources/file.js';
import { FilePlayer } from './file-player.js';
import type { PlaybackClock } from './playback-clock.js';
import type { PlayerSource } from './player-source.js';

/**
 * Runs a player as the work of a node: fed with its options and commands, decoding between ticks, one frame a tick.
 *
 * @param source what is played; local files unless something else is given.
 */
export function playerOutput<O extends FileOptions>(
  ctx: NodeContext,
  options: O,
  options$: Observable<O>,
  source?: PlayerSource<O>,
): Observable<AudioFrame> {
  return runPlayer(ctx, options, options$, source).audio$;
}

/** As {@link playerOutput}, with the player, whose clock pictures may follow. */
export function runPlayer<O extends FileOptions>(
  ctx: NodeContext,
  options: O,
  options$: Observable<O>,
  source?: PlayerSource<O>,
  clock?: PlaybackClock,
): { readonly audio$: Observable<AudioFrame>; readonly player: FilePlayer<O> } {
  const player = new FilePlayer(ctx, options, source);
  player.clock = clock;
  ctx.defer(() => player.stop());
  const subscriptions = [
    options$.subscribe((next) => player.set(next)),
    ctx.commands$.subscribe((command) => player.command(command)),
    ctx.idle$.subscribe(() => player.readAhead()),
  ];
  ctx.defer(() => subscriptions.forEach((subscription) => subscription.unsubscribe()));
  const audio$ = new Observable<AudioFrame>((subscriber) => {
    subscriber.add(player.failed$.subscribe({ error: (reason) => subscriber.error(reason) }));
    subscriber.add(framePerTick(ctx, (tick) => player.next(tick.ptsUs)).subscribe(subscriber));
  });
  return { audio$, player };
}
