import { DryEdge, EDGE_SAMPLES } from '../../media/dsp/dry-edge.js';
import { FRAME_SAMPLES, FRAME_US } from '../../media/format.js';
import { createAudioFrame, frameChannels, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Packet } from '../../media/packet.js';
import type { VideoFrame } from '../../media/video-frame.js';
import type { PlanQueue } from '../plan-types.js';
import type { Beat } from './domain.js';
import type { Consumer, Outlet } from './outlet.js';
import { BoundedQueue, copyFrameInto, copyPacketInto, type QueueStats } from './queue.js';
import { VideoDrain } from './video-drain.js';

/** A queue that sits on a wire between two domains: filled on the producer's beat, emptied on the consumer's. */
export interface WireQueue {
  /** Exact figures. */
  stats(): QueueStats;
  /** Hands on at once all that waits, and completes the consumer: for the end of the graph. */
  flush(): void;
  /** Takes it off both sides. */
  disconnect(): void;
}

/**
 * Puts a queue between an outlet and a consumer of another domain. Audio: one frame each tick of the consumer, silence (and an
 * underrun) when there is none, with 5 ms to it and back. Packets: as many as fill one tick, and an underrun when there is none. With the policy `block`
 * the consumer is made to take the oldest at once when the queue is full, so that nothing is lost.
 */
export function queueWire(kind: string, spec: PlanQueue, from: Outlet<unknown>, to: Consumer<unknown>, domain: Beat): WireQueue {
  if (kind === 'video') {
    const drain = new VideoDrain(spec, to, domain.video);
    return connect(drain, from as Outlet<VideoFrame>, to, domain);
  }
  return kind === 'audio'
    ? connect(new AudioDrain(spec, to as Consumer<AudioFrame>, domain), from as Outlet<AudioFrame>, to, domain)
    : connect(new PacketDrain(spec, to as Consumer<Packet>), from as Outlet<Packet>, to, domain);
}

/** How the items of a kind leave. */
export interface Drain<T> {
  readonly queue: BoundedQueue<T>;
  /** True when its ticks are those of the pictures. */
  readonly onVideoBeat?: boolean;
  /** Gives up what waits, unseen. */
  clear?(): void;
  /** Hands on what is due on one tick of the consumer. */
  tick(ended: boolean): void;
  /** Hands on the oldest; there is one. */
  one(): void;
}

class AudioDrain implements Drain<AudioFrame> {
  readonly queue: BoundedQueue<AudioFrame>;
  readonly #silence = createAudioFrame(1);
  #edge = new DryEdge(1);
  #channels = 1;
  /** Nothing came where sound should have: what comes next is faded in. */
  #gap = false;
  #nextUs = 0;

  constructor(
    spec: PlanQueue,
    private readonly to: Consumer<AudioFrame>,
    private readonly domain: Beat,
  ) {
    this.queue = new BoundedQueue(spec.frames, spec.overflow, copyFrameInto);
  }

  tick(ended: boolean): void {
    if (this.queue.depth > 0 || !ended) this.#hand(this.queue.pop());
  }

  one(): void {
    this.#hand(this.queue.pop());
  }

  #hand(frame: AudioFrame | undefined): void {
    const out = frame ? this.#shown(frame) : this.#dry();
    // Also when several leave in one tick the times rise.
    out.ptsUs = Math.max(this.#nextUs, this.domain.tick.ptsUs);
    this.#nextUs = out.ptsUs + FRAME_US;
    this.to.next(out);
  }

  /** The frame is a copy of the queue's own. */
  #shown(frame: AudioFrame): AudioFrame {
    const channels = frameChannels(frame);
    if (channels !== this.#channels) this.#edge = new DryEdge((this.#channels = channels));
    if (this.#gap && !frame.silent) for (const plane of frame.planes) fadeIn(plane);
    this.#gap = false;
    if (frame.silent) this.#edge.reset();
    else this.#edge.gave(frame.planes);
    return frame;
  }

  /** Silence, with a way to it from where the sound broke off. */
  #dry(): AudioFrame {
    const silence = this.#silence;
    shapeAudioFrame(silence, this.#channels, FRAME_SAMPLES);
    silence.silent = !this.#edge.runDry(silence.planes);
    this.#edge.reset();
    if (!silence.silent) this.#gap = true;
    return silence;
  }
}

/** A straight line from 0 to 1 over 5 ms. */
function fadeIn(plane: Float32Array): void {
  const count = Math.min(plane.length, EDGE_SAMPLES);
  for (let i = 0; i < count; i++) plane[i]! *= (i + 1) / count;
}

class PacketDrain implements Drain<Packet> {
  readonly queue: BoundedQueue<Packet>;
  #owedUs = 0;

  constructor(
    spec: PlanQueue,
    private readonly to: Consumer<Packet>,
  ) {
    this.queue = new BoundedQueue(spec.frames, spec.overflow, copyPacketInto);
  }

  tick(ended: boolean): void {
    this.#owedUs = Math.min(this.#owedUs + FRAME_US, FRAME_US);
    if (this.queue.depth === 0 && this.#owedUs > 0 && !ended) this.queue.pop();
    while (this.#owedUs > 0 && this.queue.depth > 0) this.one();
  }

  one(): void {
    const packet = this.queue.pop()!;
    this.#owedUs -= packet.durationUs;
    this.to.next(packet);
  }
}

function connect<T>(drain: Drain<T>, from: Outlet<T>, to: Consumer<unknown>, domain: Beat): WireQueue {
  const { queue } = drain;
  let ended = false;
  let completed = false;
  const disconnectFrom = from.connect({
    next: (value) => {
      if (queue.push(value)) return;
      if (!queue.blocks) return;
      drain.one();
      queue.push(value);
    },
    complete: () => {
      ended = true;
    },
  });
  const finish = () => {
    if (completed) return;
    completed = true;
    leave();
    drain.clear?.();
    to.complete();
  };
  const onTick = {
    next: () => {
      drain.tick(ended);
      if (ended && queue.depth === 0) finish();
    },
  };
  const leave = domain.add(drain.onVideoBeat ? { videoTick: onTick } : { tick: onTick });
  return {
    stats: () => queue.stats(),
    flush: () => {
      while (!completed && queue.depth > 0) drain.one();
      finish();
    },
    disconnect: () => {
      disconnectFrom();
      leave();
      drain.clear?.();
    },
  };
}
