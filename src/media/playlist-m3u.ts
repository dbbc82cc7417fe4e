import { locationOf, playlistError, type PlaylistEntry, type PlaylistFile } from './playlist-entry.js';

/**
 * Reads `.m3u` and `.m3u8`: one entry a line, with the titles of `#EXTINF:seconds,Title`, the name of `#PLAYLIST:` and VLC's
 * `#EXTVLCOPT:start-time=` and `stop-time=`. Every other line with `#` is a comment.
 */
export function parseM3u(text: string): PlaylistFile {
  const entries: PlaylistEntry[] = [];
  let listTitle: string | undefined;
  let title: string | undefined;
  let startSec: number | undefined;
  let endSec: number | undefined;
  const lines = text.split(/\r\n|\n|\r/);
  for (const [i, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '') continue;
    if (line.startsWith('#')) {
      // RFC 8216, section 4.3.3: every media playlist of HLS has the first, every master playlist the second.
      if (/^#EXT-X-(TARGETDURATION|STREAM-INF)\b/i.test(line)) return playlistError('it is an HLS stream, not a list of tracks');
      title = titleOfExtInf(line) ?? title;
      listTitle = nonEmpty(/^#PLAYLIST:(.*)$/i.exec(line)?.[1]) ?? listTitle;
      startSec = optionOfVlc(line, 'start-time') ?? startSec;
      endSec = optionOfVlc(line, 'stop-time') ?? endSec;
      continue;
    }
    entries.push({
      location: locationOf(line),
      line: i + 1,
      ...(title !== undefined && { title }),
      ...(startSec !== undefined && { startSec }),
      ...(endSec !== undefined && endSec > (startSec ?? 0) && { endSec }),
    });
    title = startSec = endSec = undefined;
  }
  return { entries, ...(listTitle !== undefined && { title: listTitle }) };
}

/** `#EXTINF:123 tvg-name="a, b",Title`: what follows the first comma outside quotes. */
function titleOfExtInf(line: string): string | undefined {
  return nonEmpty(/^#EXTINF:(?:[^,"]|"[^"]*")*,(.*)$/i.exec(line)?.[1]);
}

function optionOfVlc(line: string, name: 'start-time' | 'stop-time'): number | undefined {
  const value = new RegExp(`^#EXTVLCOPT:${name}=(\\d+(?:\\.\\d+)?)$`, 'i').exec(line)?.[1];
  return value === undefined || Number(value) === 0 ? undefined : Number(value);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text?.trim() || undefined;
}
