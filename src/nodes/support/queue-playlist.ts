import { open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { problem, reasonOf, VoxError, voxError, type Problem } from '../../errors.js';
import { decodePlaylist, parsePlaylist, playlistFormatOf, type PlaylistEntry } from '../../media/playlist.js';
import { mediaFilesIn } from './queue-folder.js';
import { MOST_TRACKS, type TrackOption } from './queue-state.js';

/** A playlist larger than this is none. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What a folder or playlist file holds. */
export interface LoadedPlaylist {
  /** What can be played, in order. */
  readonly tracks: readonly TrackOption[];
  /** What cannot, each with its place in the file. */
  readonly skipped: readonly Problem[];
  /** The playlist's own title. */
  readonly title?: string;
}

/**
 * Reads a folder, or a playlist file by its extension. Entries of a file are looked up beside it; those that are not there, and those with
 * a protocol other than http and https, are skipped.
 *
 * @param path absolute. @param name what messages call it.
 * @throws VoxError `PLAYLIST_UNREADABLE`; the signal's reason when aborted.
 */
export async function loadPlaylist(path: string, name: string, recursive: boolean, signal: AbortSignal): Promise<LoadedPlaylist> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) return { tracks: await mediaFilesIn(path, recursive, signal), skipped: [] };
    if (!info.isFile()) throw unreadable(name, 'it is neither a folder nor a file');
    return await loadFile(path, name, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof VoxError ? error : unreadable(name, reasonFor(error));
  }
}

async function loadFile(path: string, name: string, signal: AbortSignal): Promise<LoadedPlaylist> {
  const format = playlistFormatOf(path);
  if (!format) throw unreadable(name, 'its name ends in none of .m3u, .m3u8, .pls and .xspf');
  const { title, entries, error } = parsePlaylist(decodePlaylist(await readBounded(path, name)), format);
  if (error !== undefined) throw unreadable(name, error);
  const tracks: TrackOption[] = [];
  const skipped: Problem[] = [];
  for (const entry of entries) {
    signal.throwIfAborted();
    const track = tracks.length < MOST_TRACKS ? await trackOf(entry, dirname(path), name) : tooMany(entry, name);
    if ('code' in track) skipped.push(track);
    else tracks.push(track);
  }
  return { tracks, skipped, ...(title !== undefined && { title }) };
}

async function trackOf(entry: PlaylistEntry, folder: string, name: string): Promise<Exclude<TrackOption, string> | Problem> {
  const { location, line, title, startSec, endSec } = entry;
  const more = {
    ...(title !== undefined && { title }),
    ...(startSec !== undefined && { startSec }),
    ...(endSec !== undefined && { endSec }),
  };
  if (location.kind === 'url') return { src: location.url, ...more };
  const place = { file: name, line, column: 1 };
  if (location.kind === 'foreign') {
    const reason = `a playlist may not lead to ${location.protocol} addresses`;
    return problem('URL_INVALID', { url: location.text, reason }, { place });
  }
  const found = await firstFile(candidates(location.path, folder));
  if (found === undefined) return problem('MEDIA_NOT_FOUND', { path: location.path }, { place });
  if (playlistFormatOf(found)) {
    return problem('MEDIA_UNREADABLE', { path: location.path, reason: 'it is a playlist, not a media file' }, { place });
  }
  return { src: found, ...more };
}

/** As written; and as players on other systems write it: with backslashes, or percent-encoded. */
function candidates(path: string, folder: string): string[] {
  const written = [path];
  if (path.includes('\\')) written.push(path.replaceAll('\\', '/'));
  if (path.includes('%')) {
    try {
      written.push(decodeURIComponent(path));
    } catch {
      // Then the sign is part of its name.
    }
  }
  return written.map((one) => resolve(folder, one));
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const info = path.includes('\0') ? undefined : await stat(path).catch(() => undefined);
    if (info && !info.isDirectory()) return path;
  }
  return undefined;
}

async function readBounded(path: string, name: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MOST_BYTES) throw unreadable(name, `it is larger than ${MOST_BYTES / 1024 / 1024} MiB`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function tooMany({ line }: PlaylistEntry, name: string): Problem {
  const reason = `only ${MOST_TRACKS} tracks are taken`;
  return problem('PLAYLIST_UNREADABLE', { path: name, reason }, { place: { file: name, line, column: 1 } });
}

function unreadable(path: string, reason: string): VoxError {
  return voxError('PLAYLIST_UNREADABLE', { path, reason });
}

function reasonFor(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'it does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return reasonOf(error);
}
