import type { Observable, Unsubscribable } from 'rxjs';
import { type EventObject, fromCallback } from 'xstate';
import { problem, reasonOf } from '../errors.js';
import type { MediaCommand, StreamFact } from './source-types.js';

/** The media host as one playback sees it: commands go in, facts come out, as plain JSON. */
export interface MediaPort {
  /** Passes a command on. What it throws ends the stream as failed. */
  send(command: MediaCommand): void;
  /** What happens to this playback's streams. */
  readonly facts$: Observable<StreamFact>;
}

/** What the actor of a stream is told: a command without the generation, which it knows. */
export type MediaOrder = EventObject & { readonly command: MediaCommand };

/** What opens a stream. */
export type OpenStream = Extract<MediaCommand, { type: 'media.open' }>;

/** The effect of a playback: one stream, opened when it starts and closed when it is stopped. */
export type SourceActors = ReturnType<typeof sourceActors>;

/** The effects of a playback over a media host. */
export function sourceActors(port: MediaPort) {
  return {
    media: fromCallback<MediaOrder, OpenStream, StreamFact>(({ input, sendBack, receive }) => {
      const { generation } = input;
      const failed = (thrown: unknown): void => {
        const { code, message } = problem('MEDIA_UNREADABLE', { path: input.src, reason: reasonOf(thrown) });
        sendBack({ type: 'stream.ended', generation, reason: { type: 'failed', failure: { code, message } } });
      };
      const send = (command: MediaCommand): void => {
        try {
          port.send(command);
        } catch (thrown) {
          failed(thrown);
        }
      };
      let subscription: Unsubscribable | undefined;
      // An error that leaves a callback actor would end the whole machine, so nothing may.
      try {
        subscription = port.facts$.subscribe({
          next: (fact) => sendBack(fact),
          error: failed,
          complete: () => failed(new Error('the media host is gone')),
        });
      } catch (thrown) {
        failed(thrown);
      }
      receive(({ command }) => send(command));
      send(input);
      return () => {
        subscription?.unsubscribe();
        try {
          port.send({ type: 'media.close', generation });
        } catch {
          // A host that cannot close is gone, and the stream with it.
        }
      };
    }),
  };
}
