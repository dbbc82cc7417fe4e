import type { NodeContext } from '../../graph/context.js';
import { openAudioFile, type AudioReader } from '../../media/av/audio-reader.js';
import { openOpusFile, type OpusReader } from '../../media/av/opus-reader.js';
import type { FileOptions } from '../sources/file.js';

/** What a player plays. */
export interface PlayerSource<O extends FileOptions> {
  /** The node's type, for its answers. */
  readonly type: string;
  /** Takes new options, for what changes without opening anything. */
  set?(options: O): void;
  /** How much of the recording passes in a second of sound, in seconds. Default 1. */
  tempo?(): number;
  /** What else must stay the same for what is open to play on; after a change the same part is opened anew, and goes on where it was. */
  variant?(): string;
  /** Opens what the options name. @throws VoxError saying what is wrong. */
  open(options: O, signal: AbortSignal): Promise<AudioReader>;
  /** Opens the same for its Opus packets; undefined when it holds none that can be copied. */
  openPackets?(options: O, signal: AbortSignal): Promise<OpusReader | undefined>;
}

/** Local files, beside the graph file or in the current folder. */
export function localFiles(ctx: NodeContext): PlayerSource<FileOptions> {
  return {
    type: 'source.file',
    open: ({ src, startSec, endSec }, signal) =>
      openAudioFile(ctx.resolvePath(src), { startSec, ...(endSec === undefined ? {} : { endSec }), signal }),
    openPackets: ({ src, channels }, signal) => openOpusFile(ctx.resolvePath(src), channels, signal),
  };
}
