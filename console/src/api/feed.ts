/** The live feed: server-sent events, read by `fetch`, because the browser's own EventSource cannot show a token. */
import { request, ApiError } from './client.js';

/** One message of the feed. */
export interface FeedMessage {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** How the feed is: `live`, on its way, or refused for good. */
export type FeedState = { readonly state: 'connecting' | 'live' | 'lost' } | { readonly state: 'refused'; readonly why: string };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/**
 * Follows the feed until it is stopped, and goes on where it broke off.
 * @param how what is wanted beyond facts, such as `stats=1`, and the number of the last fact that is known
 * @returns ends it
 */
export function followFeed(
  { query, after }: { query: () => string; after: () => number | undefined },
  { message, state }: { message: (message: FeedMessage) => void; state: (state: FeedState) => void },
): () => void {
  const stop = new AbortController();
  const once = async (): Promise<void> => {
    const known = after();
    const response = await request(`/feed?${query()}${known === undefined ? '' : `&after=${known}`}`, { signal: stop.signal });
    state({ state: 'live' });
    for await (const told of parseEvents(response.body!)) message(told);
  };
  const follow = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stop.signal.aborted) {
      const from = performance.now();
      try {
        await once();
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
          state({ state: 'refused', why: error.message });
          return;
        }
      }
      state({ state: 'lost' });
      pauseMs = performance.now() - from > LONGEST_PAUSE_MS ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  void follow();
  return () => stop.abort();
}

/** The messages of an event stream, as the HTML standard writes them. */
export async function* parseEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<FeedMessage> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value.replaceAll('\r', '');
    let end: number;
    while ((end = rest.indexOf('\n\n')) !== -1) {
      const told = parseEvent(rest.slice(0, end));
      rest = rest.slice(end + 2);
      if (told) yield told;
    }
  }
}

function parseEvent(text: string): FeedMessage | undefined {
  let event = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const field = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  if (data.length === 0) return undefined;
  return { event, data: JSON.parse(data.join('\n')) as unknown, ...(id !== undefined && { id }) };
}
