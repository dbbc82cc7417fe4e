import { locationOfUri, playlistError, type PlaylistEntry, type PlaylistFile } from './playlist-entry.js';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads `.xspf` (XSPF version 1, xspf.org): of each `<track>` its first `<location>`, its `<title>` and `<creator>`. Only the five
 * entities of XML are known: a document type that declares more, as attacks by expansion do, has no effect.
 */
export function parseXspf(text: string): PlaylistFile {
  const entries: PlaylistEntry[] = [];
  const path: string[] = [];
  let track: { line: number; location?: string; title?: string; creator?: string } | undefined;
  let listTitle: string | undefined;
  let content = '';
  let contentAt = 0;
  let isXspf = false;
  const lineAt = lineCounter(text);

  for (const token of tokens(text)) {
    if (token.kind === 'text') {
      if (content.trim() === '') contentAt = token.at + (token.text.length - token.text.trimStart().length);
      content += token.text;
      continue;
    }
    if (token.kind === 'open') {
      if (path.length === 0) isXspf = token.name === 'playlist';
      path.push(token.name);
      content = '';
      if (token.name === 'track' && !track) track = { line: lineAt(token.at) };
      continue;
    }
    const value = content.trim();
    content = '';
    const parent = path.at(-2);
    if (parent === 'track' && track && value !== '') {
      if (token.name === 'location' && track.location === undefined) {
        track.location = value;
        track.line = lineAt(contentAt);
      } else if (token.name === 'title') track.title ??= value;
      else if (token.name === 'creator') track.creator ??= value;
    } else if (parent === 'playlist' && token.name === 'title') listTitle ??= value || undefined;
    else if (token.name === 'track' && track) {
      const { line, location, title, creator } = track;
      const shown = title !== undefined && creator !== undefined ? `${creator} – ${title}` : title;
      if (location !== undefined)
        entries.push({ location: locationOfUri(location), line, ...(shown !== undefined && { title: shown }) });
      track = undefined;
    }
    // An end without its beginning closes what it names, or nothing.
    const open = path.lastIndexOf(token.name);
    if (open >= 0) path.length = open;
  }
  if (!isXspf) return playlistError('it has no element <playlist>');
  return { entries, ...(listTitle !== undefined && { title: listTitle }) };
}

type Token =
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'open' | 'close'; readonly name: string; readonly at: number };

/** The elements and texts of an XML document; comments, instructions and document types are left out. */
function* tokens(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    const tag = text.indexOf('<', at);
    const end = tag < 0 ? text.length : tag;
    if (end > at) yield { kind: 'text', text: resolveEntities(text.slice(at, end)), at };
    if (tag < 0) return;
    const skipped = skipNonElement(text, tag);
    if (skipped !== undefined) {
      if (text.startsWith('<![CDATA[', tag)) yield { kind: 'text', text: text.slice(tag + 9, skipped - 3), at: tag + 9 };
      at = skipped;
      continue;
    }
    const close = text.indexOf('>', tag);
    if (close < 0) return;
    const name = /^<\/?(?:[\w.-]+:)?([\w.-]+)/.exec(text.slice(tag, Math.min(close, tag + 200)))?.[1];
    if (name !== undefined) {
      const opens = text[tag + 1] !== '/';
      if (opens) yield { kind: 'open', name, at: tag };
      if (!opens || text[close - 1] === '/') yield { kind: 'close', name, at: tag };
    }
    at = close + 1;
  }
}

/** Where a comment, CDATA section, instruction or document type ends that begins at `at`; undefined for an element. */
function skipNonElement(text: string, at: number): number | undefined {
  const endOf = (mark: string, from: number) => {
    const found = text.indexOf(mark, from);
    return found < 0 ? text.length : found + mark.length;
  };
  if (text.startsWith('<!--', at)) return endOf('-->', at + 4);
  if (text.startsWith('<![CDATA[', at)) return endOf(']]>', at + 9);
  if (text.startsWith('<?', at)) return endOf('?>', at + 2);
  if (!text.startsWith('<!', at)) return undefined;
  const subset = text.indexOf('[', at);
  const close = text.indexOf('>', at);
  return subset >= 0 && subset < close ? endOf('>', endOf(']', subset)) : endOf('>', at);
}

function resolveEntities(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Lines of rising positions, each part of the text looked at once. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let seen = 0;
  return (at) => {
    for (; seen < at; seen++) {
      const char = text[seen];
      if (char === '\n' || (char === '\r' && text[seen + 1] !== '\n')) line++;
    }
    return line;
  };
}
