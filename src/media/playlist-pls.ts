import { locationOf, playlistError, type PlaylistEntry, type PlaylistFile } from './playlist-entry.js';

/** Reads `.pls`: an ini file with one section `[playlist]` and the keys `File1`, `Title1` …, played by their numbers. */
export function parsePls(text: string): PlaylistFile {
  const files = new Map<number, { text: string; line: number }>();
  const titles = new Map<number, string>();
  let inside = false;
  for (const [i, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim();
    if (/^\[.*\]$/.test(line)) {
      inside = /^\[playlist\]$/i.test(line);
      continue;
    }
    const match = inside ? /^(file|title)(\d{1,9})\s*=\s*(.*)$/i.exec(line) : null;
    const value = match?.[3];
    if (!match || !value) continue;
    const number = Number(match[2]);
    if (match[1]!.toLowerCase() === 'file') files.set(number, { text: value, line: i + 1 });
    else titles.set(number, value);
  }
  if (files.size === 0 && !/^\s*\[playlist\]\s*$/im.test(text)) return playlistError('it has no section [playlist]');
  const entries = [...files]
    .sort(([a], [b]) => a - b)
    .map(([number, file]): PlaylistEntry => {
      const title = titles.get(number);
      return { location: locationOf(file.text), line: file.line, ...(title !== undefined && { title }) };
    });
  return { entries };
}
