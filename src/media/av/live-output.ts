import type { FormatContext } from 'node-av/lib';
import { AVFMT_FLAG_BITEXACT, AVFMT_FLAG_FLUSH_PACKETS } from 'node-av/constants';

/** How much of a recording is written at once, in microseconds: what a killed process loses at most. */
const PORTION_US = 1_000_000;

/**
 * Sets how a container is written, before its header.
 *
 * Live: what is recorded is with the system within about a second, in a form that can be played even if the end never comes. MP4 is
 * written in fragments, which become one index at its end; the film is then not arranged for playing while it is loaded.
 *
 * @param container FFmpeg's name of it.
 */
export function setWriting(format: FormatContext, container: string, live: boolean): void {
  if (!live) {
    format.setFlags(AVFMT_FLAG_BITEXACT);
    return;
  }
  format.setFlags(AVFMT_FLAG_BITEXACT, AVFMT_FLAG_FLUSH_PACKETS);
  if (/^(mp4|mov|ipod)$/.test(container)) {
    format.setOption('movflags', '+hybrid_fragmented+delay_moov');
    format.setOption('frag_duration', String(PORTION_US));
  } else if (/^(matroska|webm)$/.test(container)) format.setOption('cluster_time_limit', String(PORTION_US / 1000));
}
