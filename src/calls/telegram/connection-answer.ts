import { filter } from 'rxjs';
import type { Api } from 'telegram';
import type { TransportAnswer } from '../../machines/transport.js';
import { readAnswer } from './join-json.js';
import type { TelegramPort } from './port.js';
import { newsIn } from './updates.js';

/** What the server answers to a join. */
export interface ConnectionAnswer {
  readonly answer: TransportAnswer;
  /** Its clock then, in seconds since 1970. */
  readonly dateSec?: number;
  /** The call as it is now: where its broadcast is, it may say only here (tdesktop). */
  readonly call?: Api.GroupCall;
}

/** Connections where a join is under way: an answer in the stream does not say which call it is for, so there is one at a time. */
const joining = new WeakMap<TelegramPort, Promise<unknown>>();

/**
 * Makes a request that is answered by `updateGroupCallConnection`: in its result or, as some clients saw it, in the stream.
 *
 * @throws TelegramRpcError, TelegramLinkError, CallError `TELEGRAM_ANSWER_UNREADABLE`.
 */
export async function askForConnection(
  port: TelegramPort,
  request: Api.phone.JoinGroupCall | Api.phone.JoinGroupCallPresentation,
  signal: AbortSignal,
): Promise<ConnectionAnswer> {
  const presentation = request.className === 'phone.JoinGroupCallPresentation';
  const before = joining.get(port);
  const work = (async () => {
    await before?.catch(() => {});
    const stream = firstConnection(port, presentation, signal);
    try {
      const result = await port.invoke<Api.TypeUpdates>(request, { signal });
      const updates = newsIn(result).map(({ update }) => update);
      const [own] = updates.filter((update) => isConnection(update, presentation));
      const [call] = updates.flatMap((update) =>
        update.className === 'UpdateGroupCall' && update.call.className === 'GroupCall' ? [update.call] : [],
      );
      const answer = readAnswer((own ?? (await stream.first)).params.data);
      return { answer, ...('date' in result && { dateSec: result.date }), ...(call && { call }) };
    } finally {
      stream.end();
    }
  })();
  joining.set(port, work);
  return work;
}

function isConnection(update: Api.TypeUpdate, presentation: boolean): update is Api.UpdateGroupCallConnection {
  return update.className === 'UpdateGroupCallConnection' && (update.presentation === true) === presentation;
}

function firstConnection(port: TelegramPort, presentation: boolean, signal: AbortSignal) {
  let end = (): void => {};
  const first = new Promise<Api.UpdateGroupCallConnection>((resolve, reject) => {
    const subscription = port.updates$.pipe(filter(({ update }) => isConnection(update, presentation))).subscribe({
      next: ({ update }) => resolve(update as Api.UpdateGroupCallConnection),
      complete: () => reject(new Error('the connection was closed')),
    });
    const aborted = (): void => reject(new Error('nobody waits any more'));
    signal.addEventListener('abort', aborted);
    end = () => {
      subscription.unsubscribe();
      signal.removeEventListener('abort', aborted);
    };
  });
  // It is waited for only when the result has none.
  first.catch(() => {});
  return { first, end: () => end() };
}
