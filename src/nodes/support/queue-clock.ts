import { FRAME_US, samplesToUs } from '../../media/format.js';
import type { QueueTrack } from './queue-track.js';

/** What is heard at a moment, for the pictures that belong to it. The same object is given each time. */
export interface HeardMoment {
  /** The track; the one that comes in while one fades into another. */
  track: QueueTrack | undefined;
  /** Where in its pictures that is, in microseconds. */
  positionUs: number;
  /** The track that goes while one fades into another. */
  from: QueueTrack | undefined;
  /** Where in its pictures that is, in microseconds. */
  fromUs: number;
  /** How far the one has come in: 0 … 1. */
  share: number;
}

/** A part of a frame of sound. */
interface Span extends HeardMoment {
  /** When it begins, in microseconds from the frame's beginning. */
  atUs: number;
  /** How fast its positions go: 1, or 0 while nothing of it is heard. */
  rate: number;
  /** By how much the share grows in a microsecond. */
  shareRate: number;
}

/**
 * Which track of a queue is heard when, and where in it: noted with each frame of sound, which tracks may change within, asked for the
 * times of pictures.
 */
export class QueueClock {
  readonly #spans: Span[] = [];
  readonly #moment: HeardMoment = { track: undefined, positionUs: 0, from: undefined, fromUs: 0, share: 1 };
  #count = 0;
  #ptsUs = 0;

  /** A frame begins. */
  begin(ptsUs: number): void {
    this.#ptsUs = ptsUs;
    this.#count = 0;
  }

  /** From a sample of the frame on that track is heard. */
  plays(at: number, track: QueueTrack): void {
    this.#add(at, track, 1);
  }

  /** From a sample of the frame on nothing is heard of that track, or there is none: its pictures stand still. */
  rests(at: number, track: QueueTrack | undefined): void {
    this.#add(at, track, 0);
  }

  /** From a sample of the frame on one track fades into another. @param done samples of the fade that are over. @param total all of it. */
  fades(at: number, from: QueueTrack, track: QueueTrack, done: number, total: number): void {
    const span = this.#add(at, track, 1);
    span.from = from;
    span.fromUs = from.pictureUs;
    span.share = done / total;
    span.shareRate = 1 / samplesToUs(total);
  }

  /** What is heard at a moment of the frame. */
  at(ptsUs: number): HeardMoment {
    const moment = this.#moment;
    const offset = Math.max(0, Math.min(FRAME_US, ptsUs - this.#ptsUs));
    let i = this.#count - 1;
    while (i > 0 && this.#spans[i]!.atUs > offset) i--;
    const span = this.#spans[i];
    if (!span) {
      moment.track = undefined;
      moment.from = undefined;
      return moment;
    }
    const past = Math.max(0, offset - span.atUs);
    moment.track = span.track;
    moment.positionUs = span.positionUs + past * span.rate;
    moment.from = span.from;
    moment.fromUs = span.fromUs + past * span.rate;
    moment.share = Math.min(1, span.share + past * span.shareRate);
    return moment;
  }

  #add(at: number, track: QueueTrack | undefined, rate: number): Span {
    let span = this.#spans[this.#count];
    if (!span) {
      span = { atUs: 0, rate: 0, shareRate: 0, track: undefined, positionUs: 0, from: undefined, fromUs: 0, share: 1 };
      this.#spans.push(span);
    }
    this.#count++;
    span.atUs = samplesToUs(at);
    span.track = track;
    span.positionUs = track?.pictureUs ?? 0;
    span.rate = rate;
    span.from = undefined;
    span.share = 1;
    span.shareRate = 0;
    return span;
  }
}
