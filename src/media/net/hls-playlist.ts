/** One piece of an HLS stream. */
export interface HlsSegment {
  /** Its number in the stream. */
  readonly sequence: number;
  /** Where it is. */
  readonly url: string;
  /** How long it lasts, in milliseconds. */
  readonly durationMs: number;
  /** The part of the address that it is: first byte and length; undefined: all of it. */
  readonly range: HlsRange | undefined;
  /** What must be read before it where the format wants that, as fMP4 does. */
  readonly map: { readonly url: string; readonly range: HlsRange | undefined } | undefined;
  /** How it is encrypted; undefined: not at all. */
  readonly key: { readonly url: string; readonly iv: Buffer } | undefined;
}

/** Bytes of a file. */
export interface HlsRange {
  readonly first: number;
  readonly length: number;
}

/** What a media playlist says. */
export interface HlsPlaylist {
  readonly segments: readonly HlsSegment[];
  /** Whether nothing will be added. */
  readonly ended: boolean;
  /** The longest segment, in milliseconds. */
  readonly targetMs: number;
}

/** More than any sensible playlist has; the rest is ignored. */
const MOST_SEGMENTS = 50_000;

/** Whether text is an HLS playlist, rather than a list of files. */
export function isHls(text: string): boolean {
  return /^\s*#EXTM3U/.test(text) && /^#EXT-X-(TARGETDURATION|STREAM-INF|MEDIA-SEQUENCE)/m.test(text);
}

/** Larger pictures are taken only where there are no smaller ones, in pixels: calls show them no larger, and they cost most. */
const MOST_PIXELS = 1280 * 720;

/** The streams to play of a playlist of variants. */
export interface HlsChoice {
  /** Where the sound is, with the pictures or without. */
  readonly sound: string;
  /** Where the pictures are, if they are wanted and apart. */
  readonly pictures?: string;
}

/**
 * The streams to play, if the playlist is one of variants (RFC 8216 4.3.4): sound alone where it is offered, else the variant
 * of the lowest bandwidth, since its pictures are not shown. Undefined: it is a media playlist itself.
 *
 * @param video pictures are wanted: the best variant of up to 720p that has both, else the best one and the sound that belongs to it.
 */
export function chooseVariant(text: string, base: string, video = false): HlsChoice | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const audio = lines
    .filter((line) => line.startsWith('#EXT-X-MEDIA:'))
    .map(attributes)
    .filter((media) => media['TYPE'] === 'AUDIO' && media['URI'] !== undefined);
  const preferred = (from: typeof audio) => from.find((media) => media['DEFAULT'] === 'YES') ?? from[0];
  const variants = variantsOf(lines);
  if (video) {
    const groups = new Set(audio.map((media) => media['GROUP-ID']));
    const isApart = ({ audioGroup }: Variant) => audioGroup !== undefined && groups.has(audioGroup);
    const shown = variants.filter(({ onlyAudio }) => !onlyAudio);
    const both = best(shown.filter((variant) => !isApart(variant)));
    if (both) return { sound: absolute(both.uri, base) };
    const apart = best(shown.filter(isApart));
    const sound = apart && preferred(audio.filter((media) => media['GROUP-ID'] === apart.audioGroup));
    if (sound) return { sound: absolute(sound['URI']!, base), pictures: absolute(apart.uri, base) };
  }
  const chosen = preferred(audio);
  if (chosen) return { sound: absolute(chosen['URI']!, base) };
  variants.sort((a, b) => Number(b.onlyAudio) - Number(a.onlyAudio) || a.bandwidth - b.bandwidth);
  return variants[0] && { sound: absolute(variants[0].uri, base) };
}

interface Variant {
  readonly uri: string;
  readonly onlyAudio: boolean;
  readonly bandwidth: number;
  readonly pixels: number;
  /** The group of renditions that its sound is in; undefined: it is in the variant itself. */
  readonly audioGroup: string | undefined;
}

function variantsOf(lines: readonly string[]): Variant[] {
  return lines.flatMap((line, i) => {
    if (!line.startsWith('#EXT-X-STREAM-INF:')) return [];
    const uri = lines.slice(i + 1).find((next) => next !== '' && !next.startsWith('#'));
    const found = attributes(line);
    const onlyAudio = found['CODECS'] !== undefined && /^(\s*(mp4a|opus|ac-3|ec-3|flac|mp3)[^,]*,?)+$/i.test(found['CODECS']);
    const [width = 0, height = 0] = (found['RESOLUTION'] ?? '').split('x').map(Number);
    const bandwidth = Number(found['BANDWIDTH']) || Infinity;
    return uri === undefined ? [] : [{ uri, onlyAudio, bandwidth, pixels: width * height || 0, audioGroup: found['AUDIO'] }];
  });
}

