import { VoxError } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import type { AudioOutcome, AudioReader } from '../../media/av/audio-reader.js';
import type { MediaInfo } from '../../media/av/media-info.js';
import { openVideo, type VideoInfo } from '../../media/av/video/open-video.js';
import { VideoReader } from '../../media/av/video/video-reader.js';
import { samplesToUs, usToSamples } from '../../media/format.js';
import { clearAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { FileOptions } from '../sources/file.js';
import type { PlayerSource } from './player-source.js';

/** The silence of a film without sound, as long as the film. */
class SilentReader implements AudioReader {
  readonly channels = 1;
  readonly badPackets = 0;
  readonly info: MediaInfo;
  outcome: AudioOutcome | undefined;
  readonly #end: number;
  #position: number;

  constructor({ codec, durationUs }: VideoInfo, startUs: number, endUs: number) {
    this.info = {
      container: 'unknown',
      codec,
      streamIndex: -1,
      sampleRateHz: 48_000,
      channels: 1,
      durationUs,
      durationExact: true,
      bitRateBps: undefined,
      tags: {},
      hasVideo: true,
      hasCoverArt: false,
    };
    this.#end = usToSamples(Math.min(endUs, durationUs ?? Infinity));
    this.#position = usToSamples(startUs);
  }

  get positionUs(): number {
    return samplesToUs(this.#position);
  }

  read(out: AudioFrame): number {
    const wanted = frameSamples(out);
    shapeAudioFrame(out, 1, wanted);
    clearAudioFrame(out);
    const count = Math.max(0, Math.min(wanted, this.#end - this.#position));
    this.#position += count;
    if (count === 0) this.outcome = { kind: 'ended' };
    return count;
  }

  seek(positionUs: number): void {
    this.#position = usToSamples(positionUs);
    this.outcome = undefined;
  }

  approach(): boolean {
    return true;
  }

  close(): void {
    this.#position = this.#end;
    this.outcome ??= { kind: 'ended' };
  }
}

/** Where it begins and ends, in seconds, and what gives up opening it. */
export interface SilentFilmOptions {
  readonly startSec?: number;
  readonly endSec?: number | undefined;
  readonly signal?: AbortSignal;
}

/**
 * The silence of a film without sound, as long as its pictures.
 *
 * @param path absolute. @param error why its sound could not be opened; thrown again unless it is such a film.
 */
export async function openSilentFilm(path: string, error: unknown, options: SilentFilmOptions): Promise<AudioReader> {
  if (!(error instanceof VoxError) || error.code !== 'MEDIA_NO_AUDIO') throw error;
  const opened = await openVideo(path, options.signal).catch(() => undefined);
  if (!opened) throw error;
  const { info } = opened;
  new VideoReader(opened).close();
  if (info.still || info.durationUs === undefined) throw error;
  return new SilentReader(info, (options.startSec ?? 0) * 1e6, (options.endSec ?? Infinity) * 1e6);
}

/** Files that may be films without sound: those are silent, and as long as their pictures. */
export function silentFilms<O extends FileOptions>(ctx: NodeContext, source: PlayerSource<O>): PlayerSource<O> {
  return {
    ...source,
    open: async (options, signal) => {
      try {
        return await source.open(options, signal);
      } catch (error) {
        const { startSec, endSec } = options;
        return openSilentFilm(ctx.resolvePath(options.src), error, { startSec, endSec, signal });
      }
    },
  };
}
