import { problem, reasonOf, VoxError, type Problem } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import type { AudioFileOptions, AudioReader } from '../../media/av/audio-reader.js';
import { isAddress } from '../../media/net/url.js';
import { urlOptions } from '../sources/url.js';
import { Deck } from './deck.js';
import type { FileLevels } from './file-levels.js';
import type { QueuePictures } from './queue-pictures.js';
import type { QueueTrackEntry } from './queue-state.js';
import { QueueTrack, type QueueTrackSettings } from './queue-track.js';
import { openSilentFilm } from './silent-film.js';
import { urlPlayerSource } from './url-source.js';

/** Opens what a track names: the seam at which further kinds of sources are put in. @throws VoxError saying what is wrong. */
export type OpenTrack = (
  src: string,
  options: AudioFileOptions & { readonly signal: AbortSignal; readonly publicOnly?: boolean },
) => Promise<AudioReader>;

/** Beyond that nobody waits for the first picture of a track, in beats of 20 ms: one second. */
const PATIENCE_BEATS = 50;

/**
 * Opens local files, beside the graph file or in the current folder, at an even loudness if the levels say so, and addresses as
 * `source.url` does. A film without sound is silent where pictures are wanted.
 */
export function createOpenTrack(ctx: NodeContext, levels: FileLevels): OpenTrack {
  const wantsVideo = () => ctx.wired('video');
  const addresses = urlPlayerSource(ctx, undefined, wantsVideo);
  const publicAddresses = urlPlayerSource(ctx, true, wantsVideo);
  return (src, options) => {
    if (!isAddress(src)) {
      const path = ctx.resolvePath(src);
      const sound = levels.open(path, src, options);
      return wantsVideo() ? sound.catch((reason: unknown) => openSilentFilm(path, reason, options)) : sound;
    }
    const { startSec = 0, endSec, signal, publicOnly = false } = options;
    return (publicOnly ? publicAddresses : addresses).open(urlOptions.parse({ src, startSec, endSec }), signal);
  };
}

/** A track on its way to being open. */
export class QueueOpening {
  /** What it is made from. */
  readonly entry: QueueTrackEntry;
  /** Why it cannot be played. */
  problem: Problem | undefined;
  readonly #abort = new AbortController();
  readonly #pictures: QueuePictures | undefined;
  /** Beats since its sound could begin. */
  #waited = 0;
  #track: QueueTrack | undefined;
  #taken = false;

  /**
   * Begins to open a track.
   *
   * @param pictures opens its pictures. @param atUs where to begin instead of its start, in microseconds.
   */
  constructor(
    entry: QueueTrackEntry,
    open: OpenTrack,
    settings: QueueTrackSettings,
    ctx: NodeContext,
    pictures?: QueuePictures,
    atUs?: number,
  ) {
    this.entry = entry;
    this.#pictures = pictures;
    ctx.hold(this.#open(open, settings, ctx.offline, atUs));
  }

  /** True when the track can begin to sound. */
  get ready(): boolean {
    return this.#track?.ready === true && this.problem === undefined;
  }

  /** True when it can begin with its first picture, or that takes too long. */
  get complete(): boolean {
    return this.ready && (this.#track!.pictures?.ready !== false || this.#waited > PATIENCE_BEATS);
  }

  /** Decodes ahead. */
  fill(patient: boolean): void {
    this.#track?.fill(patient);
    this.#check();
    if (!this.ready) return;
    this.#waited++;
    this.#pictures?.begin(this.#track!);
  }

  /** The open track; its taker closes it. Only when ready, and once. */
  take(): QueueTrack {
    this.#taken = true;
    return this.#track!;
  }

  /** The open track, which stays this one's. Only when ready. */
  get track(): QueueTrack {
    return this.#track!;
  }

  /** Frees what was opened and not taken. */
  close(): void {
    this.#abort.abort();
    if (!this.#taken) this.#track?.close();
  }

  async #open(open: OpenTrack, settings: QueueTrackSettings, patient: boolean, atUs: number | undefined): Promise<void> {
    const { src, startSec, endSec, publicOnly } = this.entry;
    const { signal } = this.#abort;
    try {
      const from = atUs === undefined ? startSec : atUs / 1e6;
      const reader = await open(src, {
        ...(from !== undefined && (endSec === undefined || endSec > from) && { startSec: from }),
        ...(endSec !== undefined && { endSec }),
        ...(publicOnly && { publicOnly }),
        signal,
      });
      if (signal.aborted) return reader.close();
      this.#track = new QueueTrack(this.entry, new Deck(reader, 0, false), this.#settingsFor(reader, settings));
      this.fill(patient);
      // What comes from the network may take its time.
      while (!signal.aborted && !this.#track.ready) {
        const arrived = this.#track.arrived();
        if (!arrived) break;
        await arrived;
        this.fill(patient);
      }
    } catch (reason) {
      if (signal.aborted) return;
      this.problem =
        reason instanceof VoxError ? reason.problems[0]! : problem('MEDIA_UNREADABLE', { path: src, reason: reasonOf(reason) });
    }
  }

  /** The silence of a film is part of it. */
  #settingsFor({ info }: AudioReader, settings: QueueTrackSettings): QueueTrackSettings {
    const { channels, aheadSamples } = settings;
    return this.#pictures?.wanted && info.hasVideo ? { channels, aheadSamples } : settings;
  }

  /** A track that gives not a single sample is a failed one. */
  #check(): void {
    const track = this.#track;
    if (!track || this.#taken || !track.ready || track.left > 0) return;
    const reason = 'there is no sound in it, or none behind where it is to begin';
    this.problem ??= track.failure ?? problem('MEDIA_UNREADABLE', { path: this.entry.src, reason });
  }
}
