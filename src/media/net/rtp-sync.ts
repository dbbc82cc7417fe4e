import type { RtpSplice } from './rtp-splice.js';

/** The payload type of RTCP's sender report (RFC 3550 section 6.4.1), and as long as one is at least. */
const SENDER_REPORT = 200;
const REPORT_BYTES = 20;

/** Clocks that differ by more than this, in seconds, from what the packets look like are not believed. */
const BELIEVED_SEC = 10;

/** A moment by the clock of one stream. */
interface Mark {
  /** In seconds of a clock that both share. */
  readonly sec: number;
  /** What its packets are stamped with then. */
  readonly timestamp: number;
}

/** A stream, and what is known of its clock. */
interface Side {
  readonly splice: RtpSplice;
  mark: Mark | undefined;
  report: Mark | undefined;
}

/**
 * Brings sound and pictures of one sender together, whose time stamps begin anywhere: by its reports (RFC 3550 section 6.4.1), before the
 * first by what its answer to PLAY says (RFC 2326 section 12.33), and before that as if their first packets were of the same moment.
 */
export class RtpSync {
  readonly #audio: Side;
  readonly #video: Side;

  /** @param audio the stream of sound. @param video that of pictures. */
  constructor(audio: RtpSplice, video: RtpSplice) {
    this.#audio = { splice: audio, mark: undefined, report: undefined };
    this.#video = { splice: video, mark: undefined, report: undefined };
  }

  /** A new connection begins: what the last one said means nothing any more. */
  restart(): void {
    for (const side of [this.#audio, this.#video]) {
      side.mark = undefined;
      side.report = undefined;
    }
  }

  /** Both time stamps are of one moment. */
  together(audio: number, video: number): void {
    this.#audio.mark = { sec: 0, timestamp: audio };
    this.#video.mark = { sec: 0, timestamp: video };
  }

  /** Takes what RTCP says of a stream. */
  report(kind: 'audio' | 'video', compound: Buffer): void {
    const mark = reported(compound);
    if (mark) (kind === 'audio' ? this.#audio : this.#video).report = mark;
  }

  /** By how much times of the sound, counted from its first packet, are more than those of pictures of the same moment, in microseconds. */
  get offsetUs(): number {
    const [begins, shows] = [this.#audio.splice.beginSec, this.#video.splice.beginSec];
    if (begins === undefined || shows === undefined) return 0;
    const looked = begins - shows;
    const stated = apart(this.#audio, this.#video, 'report') ?? apart(this.#audio, this.#video, 'mark');
    return 1e6 * (stated !== undefined && Math.abs(stated - looked) <= BELIEVED_SEC ? stated : looked);
  }
}

function apart(audio: Side, video: Side, by: 'report' | 'mark'): number | undefined {
  const [heard, shown] = [audio[by], video[by]];
  if (!heard || !shown) return undefined;
  const [sound, picture] = [audio.splice.secondsAt(heard.timestamp), video.splice.secondsAt(shown.timestamp)];
  return sound === undefined || picture === undefined ? undefined : sound - heard.sec - (picture - shown.sec);
}

function reported(compound: Buffer): Mark | undefined {
  for (let at = 0; at + REPORT_BYTES <= compound.length; at += 4 + compound.readUInt16BE(at + 2) * 4) {
    if (compound[at + 1] !== SENDER_REPORT) continue;
    const sec = compound.readUInt32BE(at + 8) + compound.readUInt32BE(at + 12) / 2 ** 32;
    // Senders without a clock say nothing (RFC 3550 section 6.4.1).
    return sec === 0 ? undefined : { sec, timestamp: compound.readUInt32BE(at + 16) };
  }
  return undefined;
}
