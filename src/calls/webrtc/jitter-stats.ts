/** How a `JitterBuffer` is set up. */
export interface JitterBufferOptions {
  /** Who speaks. */
  readonly participantId: string;
  /** Mono (default) or stereo output. */
  readonly channels?: 1 | 2;
  /** The clock that arrivals and pulls are timed with, microseconds. */
  readonly nowUs: () => number;
  /** Least delay to aim at, milliseconds; default 20. */
  readonly minDelayMs?: number;
  /** Most delay to aim at, milliseconds; default 200. */
  readonly maxDelayMs?: number;
  /** Delay to aim at before the jitter is known, milliseconds; default 50. */
  readonly startDelayMs?: number;
}

/** What a jitter buffer has done, as plain JSON. Samples are per channel at 48 kHz. */
export interface JitterBufferStats {
  /** Packets put in, without duplicates. */
  received: number;
  /** Packets that never came, or came too late to be used. */
  lost: number;
  /** Packets that came after their place had been played; they are counted in `lost`, too. */
  late: number;
  /** Packets that were there already. */
  duplicates: number;
  /** Packets dropped to bring the delay down, or because the queue was full. */
  discarded: number;
  /** Packets that could not be decoded. */
  corrupt: number;
  /** Samples played. */
  playedSamples: number;
  /** Samples made up by packet loss concealment. */
  concealedSamples: number;
  /** Samples restored from the in-band copy in the next packet. */
  fecSamples: number;
  /** Pulls that found nothing although audio was flowing. */
  underruns: number;
  /** Samples cut out because the delay was too long. */
  shortenedSamples: number;
  /** Samples repeated because the delay was too short. */
  lengthenedSamples: number;
  /** Times the sender's media clock jumped. */
  resets: number;
  /** Delay aimed at, milliseconds. */
  targetDelayMs: number;
  /** Delay at the last pull, milliseconds, relative to the fastest recent packet. */
  delayMs: number;
}

/** The figures of a buffer that has done nothing yet. */
export function emptyStats(targetDelayMs: number): JitterBufferStats {
  return {
    received: 0,
    lost: 0,
    late: 0,
    duplicates: 0,
    discarded: 0,
    corrupt: 0,
    playedSamples: 0,
    concealedSamples: 0,
    fecSamples: 0,
    underruns: 0,
    shortenedSamples: 0,
    lengthenedSamples: 0,
    resets: 0,
    targetDelayMs,
    delayMs: 0,
  };
}