/** The best of up to 720p, else the smallest. */
function best(variants: readonly Variant[]): Variant | undefined {
  const small = variants.filter(({ pixels }) => pixels <= MOST_PIXELS).toSorted((a, b) => b.bandwidth - a.bandwidth);
  return small[0] ?? variants.toSorted((a, b) => a.pixels - b.pixels)[0];
}

/** Reads a media playlist (RFC 8216 4.3.2 and 4.3.3). @throws Error naming what cannot be played. */
export function parseHls(text: string, base: string): HlsPlaylist {
  const segments: HlsSegment[] = [];
  let sequence = 0;
  let targetMs = 10_000;
  let ended = false;
  let durationMs = 0;
  let range: HlsRange | undefined;
  let behind: { url: string; end: number } | undefined;
  let pendingRange: string | undefined;
  let map: HlsSegment['map'];
  let key: { url: string; iv: Buffer | undefined } | undefined;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    const [, tag, value = ''] = /^#(EXT[A-Z0-9-]*)(?::(.*))?$/.exec(line) ?? [];
    if (tag === 'EXT-X-MEDIA-SEQUENCE') sequence = Math.max(0, Math.floor(Number(value)) || 0);
    else if (tag === 'EXT-X-TARGETDURATION') targetMs = Math.min(120_000, Math.max(500, Number(value) * 1000 || targetMs));
    else if (tag === 'EXT-X-ENDLIST') ended = true;
    else if (tag === 'EXTINF') durationMs = Math.max(0, Number.parseFloat(value) * 1000 || 0);
    else if (tag === 'EXT-X-BYTERANGE') pendingRange = value;
    else if (tag === 'EXT-X-MAP') {
      const { URI, BYTERANGE } = attributes(line);
      map = URI === undefined ? undefined : { url: absolute(URI, base), range: BYTERANGE ? rangeOf(BYTERANGE, 0) : undefined };
    } else if (tag === 'EXT-X-KEY') {
      const { METHOD, URI, IV } = attributes(line);
      if (METHOD !== 'NONE' && METHOD !== 'AES-128') throw new Error(`it is encrypted by ${METHOD}, which cannot be played`);
      const iv = IV === undefined ? undefined : Buffer.from(IV.replace(/^0x/i, '').padStart(32, '0'), 'hex');
      key = METHOD === 'NONE' || URI === undefined ? undefined : { url: absolute(URI, base), iv };
    } else if (line !== '' && !line.startsWith('#')) {
      const url = absolute(line, base);
      range = pendingRange === undefined ? undefined : rangeOf(pendingRange, behind?.url === url ? behind.end : 0);
      behind = range && { url, end: range.first + range.length };
      // Without a stated vector it is the number of the segment (RFC 8216 5.2).
      const iv = key?.iv?.length === 16 ? key.iv : Buffer.from(sequence.toString(16).padStart(32, '0'), 'hex');
      segments.push({ sequence, url, durationMs, range, map, key: key && { url: key.url, iv } });
      sequence++;
      durationMs = 0;
      pendingRange = undefined;
      if (segments.length >= MOST_SEGMENTS) break;
    }
  }
  return { segments, ended, targetMs };
}

function attributes(line: string): Record<string, string | undefined> {
  const found: Record<string, string | undefined> = {};
  for (const [, name, quoted, plain] of line.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^",]*))/g)) found[name!] = quoted ?? plain;
  return found;
}

function absolute(uri: string, base: string): string {
  if (!URL.canParse(uri, base)) throw new Error(`it names "${uri}", which is no address`);
  const url = new URL(uri, base);
  // Whatever is named by a list from the network is on the network.
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`it leads to ${url.protocol}, and only http and https are followed`);
  return url.href;
}

function rangeOf(text: string, next: number): HlsRange {
  const [length, first] = text.split('@').map(Number);
  return { first: first !== undefined && first >= 0 ? first : next, length: length !== undefined && length > 0 ? length : 0 };
}
