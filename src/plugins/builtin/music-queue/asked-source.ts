import { posix } from 'node:path';
import type { TrackOption } from '../../../nodes/support/queue-state.js';
import type { MusicConfig } from './config.js';

/**
 * What may be played of what somebody asked for: an address, or a file of the folder that is open to everybody.
 *
 * @returns the track's source; or why not, as a sentence.
 */
export function askedSource(
  asked: string,
  { folder, addresses }: MusicConfig,
): { readonly src: string; readonly publicOnly?: true } | { readonly refused: string } {
  const src = asked.trim();
  if (/^[a-z][a-z\d+.-]*:/i.test(src)) {
    if (!/^https?:\/\/[^/\s]/i.test(src)) return { refused: 'Only http and https addresses can be played.' };
    if (addresses === 'none') return { refused: 'Addresses cannot be played here.' };
    return addresses === 'public' ? { src, publicOnly: true } : { src };
  }
  if (folder === undefined) return { refused: 'Only addresses can be played here.' };
  // Windows separators count too: a graph may run there.
  const path = posix.normalize(src.replaceAll('\\', '/'));
  const outside = path === '.' || path === '..' || path.startsWith('../') || path.startsWith('/') || /^[a-z]:/i.test(path);
  if (outside || path.includes('\0')) return { refused: 'There is no such file to ask for.' };
  return { src: posix.join(folder, path) };
}

/** What a track is called: its title, else the name of its file or address. */
export function titleOf(track: Exclude<TrackOption, string>): string {
  if (track.title !== undefined && track.title.trim() !== '') return track.title;
  const [path = ''] = track.src.split(/[?#]/);
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(name).replace(/\.[a-z\d]{2,5}$/i, '') || track.src;
  } catch {
    return name || track.src;
  }
}
