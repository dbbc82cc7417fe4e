import type { AudioFrame } from '../../media/frame.js';
import { clearAudioFrame, createAudioFrame } from '../../media/frame.js';
import type { Packet } from '../../media/packet.js';
import { FRAME_US } from '../../media/format.js';
import type { Domain } from './domain.js';
import type { Consumer, Outlet } from './outlet.js';
import type { PlanQueue } from '../plan-types.js';
import { BoundedQueue, copyFrameInto, copyPacketInto, type QueueStats } from './queue.js';

/** A queue that sits on a wire between two domains: filled on the producer's beat, emptied on the consumer's. */
export interface WireQueue {
  /** Exact figures. */
  stats(): QueueStats;
  /** Takes it off both sides. */
  disconnect(): void;
}

/**
 * Puts a queue between an outlet and a consumer of another domain. Audio: one frame each tick of the consumer, silence (and an
 * underrun) when there is none. Packets: as many as fill one tick.
 */
export function queueWire(
  kind: string,
  queue: PlanQueue,
  from: Outlet<unknown>,
  to: Consumer<unknown>,
  domain: Domain,
): WireQueue {
  return kind === 'audio'
    ? queueAudio(queue, from as Outlet<AudioFrame>, to as Consumer<AudioFrame>, domain)
    : queuePackets(queue, from as Outlet<Packet>, to as Consumer<Packet>, domain);
}

function queueAudio(spec: PlanQueue, from: Outlet<AudioFrame>, to: Consumer<AudioFrame>, domain: Domain): WireQueue {
  const queue = new BoundedQueue<AudioFrame>(spec.frames, spec.overflow, copyFrameInto);
  const silence = createAudioFrame(1);
  return connect(queue, from, to, domain, (ended) => {
    const frame = ended ? (queue.peek() ? queue.pop() : undefined) : queue.pop();
    if (!frame && ended) return false;
    const out = frame ?? silence;
    if (!frame) clearAudioFrame(silence);
    out.ptsUs = domain.tick.ptsUs;
    to.next(out);
    return true;
  });
}

function queuePackets(spec: PlanQueue, from: Outlet<Packet>, to: Consumer<Packet>, domain: Domain): WireQueue {
  const queue = new BoundedQueue<Packet>(spec.frames, spec.overflow, copyPacketInto);
  let owedUs = 0;
  return connect(queue, from, to, domain, (ended) => {
    owedUs = Math.min(owedUs + FRAME_US, FRAME_US);
    while (owedUs > 0 && queue.peek()) {
      const packet = queue.pop()!;
      owedUs -= packet.durationUs;
      to.next(packet);
    }
    return !(ended && !queue.peek());
  });
}

/** Wires a queue up. `drain` runs on each tick of the consumer; false means that the producer has ended and nothing is left. */
function connect<T>(
  queue: BoundedQueue<T>,
  from: Outlet<T>,
  to: Consumer<T>,
  domain: Domain,
  drain: (ended: boolean) => boolean,
): WireQueue {
  let ended = false;
  const disconnectFrom = from.connect({
    next: (value) => queue.push(value),
    complete: () => {
      ended = true;
    },
  });
  const ticks = domain.tick$.subscribe(() => {
    if (drain(ended)) return;
    ticks.unsubscribe();
    to.complete();
  });
  return {
    stats: () => queue.stats(),
    disconnect: () => {
      disconnectFrom();
      ticks.unsubscribe();
    },
  };
}
