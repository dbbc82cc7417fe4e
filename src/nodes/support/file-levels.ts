import type { NodeContext } from '../../graph/context.js';
import { openAudioFile, type AudioFileOptions, type AudioReader } from '../../media/av/audio-reader.js';
import { loudnessCache, type SharedScan } from '../../media/av/loudness-cache.js';
import { loudnessFromTags } from '../../media/loudness-tags.js';
import { LevelledReader } from './levelled-reader.js';

/** How loud files shall be. */
export interface FileLevelSettings {
  /** Loudness to bring each file to, in LUFS; undefined leaves files as they are. */
  readonly targetLufs?: number | undefined;
  /** Ceiling of the peaks of a file that is brought to a loudness, in dBTP. */
  readonly truePeakDb: number;
}

/** Where a file's loudness is known from: its tags, a scan of all of it, or of what could be scanned in a moment. */
export type LoudnessOrigin = 'tags' | 'scan' | 'estimate';

/** So long a file may be scanned before it is heard, in milliseconds. */
export const SCAN_AHEAD_MS = 300;
/** A gain that turns out to be another one arrives within this time. */
const GLIDE_MS = 3000;
/** While the file is heard the scan rests so long after each millisecond of work. */
const REST_MS = 4;
/** No file is turned up or down further, in decibels: more would bring up nothing but noise. */
const MOST_UP_DB = 20;
const MOST_DOWN_DB = 30;

/** An open file and what it is being brought to. */
interface Levelled {
  readonly reader: LevelledReader;
  readonly path: string;
  readonly src: string;
  /** Loudness of the file as far as it is known, in LUFS. */
  lufs: number | undefined;
  scan: SharedScan | undefined;
  /** Ends the scan's rest. */
  wake: () => void;
}

/**
 * Opens files at an even loudness. A file's loudness is taken from its tags (REPLAYGAIN_TRACK_GAIN, R128_TRACK_GAIN), else it is scanned before its
 * first sample is heard: offline all of it, in real time for at most 300 ms, which is half a minute of sound. The file then starts with the
 * loudness of what was scanned, and glides to its own when the scan, at a fifth of a core, has come to its end.
 */
export class FileLevels {
  readonly #ctx: NodeContext;
  readonly #open = new Set<Levelled>();
  #settings: FileLevelSettings;

  /** @param settings how loud; {@link set} changes it. */
  constructor(ctx: NodeContext, settings: FileLevelSettings) {
    this.#ctx = ctx;
    this.#settings = settings;
  }

  /** Takes new settings: files that are open glide there. */
  set(settings: FileLevelSettings): void {
    const { targetLufs, truePeakDb } = this.#settings;
    if (targetLufs === settings.targetLufs && truePeakDb === settings.truePeakDb) return;
    this.#settings = settings;
    for (const file of this.#open) {
      if (file.lufs !== undefined || settings.targetLufs === undefined) this.#apply(file);
      else void this.#find(file).catch(() => undefined);
    }
  }

  /**
   * Opens a file and finds out how loud it is.
   *
   * @param src the file's name as it was asked for, for the event `stream.levelled`.
   * @throws VoxError as `openAudioFile` does.
   */
  async open(path: string, src: string, options: AudioFileOptions): Promise<AudioReader> {
    const inner = await openAudioFile(path, options);
    const file: Levelled = {
      reader: new LevelledReader(inner, () => this.#forget(file)),
      path,
      src,
      lufs: undefined,
      scan: undefined,
      wake: () => {},
    };
    this.#open.add(file);
    try {
      if (this.#settings.targetLufs !== undefined) await this.#find(file);
      options.signal?.throwIfAborted();
    } catch (reason) {
      file.reader.close();
      throw reason;
    }
    return file.reader;
  }

  #forget(file: Levelled): void {
    this.#open.delete(file);
    file.scan?.release();
    file.wake();
  }

  async #find(file: Levelled): Promise<void> {
    const tagged = loudnessFromTags(file.reader.info.tags);
    if (tagged !== undefined) return this.#tell(file, tagged, 'tags');
    const { scheduler, offline } = this.#ctx;
    let late = false;
    const pause = () =>
      new Promise<void>((go) => {
        // Others may share in the scan after this graph and its clock have stopped.
        if (!late || !this.#open.has(file)) return void setImmediate(go);
        file.wake = go;
        scheduler.after(REST_MS, go);
      });
    // What cannot be scanned is played as it is: if it cannot be played either, playing it says why.
    const scan = (file.scan ??= await loudnessCache.open(file.path, { pause }).catch(() => undefined));
    if (!scan) return;
    const whole = scan.done.then(
      ({ integratedLufs }) => this.#tell(file, integratedLufs, 'scan'),
      () => undefined,
    );
    if (scan.known || offline) return whole;
    let cancel = () => {};
    const limit = new Promise<void>((done) => (cancel = scheduler.after(SCAN_AHEAD_MS, done)));
    await Promise.race([whole, limit]);
    cancel();
    late = true;
    if (file.lufs === undefined) this.#tell(file, scan.soFar().integratedLufs, 'estimate');
  }

  #tell(file: Levelled, lufs: number, from: LoudnessOrigin): void {
    // Silence has no loudness to be brought anywhere.
    if (!this.#open.has(file) || !Number.isFinite(lufs)) return;
    file.lufs = lufs;
    const gainDb = this.#apply(file);
    const rounded = (db: number) => Math.round(db * 100) / 100;
    this.#ctx.emit({ type: 'stream.levelled', src: file.src, lufs: rounded(lufs), gainDb: rounded(gainDb), from });
  }

  #apply(file: Levelled): number {
    const { targetLufs, truePeakDb } = this.#settings;
    const wanted = targetLufs === undefined || file.lufs === undefined ? 0 : targetLufs - file.lufs;
    const gainDb = Math.max(-MOST_DOWN_DB, Math.min(MOST_UP_DB, wanted));
    file.reader.level(gainDb, targetLufs === undefined ? 0 : truePeakDb, GLIDE_MS);
    return gainDb;
  }
}
