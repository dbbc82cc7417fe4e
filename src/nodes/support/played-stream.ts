import { problem, reasonOf, VoxError, type Problem } from '../../errors.js';
import type { FileOptions } from '../sources/file.js';
import type { Deck } from './deck.js';

/** A deck of sound or of packets. */
export type FileDeck = Pick<Deck, keyof Deck>;

/** What plays: an open file and the name it was asked for by. */
export interface PlayedStream {
  /** The name. */
  readonly src: string;
  /** The open file. */
  readonly deck: FileDeck;
  /** Which part of what it is, so that the same, opened in another way, can go on where it was. */
  readonly part: string;
  /** Something of it was heard. */
  started: boolean;
  /** How much of it was heard, in samples. */
  heard: number;
}

/** Which part of which recording the options name. */
export function partOf({ src, startSec, endSec }: FileOptions): string {
  return JSON.stringify([src, startSec, endSec]);
}

/** Whether a stream was heard, and how much of it. */
export function endOf({ started, heard }: PlayedStream): { readonly heard: boolean; readonly playedMs: number } {
  return { heard: started, playedMs: Math.round(heard / 48) };
}

/** Why a file could not be opened. */
export function openFailure(src: string, reason: unknown): Problem {
  return reason instanceof VoxError ? reason.problems[0]! : problem('MEDIA_UNREADABLE', { path: src, reason: reasonOf(reason) });
}
