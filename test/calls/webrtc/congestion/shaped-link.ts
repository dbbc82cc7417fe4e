import type { PeerVideoStats } from '../../../../src/calls/webrtc/video/peer-video.js';
import type { Packet } from '../../../../src/media/packet.js';
import { createVirtualScheduler } from '../../../../src/time/index.js';
import { seeded } from '../support/stream.js';
import { videoEnd } from '../support/video-end.js';

/** A link that changes: from each time on, in seconds, so many kbit/s, and so much loss. */
export interface LinkPhase {
  readonly fromSec: number;
  readonly kbps: number;
  /** 0…1; default 0. */
  readonly loss?: number;
}

/** What a run over a link is made of. */
export interface LinkRun {
  readonly phases: readonly LinkPhase[];
  readonly seconds: number;
  /** Most the encoder gives, in kbit/s. */
  readonly encoderKbps?: number;
  /** One way, in milliseconds. */
  readonly delayMs?: number;
  /** What the link's queue holds at most, as time, in milliseconds. */
  readonly queueMs?: number;
  readonly transportCc?: boolean;
  readonly seed?: number;
}

/** A frame that arrived whole. */
export interface SeenFrame {
  readonly atSec: number;
  /** From being encoded to being whole, in milliseconds. */
  readonly delayMs: number;
  readonly bytes: number;
  readonly key: boolean;
}

const FPS = 30;
const KEY_TIMES = 4;

/**
 * Sends a film over a shaped link in virtual time: an encoder that gives what it is asked for, our sender with pacer and estimator, a queue
 * that empties at the link's rate and overflows, our receiver, and a way back for its feedback.
 */
export async function sendOverLink(
  run: LinkRun,
): Promise<{ frames: SeenFrame[]; stats: PeerVideoStats; told: [number, number][] }> {
  const { phases, seconds, encoderKbps = 2500, delayMs = 25, queueMs = 300, transportCc = true, seed = 21 } = run;
  const timers = createVirtualScheduler();
  const random = seeded(seed);
  let keyWanted = true;
  let wantedKbps = 300;
  const told: [number, number][] = [];
  const frames: SeenFrame[] = [];
  const phase = () => phases.findLast(({ fromSec }) => fromSec * 1e6 <= timers.nowUs()) ?? phases[0]!;

  // The link: a queue that empties at its rate, and a way back that is never full.
  let freeUs = 0;
  const onLink = (datagram: Buffer) => {
    const { kbps, loss = 0 } = phase();
    const nowUs = timers.nowUs();
    freeUs = Math.max(freeUs, nowUs);
    if (freeUs - nowUs > queueMs * 1000 || random() < loss) return;
    freeUs += ((datagram.length + 28) * 8000) / kbps;
    timers.after((freeUs - nowUs) / 1000 + delayMs, () => receiver.take(datagram));
  };
  const back = (datagram: Buffer) => void timers.after(delayMs, () => sender.take(datagram));

  const sentUs = new Map<number, number>();
  const seen = ({ data, key }: Packet) => {
    const number = Buffer.from(data).readUInt32BE(1);
    const nowUs = timers.nowUs();
    frames.push({ atSec: nowUs / 1e6, delayMs: (nowUs - sentUs.get(number)!) / 1000, bytes: data.length, key });
  };
  const each = { timers, random, transportCc, rttMs: 2 * delayMs };
  const sender = videoEnd({
    ...each,
    send: true,
    transmit: onLink,
    onDemand: (demand) => {
      if (demand.type === 'key-frame') keyWanted = true;
      else {
        told.push([timers.nowUs() / 1e6, Math.round(demand.bitrateKbps)]);
        wantedKbps = demand.bitrateKbps;
      }
    },
  });
  const receiver = videoEnd({
    ...each,
    send: false,
    transmit: back,
    onIncoming: (change) => {
      if (change.type === 'started') change.video.packets$.subscribe((packet) => seen(packet));
    },
  });
  sender.video.start();

  // The encoder: what is asked for, give or take, from the next frame on; a key frame is larger, and those behind it smaller for it.
  let number = 0;
  let debt = 0;
  timers.every({
    periodUs: 1e6 / FPS,
    onTick: () => {
      const key = keyWanted;
      keyWanted = false;
      const mean = (Math.min(encoderKbps, wantedKbps) * 1000) / 8 / FPS;
      const data = Buffer.alloc(Math.max(20, Math.round(mean * (0.8 + 0.4 * random()) * (key ? KEY_TIMES : debt > 0 ? 0.7 : 1))));
      debt = Math.max(0, debt + data.length - mean);
      data[0] = key ? 0x10 : 0x11;
      data.writeUInt32BE(number, 1);
      sentUs.set(number++, timers.nowUs());
      const ptsUs = timers.nowUs();
      sender.video.send({ kind: 'packet', codec: 'vp8', ptsUs, durationUs: 33_333, key, data }, 'camera');
    },
  });
  timers.advanceBy(seconds * 1000);
  const stats = sender.video.stats();
  sender.close();
  receiver.close();
  timers.close();
  return { frames, stats, told };
}

/** Longest time without a new frame between two times, in seconds. */
export function longestFreezeSec(frames: readonly SeenFrame[], fromSec: number, toSec: number): number {
  const times = [fromSec, ...frames.map(({ atSec }) => atSec).filter((at) => at > fromSec && at < toSec), toSec];
  return Math.max(...times.slice(1).map((at, i) => at - times[i]!));
}

/** Mean rate of what arrived between two times, in kbit/s. */
export function rateKbps(frames: readonly SeenFrame[], fromSec: number, toSec: number): number {
  const bytes = frames.filter(({ atSec }) => atSec >= fromSec && atSec < toSec).reduce((sum, frame) => sum + frame.bytes, 0);
  return Math.round((bytes * 8) / 1000 / (toSec - fromSec));
}
