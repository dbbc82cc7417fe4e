import { problem, reasonOf, VoxError, type Problem } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import type { AudioFileOptions, AudioReader } from '../../media/av/audio-reader.js';
import { isAddress } from '../../media/net/url.js';
import { urlOptions } from '../sources/url.js';
import { Deck } from './deck.js';
import type { FileLevels } from './file-levels.js';
import type { QueueTrackEntry } from './queue-state.js';
import { QueueTrack, type QueueTrackSettings } from './queue-track.js';
import { urlPlayerSource } from './url-source.js';

/** Opens what a track names: the seam at which further kinds of sources are put in. @throws VoxError saying what is wrong. */
export type OpenTrack = (
  src: string,
  options: AudioFileOptions & { readonly signal: AbortSignal; readonly publicOnly?: boolean },
) => Promise<AudioReader>;

/**
 * Opens local files, beside the graph file or in the current folder, at an even loudness if the levels say so, and addresses as
 * `source.url` does.
 */
export function createOpenTrack(ctx: NodeContext, levels: FileLevels): OpenTrack {
  const addresses = urlPlayerSource(ctx);
  const publicAddresses = urlPlayerSource(ctx, true);
  return (src, options) => {
    if (!isAddress(src)) return levels.open(ctx.resolvePath(src), src, options);
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
  #track: QueueTrack | undefined;
  #taken = false;

  /**
   * Begins to open a track.
   *
   * @param atUs where to begin instead of its start, in microseconds.
   */
  constructor(entry: QueueTrackEntry, open: OpenTrack, settings: QueueTrackSettings, ctx: NodeContext, atUs?: number) {
    this.entry = entry;
    ctx.hold(this.#open(open, settings, ctx.offline, atUs));
  }

  /** True when the track can begin to sound. */
  get ready(): boolean {
    return this.#track?.ready === true && this.problem === undefined;
  }

  /** Decodes ahead. */
  fill(patient: boolean): void {
    this.#track?.fill(patient);
    this.#check();
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
      this.#track = new QueueTrack(this.entry, new Deck(reader, 0, false), settings);
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

  /** A track that gives not a single sample is a failed one. */
  #check(): void {
    const track = this.#track;
    if (!track || this.#taken || !track.ready || track.left > 0) return;
    const reason = 'there is no sound in it, or none behind where it is to begin';
    this.problem ??= track.failure ?? problem('MEDIA_UNREADABLE', { path: this.entry.src, reason });
  }
}
