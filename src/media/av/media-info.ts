import { avGetCodecName, type FormatContext, type Stream } from 'node-av/lib';
import { AV_DISPOSITION_ATTACHED_PIC, AV_NOPTS_VALUE, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';

/** What a media file says about itself and its chosen audio stream. */
export interface MediaInfo {
  /** FFmpeg's name of the container: `mp3`, `ogg`, `mov,mp4,m4a,3gp,3g2,mj2` … */
  readonly container: string;
  /** FFmpeg's name of the audio codec: `mp3`, `opus`, `pcm_s16le` … */
  readonly codec: string;
  /** Index of the audio stream in the file, from 0. */
  readonly streamIndex: number;
  /** The stream's own sample rate in Hz, before conversion to 48 kHz. */
  readonly sampleRateHz: number;
  /** The stream's own number of channels. */
  readonly channels: number;
  /** Length in microseconds as the container states or FFmpeg estimates it; undefined when nobody knows. */
  readonly durationUs: number | undefined;
  /** True when the container states its length, false when it is estimated from size and bit rate. */
  readonly durationExact: boolean;
  /** Bit rate of the audio in bit/s; undefined when unknown. */
  readonly bitRateBps: number | undefined;
  /** Tags with lower-case names: `title`, `artist`, `album` …; the stream's own win over the file's. */
  readonly tags: Readonly<Record<string, string>>;
  /** True when the file also has moving pictures. */
  readonly hasVideo: boolean;
  /** True when the file carries a cover picture. */
  readonly hasCoverArt: boolean;
}

/** What containers note for themselves; nobody looks for it among the tags. */
const BOOKKEEPING =
  /^(major_brand|minor_version|compatible_brands|handler_name|vendor_id|language|encoder|duration|creation_time)$/;

/**
 * Reads {@link MediaInfo} off an opened file.
 *
 * @param durationExact whether FFmpeg's duration is stated by the container. @param statedUs a duration known better.
 */
export function readMediaInfo(format: FormatContext, stream: Stream, durationExact: boolean, statedUs?: number): MediaInfo {
  const { codecpar } = stream;
  const durationUs = statedUs ?? streamDurationUs(stream) ?? knownUs(format.duration);
  const bitRate = Number(codecpar.bitRate) || Number(format.bitRate);
  let hasVideo = false;
  let hasCoverArt = false;
  for (const other of format.streams) {
    if (other.codecpar.codecType !== AVMEDIA_TYPE_VIDEO) continue;
    if (other.disposition & AV_DISPOSITION_ATTACHED_PIC) hasCoverArt = true;
    else hasVideo = true;
  }
  return {
    container: format.iformat?.name ?? 'unknown',
    codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
    streamIndex: stream.index,
    sampleRateHz: codecpar.sampleRate,
    channels: codecpar.channels,
    durationUs,
    durationExact: statedUs !== undefined || (durationExact && durationUs !== undefined),
    bitRateBps: bitRate > 0 ? bitRate : undefined,
    tags: { ...lowerCased(format.metadata?.getAll()), ...lowerCased(stream.metadata?.getAll()) },
    hasVideo,
    hasCoverArt,
  };
}

function streamDurationUs(stream: Stream): number | undefined {
  if (stream.duration === AV_NOPTS_VALUE || stream.duration <= 0n) return undefined;
  const { num, den } = stream.timeBase;
  return Math.round((Number(stream.duration) * num * 1e6) / den);
}

function knownUs(durationUs: bigint): number | undefined {
  return durationUs === AV_NOPTS_VALUE || durationUs <= 0n ? undefined : Number(durationUs);
}

function lowerCased(tags: Record<string, string> | undefined): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(tags ?? {})) {
    if (!BOOKKEEPING.test(name.toLowerCase())) result[name.toLowerCase()] = value;
  }
  return result;
}
