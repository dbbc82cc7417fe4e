import { createDecoder } from 'libopus-wasm';
import { Observable, Subject } from 'rxjs';
import { JitterBuffer } from './jitter-buffer.js';
import { NackRequester } from './nack-requester.js';
import type { IncomingChange, PeerStats } from './peer-types.js';
import { readAudioLevel } from './rtp-extensions.js';
import { RtpSource } from './rtp-source.js';
import type { RtpHeaderView } from './rtp.js';
import type { Timers } from './timers.js';

/** How the sounds of the other side are received. */
export interface IncomingStreamsOptions {
  readonly timers: Timers;
  /** Names all of them; absent: each by its SSRC. */
  readonly participantId?: string;
  /** Channels they are decoded to. */
  readonly channels: 1 | 2;
  /** Most that are played at once. */
  readonly most: number;
  /** Told the level of each packet that carries one, in dBov. */
  readonly onLevel?: (levelDbov: number, ssrc: number) => void;
  /** Every remote stream whose packets are counted; those of the sounds are kept here. */
  readonly sources: Map<number, RtpSource>;
}

/** What of an agreement a packet needs. */
export interface IncomingAgreement {
  readonly nack: boolean;
  readonly audioLevelId: number | undefined;
  readonly rttMs: number | undefined;
}

interface Incoming {
  readonly source: RtpSource;
  /** Only when asking again was agreed on. */
  readonly nacks: NackRequester | undefined;
  readonly audio: JitterBuffer;
}

/** A remote stream that has been silent this long makes room for a new one when all places are taken. */
const STALE_US = 2_000_000;

/** The Opus streams of the other side, told apart by SSRC. */
export class IncomingStreams {
  /** Those that are there, then every change; completes when all have been closed. */
  readonly changes$: Observable<IncomingChange>;
  readonly #options: IncomingStreamsOptions;
  readonly #changes = new Subject<IncomingChange>();
  readonly #streams = new Map<number, Incoming>();

  /** @param options clock, limits and whom to tell. */
  constructor(options: IncomingStreamsOptions) {
    this.#options = options;
    this.changes$ = new Observable((observer) => {
      for (const [ssrc, { audio }] of this.#streams) observer.next({ type: 'started', ssrc, audio });
      return this.#changes.subscribe(observer);
    });
  }

  /**
   * Takes a decrypted packet.
   *
   * @returns the sequence numbers to ask for again, if any.
   */
  receive(
    datagram: Buffer,
    header: RtpHeaderView,
    payload: Buffer,
    nowUs: number,
    agreed: IncomingAgreement,
  ): readonly number[] | undefined {
    const incoming = this.#streams.get(header.ssrc) ?? this.#start(header.ssrc, agreed.nack, nowUs);
    if (!incoming) return undefined;
    const { source, audio, nacks } = incoming;
    const sequence = source.receive(header.sequence, header.timestamp, payload.length, nowUs);
    if (sequence === undefined) return undefined;
    const missing = nacks?.arrived(sequence, nowUs, agreed.rttMs);
    const level = readAudioLevel(datagram, header, agreed.audioLevelId);
    if (level !== undefined) {
      source.stats.levelDbov = level;
      this.#options.onLevel?.(level, header.ssrc);
    }
    audio.insert(payload, sequence, header.timestamp);
    return missing;
  }

  /** When what is heard at this moment of the other side, or of one of its streams, was made, in microseconds on its clock. */
  heardUs(ssrc?: number): number | undefined {
    for (const { source, audio } of this.#streams.values()) {
      if (ssrc !== undefined && source.stats.ssrc !== ssrc) continue;
      const { playoutTimestamp } = audio;
      const madeUs = playoutTimestamp === undefined ? undefined : source.madeUs(playoutTimestamp);
      if (madeUs !== undefined) return madeUs;
    }
    return undefined;
  }

  /** Figures of this moment. */
  stats(): PeerStats['incoming'] {
    return [...this.#streams.values()].map(({ source, audio }) => ({ ...source.stats, audio: { ...audio.stats } }));
  }

  /** Ends a stream, if there is such a one. */
  end(ssrc: number, reason: 'bye' | 'replaced' | 'closed'): void {
    const incoming = this.#streams.get(ssrc);
    if (!incoming) return;
    this.#streams.delete(ssrc);
    this.#options.sources.delete(ssrc);
    incoming.audio.close();
    this.#changes.next({ type: 'ended', ssrc, reason });
  }

  /** Ends all. */
  close(): void {
    for (const ssrc of [...this.#streams.keys()]) this.end(ssrc, 'closed');
    this.#changes.complete();
  }

  #start(ssrc: number, nack: boolean, nowUs: number): Incoming | undefined {
    const { timers, participantId, channels, most, sources } = this.#options;
    if (this.#streams.size >= most && !this.#dropStale(nowUs)) return undefined;
    const audio = new JitterBuffer({
      participantId: participantId ?? String(ssrc),
      channels,
      nowUs: () => timers.nowUs(),
    });
    createDecoder({ channels, sampleRate: 48_000 }).then(
      (decoder) => audio.attach(decoder),
      // Out of memory inside the decoder's module: this stream stays silent, the call goes on.
      () => {},
    );
    const incoming = { source: new RtpSource(ssrc), audio, nacks: nack ? new NackRequester() : undefined };
    this.#streams.set(ssrc, incoming);
    sources.set(ssrc, incoming.source);
    this.#changes.next({ type: 'started', ssrc, audio });
    return incoming;
  }

  /** A sender that keeps changing its SSRC must not lock itself out. */
  #dropStale(nowUs: number): boolean {
    for (const [ssrc, { source }] of this.#streams) {
      if (nowUs - source.lastPacketUs > STALE_US) {
        this.end(ssrc, 'replaced');
        return true;
      }
    }
    return false;
  }
}
