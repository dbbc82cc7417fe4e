import { NEVER } from 'rxjs';
import { voxError } from '../../../src/errors.js';
import type { NodeContext, NodeEvent } from '../../../src/graph/context.js';
import type { AudioReader } from '../../../src/media/av/index.js';
import { samplesToUs, usToSamples } from '../../../src/media/format.js';
import { frameSamples, type AudioFrame } from '../../../src/media/frame.js';
import { readQueueCommand } from '../../../src/nodes/support/queue-commands.js';
import type { OpenTrack } from '../../../src/nodes/support/queue-open.js';
import { playerFields } from '../../../src/nodes/support/queue-options.js';
import { QueuePlayer } from '../../../src/nodes/support/queue-player.js';
import { createVirtualScheduler } from '../../../src/time/virtual.js';
import { z } from 'zod';

/** A track for tests: what its samples are, and how it misbehaves. */
export interface FakeTrack {
  /** Its samples, mono. */
  readonly samples: Float32Array;
  /** Ticks it takes to open. */
  readonly slow?: number;
  /** It cannot be opened. */
  readonly broken?: boolean;
  /** It fails once so many samples were read. */
  readonly failsAt?: number;
  /** Its length is not known. */
  readonly endless?: boolean;
  /** It comes from the network. */
  readonly remote?: boolean;
}

const playerOptions = z.strictObject(playerFields);

/** A player on a real-time beat that a test steps by hand: opening takes exactly as many ticks as a track says. */
export class QueueStage {
  readonly player: QueuePlayer;
  readonly events: NodeEvent[] = [];
  readonly counters: Partial<Record<string, number>> = {};
  /** The frames that came out. */
  readonly frames: Float32Array[] = [];
  /** Readers that are open. */
  open = 0;
  ended = false;
  /** Set while nothing comes from the network, for tracks that are remote. */
  stalled = false;
  #tick = 0;
  readonly #waiting: { readonly at: number; readonly go: () => void }[] = [];

  /** @param tracks by `src`. */
  constructor(
    readonly tracks: Readonly<Record<string, FakeTrack>>,
    options: object,
    offline = false,
  ) {
    const ctx: NodeContext = {
      nodeId: 'node',
      tick$: NEVER,
      settle$: NEVER,
      idle$: NEVER,
      commands$: NEVER,
      scheduler: createVirtualScheduler(),
      offline,
      debug: true,
      gateway: undefined,
      personalMixOf: undefined,
      permissions: { publicOnly: false },
      watched: () => true,
      emit: (event: NodeEvent) => void this.events.push(structuredClone(event)),
      count: (name: string, by = 1) => void (this.counters[name] = (this.counters[name] ?? 0) + by),
      resolvePath: (path: string) => path,
      hold: () => {},
      defer: () => {},
      finish: () => {},
    } as unknown as NodeContext;
    this.player = new QueuePlayer(ctx, playerOptions.parse({ channels: 1, ...options }), this.#opener());
  }

  /** Gives a command; says why it was refused. */
  command(type: string, more: object = {}): string | undefined {
    const read = readQueueCommand({ type, ...more });
    return 'refused' in read ? read.refused : this.player.command(read);
  }

  /** Runs so many ticks. */
  async run(ticks: number): Promise<void> {
    for (let i = 0; i < ticks && !this.ended; i++) {
      for (const one of this.#waiting.splice(0)) {
        if (one.at <= this.#tick) one.go();
        else this.#waiting.push(one);
      }
      // What was opened just now is known before the next tick, as it would be in 20 ms.
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
      const frame = this.player.next(this.#tick * 20_000);
      this.#tick++;
      if (!frame) this.ended = true;
      else this.frames.push(frame.planes[0]!.slice());
      this.player.readAhead();
    }
  }

  /** All samples in a row. */
  get heard(): Float32Array {
    const all = new Float32Array(this.frames.length * 960);
    this.frames.forEach((frame, i) => all.set(frame, i * 960));
    return all;
  }

  /** Types and ids of what was told, without `queue.changed` and the like. */
  get told(): string[] {
    return this.events
      .filter(({ type }) => /^(track\.(started|ended|failed)|queue\.ended)$/.test(type))
      .map(({ type, id, reason }) => [type, id, reason].filter((x) => x !== undefined).join(' '));
  }

  #opener(): OpenTrack {
    return async (src, { startSec = 0, endSec = Infinity, signal }) => {
      const track = this.tracks[src];
      await new Promise<void>((go) => this.#waiting.push({ at: this.#tick + (track?.slow ?? 0), go }));
      signal.throwIfAborted();
      if (!track || track.broken) throw voxError('MEDIA_NOT_FOUND', { path: src });
      this.open++;
      return this.#reader(track, usToSamples(startSec * 1e6), Math.min(track.samples.length, usToSamples(endSec * 1e6)));
    };
  }

  #reader(track: FakeTrack, start: number, end: number): AudioReader {
    let position = start;
    let closed = false;
    const close = () => void ((this.open -= closed ? 0 : 1), (closed = true));
    const until = Math.min(end, track.failsAt ?? Infinity);
    return {
      info: {
        container: 'wav',
        codec: 'pcm_f32le',
        streamIndex: 0,
        sampleRateHz: 48_000,
        channels: 1,
        durationUs: track.endless ? undefined : samplesToUs(track.samples.length),
        durationExact: track.endless !== true,
        bitRateBps: undefined,
        tags: {},
        hasVideo: false,
        hasCoverArt: false,
      },
      channels: 1,
      get positionUs() {
        return samplesToUs(position);
      },
      get outcome() {
        if (!closed && position < until) return undefined;
        const failed = !closed && track.failsAt !== undefined && position >= track.failsAt;
        return failed
          ? { kind: 'failed' as const, code: 'MEDIA_CORRUPT' as const, data: { path: 'x', atSec: 0, reason: 'a test' } }
          : { kind: 'ended' as const };
      },
      badPackets: 0,
      read(out: AudioFrame) {
        const [plane] = out.planes;
        const count = closed ? 0 : Math.max(0, Math.min(frameSamples(out), until - position));
        plane!.set(track.samples.subarray(position, position + count));
        plane!.fill(0, count);
        out.silent = plane!.every((x) => x === 0);
        position += count;
        return count;
      },
      seek: (positionUs: number) => void (position = usToSamples(positionUs)),
      approach: () => !(track.remote && this.stalled),
      ...(track.remote && {
        remote: { live: false, seekable: true, arrived: () => Promise.resolve(), loopTo: () => {}, suspend: () => {} },
      }),
      close,
    };
  }
}
