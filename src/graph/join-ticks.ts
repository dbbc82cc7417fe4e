import { Observable, Subscription } from 'rxjs';
import type { NodeContext } from './context.js';
import type { Branch } from './ports.js';

/** One branch of a join: its id and the frame it gave for this tick. */
export interface JoinSlot<T> {
  /** The branch's id. */
  readonly id: string;
  /** This tick's frame; undefined when the branch gave none in time (counted as an underrun). */
  frame: T | undefined;
}

/**
 * Brings the branches of a mixer together: emits once per tick, as soon as every present branch has given its frame, at the latest
 * when the tick settles; then missing ones are undefined and counted as underruns. With no branch it emits an empty list on every
 * tick. Completes when `branches$` and every branch have completed.
 *
 * The emitted list and its slots are reused: read them at once.
 *
 * @param shares how frames are kept until the others have come, where they are not the branch's own for the whole tick.
 */
export function joinTicks<T>(
  ctx: Pick<NodeContext, 'settle$' | 'count'>,
  branches$: Observable<Branch<T>>,
  shares?: { retain(frame: T): void; release(frame: T): void },
): Observable<readonly JoinSlot<T>[]> {
  return new Observable((subscriber) => {
    const slots: JoinSlot<T>[] = [];
    const leaving: JoinSlot<T>[] = [];
    let arrived = 0;
    let emitted = false;
    let open = true;
    const all = new Subscription();

    const emit = () => {
      emitted = true;
      subscriber.next(slots);
    };
    const completeIfDone = () => {
      if (!open && slots.length === 0) subscriber.complete();
    };
    const emitIfComplete = () => {
      if (!emitted && slots.length > 0 && arrived === slots.length) emit();
    };

    const free = (slot: JoinSlot<T>) => {
      if (slot.frame !== undefined) shares?.release(slot.frame);
      slot.frame = undefined;
    };

    const drop = (slot: JoinSlot<T>) => {
      const at = slots.indexOf(slot);
      if (at < 0) return;
      slots.splice(at, 1);
      if (slot.frame !== undefined) arrived--;
      free(slot);
      emitIfComplete();
      completeIfDone();
    };
    const dropLeaving = () => {
      for (const slot of leaving.splice(0)) drop(slot);
    };

    const add = (branch: Branch<T>) => {
      const slot: JoinSlot<T> = { id: branch.id, frame: undefined };
      slots.push(slot);
      // Before the subscription, since a branch may complete while being subscribed to.
      const inner: { current?: Subscription } = {};
      const remove = () => {
        if (inner.current) all.remove(inner.current);
        // Its last frame is of this tick, and is still to be heard.
        if (slot.frame !== undefined && !emitted) leaving.push(slot);
        else drop(slot);
      };
      inner.current = branch.stream$.subscribe({
        next: (frame) => {
          if (slot.frame === undefined) arrived++;
          shares?.retain(frame);
          free(slot);
          slot.frame = frame;
          emitIfComplete();
        },
        error: remove,
        complete: remove,
      });
      if (slots.includes(slot)) all.add(inner.current);
    };

    const outer = branches$.subscribe({
      next: add,
      error: (reason) => subscriber.error(reason),
      complete: () => {
        open = false;
        completeIfDone();
      },
    });
    all.add(outer);
    all.add(
      ctx.settle$.subscribe(() => {
        if (!emitted) {
          const missing = slots.length - arrived;
          if (missing > 0) ctx.count('underruns', missing);
          emit();
        }
        if (leaving.length > 0) dropLeaving();
        emitted = false;
        arrived = 0;
        slots.forEach(free);
      }),
    );
    all.add(() => slots.forEach(free));
    return all;
  });
}
