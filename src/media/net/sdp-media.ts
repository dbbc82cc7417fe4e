/** One stream of a session description (RFC 8866). */
export interface SdpStream {
  readonly kind: 'audio' | 'video';
  /** What a player needs to know of it, a line each, for its number {@link SdpStream.payloadType}. */
  readonly about: readonly string[];
  /** The address by which it is asked for, as the description writes it; empty when it is the whole's. */
  readonly control: string;
  /** Its number in RTP packets. */
  readonly payloadType: number;
  /** Ticks of its clock in a second. */
  readonly clockRate: number;
}

/** The sound and the pictures in a session description. */
export interface SdpMedia {
  /** The first sound; undefined when there is none. */
  readonly audio: SdpStream | undefined;
  /** The first moving pictures; undefined when there are none. */
  readonly video: SdpStream | undefined;
  /** The line with its title, if it has one. */
  readonly title: readonly string[];
  /** The address by which the whole is asked for; empty when it is the description's own address. */
  readonly sessionControl: string;
  /** Its length in seconds; undefined when it is made while it is heard. */
  readonly durationSec: number | undefined;
}

/** Clock rates of the numbers that need no further word (RFC 3551 section 6). */
const STATIC_RATES: Readonly<Record<number, number>> = {
  0: 8000,
  3: 8000,
  4: 8000,
  5: 8000,
  6: 16_000,
  7: 8000,
  8: 8000,
  9: 8000,
  10: 44_100,
  11: 44_100,
  12: 8000,
  13: 8000,
  14: 90_000,
  15: 8000,
  16: 11_025,
  17: 22_050,
  18: 8000,
  26: 90_000,
  31: 90_000,
  32: 90_000,
  33: 90_000,
  34: 90_000,
};

/** What a player needs of a section; everything else in it is left out, such as addresses. */
const KEPT = /^a=(rtpmap|fmtp|ptime|maxptime|framerate):/;

/** The sound and the pictures in a description: of each the first that comes by RTP. */
export function sdpMedia(text: string): SdpMedia {
  const lines = text.split(/\r?\n/);
  const starts = lines.flatMap((line, i) => (line.startsWith('m=') ? [i] : []));
  const session = lines.slice(0, starts[0]);
  const sections = starts.map((start, i) => lines.slice(start, starts[i + 1]));
  const first = (kind: SdpStream['kind']) => {
    const section = sections.find(([line]) => line!.startsWith(`m=${kind} `));
    return section && { section, stream: streamOf(kind, section) };
  };
  const [audio, video] = [first('audio'), first('video')];
  const { section = [] } = audio?.stream ? audio : (video ?? {});
  return {
    audio: audio?.stream,
    video: video?.stream,
    // "-" stands for no title (RFC 8866 section 5.3), and FFmpeg takes it for one.
    title: session.filter((line) => /^s=.*[^\s-]/.test(line)).slice(0, 1),
    sessionControl: attribute(session, 'control')?.replace(/^\*$/, '') ?? '',
    durationSec: lengthOf(attribute(section, 'range') ?? attribute(session, 'range') ?? ''),
  };
}

function streamOf(kind: SdpStream['kind'], [line = '', ...section]: readonly string[]): SdpStream | undefined {
  const [, protocol, number] = /^m=\w+ \d+(?:\/\d+)? (\S+) (\d+)/.exec(line) ?? [];
  if (protocol === undefined || !/^RTP\/AVPF?$/.test(protocol)) return undefined;
  const payloadType = Number(number);
  const mapped = section.map((one) => /^a=rtpmap:(\d+) [^/\s]+\/(\d+)/.exec(one)).find((map) => map?.[1] === number);
  const clockRate = mapped ? Number(mapped[2]) : STATIC_RATES[payloadType];
  if (!clockRate || payloadType > 127) return undefined;
  const about = section.filter((one) => KEPT.test(one));
  return { kind, about, control: attribute(section, 'control') ?? '', payloadType, clockRate };
}

/** A description of streams alone, without anything that names an address. @param numbers those that their packets are given. */
export function describeStreams(
  title: readonly string[],
  streams: readonly { readonly stream: SdpStream; readonly number: number }[],
): string {
  const sections = streams.flatMap(({ stream: { kind, about, payloadType }, number }) => [
    `m=${kind} 9 RTP/AVP ${number}`,
    ...about.map((line) => line.replace(new RegExp(`^(a=(?:rtpmap|fmtp):)${payloadType}\\b`), `$1${number}`)),
  ]);
  return ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', ...title, 't=0 0', ...sections, ''].join('\r\n');
}

function attribute(lines: readonly string[], name: string): string | undefined {
  const head = `a=${name}:`;
  return lines
    .find((line) => line.startsWith(head))
    ?.slice(head.length)
    .trim();
}

/** `npt=0-12.5` is 12.5 s; `npt=now-` and `npt=0-` have no end. */
function lengthOf(range: string): number | undefined {
  const [, hours, minutes, seconds] = /^npt=\s*[\d.:]+\s*-\s*(?:(\d+):(\d+):)?(\d+(?:\.\d*)?)/.exec(range) ?? [];
  if (seconds === undefined) return undefined;
  const length = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds);
  return length > 0 ? length : undefined;
}

/** The address of a part: whole addresses stand for themselves, others are put behind the base's. */
export function controlUrl(base: string, control: string): string {
  if (control === '' || control === '*') return base;
  if (/^rtsps?:\/\//i.test(control)) return control;
  return base.endsWith('/') ? base + control : `${base}/${control}`;
}
