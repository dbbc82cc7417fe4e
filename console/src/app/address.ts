/** What the fragment of the address holds: the token, which browsers never send, and what is shown. */

/** What is shown. */
export interface Place {
  /** Which part of the console. */
  readonly view: string;
  /** The call or graph. */
  readonly at: string | undefined;
  /** The node whose panel is open. */
  readonly node: string | undefined;
}

const read = () => new URLSearchParams(location.hash.slice(1));

/** The token that opens the server; undefined: none is needed. */
export const token = read().get('token') ?? undefined;

/** What the address says is shown. */
export function placeOf(): Place {
  const fragment = read();
  return { view: fragment.get('view') ?? 'calls', at: fragment.get('at') ?? undefined, node: fragment.get('node') ?? undefined };
}

/** The fragment that shows a place. */
export function fragmentOf({ view, at, node }: Place): string {
  const fragment = new URLSearchParams({ view });
  if (at !== undefined) fragment.set('at', at);
  if (node !== undefined) fragment.set('node', node);
  if (token !== undefined) fragment.set('token', token);
  return `#${fragment.toString()}`;
}

/** The room page of a call, if it has one. */
export function roomAddress(call: string | undefined): string | undefined {
  if (!call?.startsWith('room:')) return undefined;
  const room = encodeURIComponent(call.slice('room:'.length));
  return `/?room=${room}${token === undefined ? '' : `#token=${encodeURIComponent(token)}`}`;
}
