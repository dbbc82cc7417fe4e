/** One filter as it stands in a filter graph's text. */
export interface WrittenFilter {
  /** Its name, such as `aecho`; without `@instance`. */
  readonly name: string;
  /** Its options as `key=value`; those without a key, which go by their place, have an empty one. */
  readonly options: readonly { readonly key: string; readonly value: string }[];
  /** Its options as FFmpeg gets them: unquoted once; undefined when there are none. */
  readonly args: string | undefined;
}

/** What the text of a filter graph names, or why it cannot be read. */
export type FilterText =
  { readonly kind: 'filters'; readonly filters: readonly WrittenFilter[] } | { readonly kind: 'wrong'; readonly reason: string };

/**
 * Reads the text of a filter graph as FFmpeg does (`libavfilter/graphparser.c`): chains parted by `;`, filters by `,`, labels in
 * brackets, quotes and backslashes undone once for the graph and once for the options.
 */
export function readFilterText(text: string): FilterText {
  const filters: WrittenFilter[] = [];
  let at = 0;
  const blank = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const labels = (): string | undefined => {
    for (blank(); text[at] === '['; blank()) {
      const end = text.indexOf(']', at);
      if (end < 0) return `the bracket at "${excerpt(text, at)}" is not closed`;
      if (end === at + 1) return `the label at "${excerpt(text, at)}" is empty`;
      at = end + 1;
    }
    return undefined;
  };
  for (;;) {
    const before = labels();
    if (before) return { kind: 'wrong', reason: before };
    const written = token(text, at, '[],;');
    if (written.open) return { kind: 'wrong', reason: `the quote in "${excerpt(text, at)}" is not closed` };
    if (written.value === '') {
      const rest = at >= text.length ? 'at its end' : `before "${excerpt(text, at)}"`;
      return {
        kind: 'wrong',
        reason: filters.length === 0 && at >= text.length ? 'it names no filter' : `a filter is missing ${rest}`,
      };
    }
    at = written.end;
    filters.push(filterOf(written.value));
    const after = labels();
    if (after) return { kind: 'wrong', reason: after };
    if (at >= text.length) return { kind: 'filters', filters };
    if (text[at] !== ',' && text[at] !== ';') return { kind: 'wrong', reason: `"${excerpt(text, at)}" is not understood` };
    at++;
    blank();
    // FFmpeg allows one separator at the very end of a graph's chains.
    if (at >= text.length && text[at - 1] === ';') return { kind: 'filters', filters };
  }
}

function filterOf(written: string): WrittenFilter {
  const equals = written.indexOf('=');
  const name = (equals < 0 ? written : written.slice(0, equals)).trim().replace(/@.*$/s, '');
  const args = equals < 0 ? undefined : written.slice(equals + 1);
  const options: { key: string; value: string }[] = [];
  for (let at = 0; args !== undefined && at < args.length; at++) {
    const key = /^\s*([\w/.-]+)\s*=/.exec(args.slice(at));
    if (key) at += key[0].length;
    const value = token(args, at, ':');
    options.push({ key: key?.[1] ?? '', value: value.value });
    at = value.end;
  }
  return { name, options, args };
}

/** One word up to any of `ends`, with its quotes and backslashes undone and blanks around it cut: FFmpeg's `av_get_token`. */
function token(
  text: string,
  from: number,
  ends: string,
): { readonly value: string; readonly end: number; readonly open: boolean } {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at++;
  let value = '';
  /** Blanks up to here were quoted, and stay. */
  let kept = 0;
  let open = false;
  for (; at < text.length && !ends.includes(text[at]!); at++) {
    const character = text[at]!;
    if (character === '\\' && at + 1 < text.length) {
      value += text[++at]!;
      kept = value.length;
    } else if (character === "'") {
      const close = text.indexOf("'", at + 1);
      open = close < 0;
      value += text.slice(at + 1, open ? undefined : close);
      kept = value.length;
      at = open ? text.length : close;
    } else value += character;
  }
  while (value.length > kept && /\s/.test(value.at(-1)!)) value = value.slice(0, -1);
  return { value, end: Math.min(at, text.length), open };
}

function excerpt(text: string, at: number): string {
  return text.length > at + 20 ? `${text.slice(at, at + 20)}…` : text.slice(at);
}

/** Writes a value, such as a path, so that FFmpeg reads just that after `key=` in a filter graph's text. */
export function filterValue(value: string): string {
  const forOptions = value.replace(/[\\':]/g, '\\$&');
  return `'${forOptions.replaceAll("'", "'\\''")}'`;
}
