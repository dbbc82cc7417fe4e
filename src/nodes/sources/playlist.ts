import { ReplaySubject } from 'rxjs';
import { z } from 'zod';
import { problem, reasonOf, VoxError } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { audio, video } from '../../graph/ports.js';
import { FileLevels } from '../support/file-levels.js';
import { createOpenTrack } from '../support/queue-open.js';
import { PLAYER_FIXED, playerFields } from '../support/queue-options.js';
import { QueuePictures } from '../support/queue-pictures.js';
import { QueuePlayer } from '../support/queue-player.js';
import { loadPlaylist } from '../support/queue-playlist.js';
import { queueStream } from '../support/queue-stream.js';

const options = () =>
  z.strictObject({
    src: z.string().min(1).meta({
      description: 'Folder, or playlist file (.m3u, .m3u8, .pls, .xspf): beside the graph file, or in the current folder.',
    }),
    recursive: z.boolean().default(true).meta({ description: 'Also play the folders in a folder.' }),
    ...playerFields,
  });
type Options = z.output<ReturnType<typeof options>>;

/** Of so many skipped entries each is told; of the others only their number. */
const MOST_TOLD = 50;

/** `source.playlist`: a folder or a playlist file. */
export const playlist = defineNode({
  type: 'source.playlist',
  summary: 'Play a folder of media files, or a playlist file.',
  details:
    'A folder gives its media files in natural order (2 before 10), without hidden ones. A playlist gives its entries, which are looked up ' +
    'beside it, with their titles; it may be UTF-8, UTF-16 or Latin-1. It reaches local files and http(s) and rtsp(s) addresses only. An entry that is ' +
    'not there is told with its line and skipped.\n\n' +
    'Everything else is as in `source.queue`, pictures included, with the same commands and events. Besides: the command `reload` reads it again, and what is ' +
    'still in it plays on; a new `src` does the same with another. Events: `playlist.loaded { src, title, tracks, skipped }` with the numbers of ' +
    'both, `entry.skipped { problem }`, and `playlist.failed { src, problem }` when it cannot be read again: the old one plays on.',
  inputs: {},
  outputs: {
    audio: audio('What plays; silence while nothing does.'),
    video: video('The pictures of what plays, in step with its sound.'),
  },
  options,
  fixedOptions: PLAYER_FIXED,
  fileOptions: ['src'],
  mayEnd: ({ onEmpty }) => (onEmpty === 'end' ? 'ends with its last track' : undefined),
  create: ({ options: first, options$, ctx }) => {
    const levels = new FileLevels(ctx, first);
    const pictures = new QueuePictures(ctx, first);
    const player = new QueuePlayer(ctx, first, createOpenTrack(ctx, levels), true, pictures);
    const loader = new Loader(ctx, player, first);
    ctx.defer(() => loader.close());
    const subscription = options$.subscribe((next) => {
      levels.set(next);
      player.set(next);
      loader.set(next);
    });
    ctx.defer(() => subscription.unsubscribe());
    const own = (type: string) => {
      if (type === 'reload') loader.load();
      return type === 'reload';
    };
    return { audio: queueStream(ctx, player, own, loader.failed$), video: pictures.video$ };
  },
});

/** Reads the playlist, and again when asked; only the newest reading counts. */
class Loader {
  readonly failed$ = new ReplaySubject<never>(1);
  readonly #ctx: NodeContext;
  readonly #player: QueuePlayer;
  #options: Options;
  #reading: AbortController | undefined;
  /** A saved queue already has its tracks. */
  #keep: boolean;

  constructor(ctx: NodeContext, player: QueuePlayer, first: Options) {
    this.#ctx = ctx;
    this.#player = player;
    this.#options = first;
    this.#keep = first.saved !== undefined;
    this.load();
  }

  set(next: Options): void {
    const { src, recursive } = this.#options;
    this.#options = next;
    if (next.src !== src || next.recursive !== recursive) this.load();
  }

  load(): void {
    this.#reading?.abort();
    this.#reading = new AbortController();
    this.#ctx.hold(this.#load(this.#reading.signal, this.#options));
  }

  close(): void {
    this.#reading?.abort();
  }

  async #load(signal: AbortSignal, { src, recursive }: Options): Promise<void> {
    try {
      const { tracks, skipped, title } = await loadPlaylist(this.#ctx.resolvePath(src), src, recursive, signal);
      if (signal.aborted) return;
      for (const one of skipped.slice(0, MOST_TOLD)) {
        this.#ctx.emit({ type: 'entry.skipped', problem: { ...one, node: this.#ctx.nodeId } });
      }
      this.#ctx.emit({
        type: 'playlist.loaded',
        src,
        ...(title !== undefined && { title }),
        tracks: tracks.length,
        skipped: skipped.length,
      });
      this.#player.loading = false;
      if (!this.#keep) this.#player.replaceTracks(tracks);
      this.#keep = false;
      // Opened before time goes on, which waits for this reading.
      this.#player.readAhead();
    } catch (error) {
      if (signal.aborted) return;
      // With nothing to play the node fails, and its guard says so and tries again.
      if (this.#player.loading) return this.failed$.error(error);
      const failure =
        error instanceof VoxError ? error.problems[0]! : problem('PLAYLIST_UNREADABLE', { path: src, reason: reasonOf(error) });
      this.#ctx.emit({ type: 'playlist.failed', src, problem: { ...failure, node: this.#ctx.nodeId } });
    }
  }
}
