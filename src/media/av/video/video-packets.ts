import { AV_PKT_FLAG_CORRUPT } from 'node-av/constants';
import { Packet } from 'node-av/lib';

/** So much of a film waits for its decoder at most; more comes only where a file is interleaved badly, or nobody decodes. */
const MOST_PACKETS = 4000;
const MOST_BYTES = 32 * 1024 * 1024;

/** What comes next: a packet, which is the taker's to free, or the place where a loop begins anew. */
export type NextPacket = Packet | 'seam';

/**
 * The packets of a stream's pictures on their way from the pump, which reads them among those of the sound, to their decoder. The sound
 * leads: when these are too many the newest are dropped up to the next key frame, and never is the sound kept waiting.
 */
export class VideoPackets {
  /** How often everything was dropped, as by a seek: what was decoded before is of no use. */
  clears = 0;
  #wanted: boolean;
  #queue: NextPacket[] = [];
  #bytes = 0;
  #needsKey = true;
  #ended = false;
  #stands = false;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  /** @param wanted see {@link VideoPackets.wanted}. */
  constructor(wanted: boolean) {
    this.#wanted = wanted;
  }

  /** Whether anybody wants pictures; while not, all is dropped. */
  get wanted(): boolean {
    return this.#wanted;
  }

  set wanted(wanted: boolean) {
    if (this.#wanted && !wanted) this.#drop();
    this.#wanted = wanted;
  }

  /** So much waits that more would soon be dropped. */
  get crowded(): boolean {
    return this.#bytes >= MOST_BYTES / 2 || this.#queue.length >= MOST_PACKETS / 2;
  }

  /** All has come, and was taken. */
  get ended(): boolean {
    return (this.#ended || this.#closed) && this.#queue.length === 0;
  }

  /** Nothing waits, and the pump has read so much sound that it does not look for more. */
  get stands(): boolean {
    return this.#stands && this.#queue.length === 0;
  }

  set stands(stands: boolean) {
    if (this.#stands === stands) return;
    this.#stands = stands;
    if (stands) this.#tell();
  }

  /** Takes a copy of a packet. */
  push(packet: Packet): void {
    if (this.#closed) return;
    if (!this.wanted || this.#bytes >= MOST_BYTES || this.#queue.length >= MOST_PACKETS) {
      this.#needsKey = true;
      return;
    }
    // Of MPEG-TS FFmpeg sees what is missing; whatever refers to it would be smeared.
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) !== 0) this.#needsKey = true;
    if (this.#needsKey && !packet.isKeyframe) return;
    const kept = new Packet();
    kept.alloc();
    if (kept.ref(packet) < 0) return kept.free();
    this.#needsKey = false;
    this.#bytes += packet.size;
    this.#queue.push(kept);
    this.#tell();
  }

  /** A part of a live stream is gone: it goes on at a key frame. */
  lost(): void {
    this.#needsKey = true;
  }

  /** What follows is from where a loop begins anew. */
  seam(): void {
    if (!this.#wanted) return;
    this.#queue.push('seam');
    this.#tell();
  }

  /** Nothing more comes, unless it is cleared. */
  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** The next; undefined while none has come. */
  take(): NextPacket | undefined {
    const next = this.#queue.shift();
    if (next && next !== 'seam') this.#bytes -= next.size;
    return next;
  }

  /** Resolves when something has changed: something came, it ended, stands or was cleared, and on {@link VideoPackets.wake}. */
  changed(): Promise<void> {
    return new Promise((done) => this.#waiting.add(done));
  }

  /** Whoever waits looks again. */
  wake(): void {
    this.#tell();
  }

  /** Drops everything: the stream goes on elsewhere. */
  clear(): void {
    this.#ended = false;
    this.#stands = false;
    this.#drop();
    this.#tell();
  }

  /** Drops everything for good. */
  close(): void {
    this.#closed = true;
    this.clear();
  }

  #drop(): void {
    for (const next of this.#queue.splice(0)) if (next !== 'seam') next.free();
    this.#bytes = 0;
    this.#needsKey = true;
    this.clears++;
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const done of waiting) done();
  }
}
