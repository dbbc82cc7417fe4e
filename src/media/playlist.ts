import { playlistError, type PlaylistFile } from './playlist-entry.js';
import { parseM3u } from './playlist-m3u.js';
import { parsePls } from './playlist-pls.js';
import { parseXspf } from './playlist-xspf.js';

export type { PlaylistEntry, PlaylistFile } from './playlist-entry.js';

/** The kinds of playlist files that are read. */
export type PlaylistFormat = 'm3u' | 'pls' | 'xspf';

const BY_EXTENSION: Readonly<Record<string, PlaylistFormat>> = { m3u: 'm3u', m3u8: 'm3u', pls: 'pls', xspf: 'xspf' };

/** The kind of playlist that a file's name promises; undefined for every other extension. */
export function playlistFormatOf(name: string): PlaylistFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase();
  return extension === undefined || !Object.hasOwn(BY_EXTENSION, extension) ? undefined : BY_EXTENSION[extension];
}

/**
 * The text of a playlist file: UTF-16 by its byte-order mark, else UTF-8 (with or without one), else Windows-1252, of which
 * Latin-1 is a part and which old players write.
 */
export function decodePlaylist(bytes: Uint8Array): string {
  const mark = bytes.length >= 2 ? (bytes[0]! << 8) | bytes[1]! : 0;
  if (mark === 0xfffe) return new TextDecoder('utf-16le').decode(bytes);
  if (mark === 0xfeff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/**
 * The entries of a playlist, in its order. What is no entry is passed over, as players do; only a text that is no playlist of that
 * kind at all has an `error`.
 */
export function parsePlaylist(text: string, format: PlaylistFormat): PlaylistFile {
  if (text.includes('\0')) return playlistError('it holds zero bytes, so it is no text');
  switch (format) {
    case 'm3u':
      return parseM3u(text);
    case 'pls':
      return parsePls(text);
    case 'xspf':
      return parseXspf(text);
  }
}
