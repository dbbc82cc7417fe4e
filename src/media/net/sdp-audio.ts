/** The sound in a session description (RFC 8866). */
export interface SdpAudio {
  /** The description of the sound alone, without anything that names an address. */
  readonly sdp: string;
  /** The address by which the sound is asked for, as the description writes it; empty when it is the whole's. */
  readonly control: string;
  /** The same of the whole; empty when it is the description's own address. */
  readonly sessionControl: string;
  /** Its number in RTP packets. */
  readonly payloadType: number;
  /** Ticks of its clock in a second. */
  readonly clockRate: number;
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
};

/** What a player needs of an audio section; everything else in it is left out. */
const KEPT = /^a=(rtpmap|fmtp|ptime|maxptime):/;

/** The first audio section of a description; undefined when it has none. */
export function sdpAudio(text: string): SdpAudio | undefined {
  const lines = text.split(/\r?\n/);
  const firstMedia = lines.findIndex((line) => line.startsWith('m='));
  if (firstMedia < 0) return undefined;
  const session = lines.slice(0, firstMedia);
  const start = lines.findIndex((line) => line.startsWith('m=audio '));
  if (start < 0) return undefined;
  const next = lines.findIndex((line, i) => i > start && line.startsWith('m='));
  const section = lines.slice(start + 1, next < 0 ? undefined : next);
  const [, protocol, number] = /^m=audio \d+(?:\/\d+)? (\S+) (\d+)/.exec(lines[start]!) ?? [];
  if (protocol === undefined || !/^RTP\/AVPF?$/.test(protocol)) return undefined;
  const payloadType = Number(number);
  const mapped = section.map((line) => /^a=rtpmap:(\d+) [^/\s]+\/(\d+)/.exec(line)).find((map) => map?.[1] === number);
  const clockRate = mapped ? Number(mapped[2]) : STATIC_RATES[payloadType];
  if (!clockRate || payloadType > 127) return undefined;
  // "-" stands for no title (RFC 8866 section 5.3), and FFmpeg takes it for one.
  const title = session.filter((line) => /^s=.*[^\s-]/.test(line)).slice(0, 1);
  const about = section.filter((line) => KEPT.test(line));
  return {
    sdp: ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', ...title, 't=0 0', `m=audio 9 RTP/AVP ${payloadType}`, ...about, ''].join('\r\n'),
    control: attribute(section, 'control') ?? '',
    sessionControl: attribute(session, 'control')?.replace(/^\*$/, '') ?? '',
    payloadType,
    clockRate,
    durationSec: lengthOf(attribute(section, 'range') ?? attribute(session, 'range') ?? ''),
  };
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
