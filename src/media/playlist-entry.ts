/** One entry of a playlist file. */
export interface PlaylistEntry {
  /** Where it points, as written: a path, or an address with a protocol. */
  readonly location: PlaylistLocation;
  /** Line of the file it stands in, from 1. */
  readonly line: number;
  /** Title for people, if the playlist has one. */
  readonly title?: string;
  /** Where to begin, in seconds, if it says so. */
  readonly startSec?: number;
  /** Where to end, in seconds, if it says so. */
  readonly endSec?: number;
}

/** What a playlist's entry points at. */
export type PlaylistLocation =
  /** A local path: absolute, or relative to the playlist's folder. */
  | { readonly kind: 'path'; readonly path: string }
  /** An address on the web. */
  | { readonly kind: 'url'; readonly url: string }
  /** Another protocol, which a playlist may not reach. */
  | { readonly kind: 'foreign'; readonly text: string; readonly protocol: string };

/** The protocols by which a playlist may name addresses. */
const WEB = /^(https?|rtsps?)$/;

/** A playlist file, read. */
export interface PlaylistFile {
  /** The playlist's own title, if it has one. */
  readonly title?: string;
  /** Its entries in their order. */
  readonly entries: readonly PlaylistEntry[];
  /** Why it cannot be used as a whole: a sentence's end, such as "it is an HLS stream". */
  readonly error?: string;
}

/** A playlist that cannot be used. */
export function playlistError(error: string): PlaylistFile {
  return { entries: [], error };
}

/**
 * Tells paths from addresses. A name such as `a:b.mp3` or `C:\Music\a.mp3` is a path: only what has `://`, or begins with `file:`, is an
 * address, and `file:` ones become paths again.
 */
export function locationOf(text: string): PlaylistLocation {
  const protocol = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase() ?? (/^file:\//i.test(text) ? 'file' : undefined);
  if (protocol === undefined) return { kind: 'path', path: text };
  if (WEB.test(protocol)) return { kind: 'url', url: text };
  const path = protocol === 'file' ? pathOfFileUrl(text) : undefined;
  return path === undefined ? { kind: 'foreign', text, protocol } : { kind: 'path', path };
}

/** As {@link locationOf} for a URI reference (RFC 3986), in which characters of a path may be percent-encoded. */
export function locationOfUri(text: string): PlaylistLocation {
  const protocol = /^([a-z][a-z\d+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (protocol === undefined) return { kind: 'path', path: percentDecoded(text) };
  if (protocol === 'file') return locationOf(text);
  return WEB.test(protocol) ? { kind: 'url', url: text } : { kind: 'foreign', text, protocol };
}

/** The path of a `file:` address on this machine; undefined for one on another. */
function pathOfFileUrl(text: string): string | undefined {
  const match = /^file:(?:\/\/([^/]*))?(\/.*)$/i.exec(text);
  if (!match) return undefined;
  const host = match[1]?.toLowerCase() ?? '';
  if (host !== '' && host !== 'localhost') return undefined;
  const path = percentDecoded(match[2]!);
  // file:///C:/Music: the slash belongs to the address.
  return /^\/[a-z]:[\\/]/i.test(path) ? path.slice(1) : path;
}

/** What is no valid encoding stays as it is: a file may be called `100%.mp3`. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
