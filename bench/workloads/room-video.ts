// How late a call's 20 ms beats are while 720p pictures are encoded for who watches, and without pictures. The one who watches takes packets
// and decodes nothing: a browser beside it would want the same cores, and gets a figure of its own.
import { join } from 'node:path';
import { hasBrowser } from '../lib/room-watchers.ts';
import { median, run } from '../lib/measure.ts';
import { ratioOf, short, type Result } from '../lib/result.ts';

const SECONDS = 12;
const CODECS = ['none', 'vp8', 'h264'] as const;
type Codec = (typeof CODECS)[number];
/** A beat may be so late. */
const MOST_MS = 5;

interface Beats {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly skipped: number;
  readonly shed: number;
}

/** Runs the workload `room-video`: the codecs take turns, each run in a process of its own. */
export async function roomVideo(runs: number): Promise<Result> {
  const child = join(import.meta.dirname, 'room-video-child.ts');
  const once = async (codec: Codec, watcher: 'packets' | 'browser') =>
    JSON.parse(await run([process.execPath, '--no-warnings', child, codec, watcher, String(SECONDS)])) as Beats;
  const all: Record<Codec, Beats[]> = { none: [], vp8: [], h264: [] };
  for (let i = 0; i < runs; i++) for (const codec of CODECS) all[codec].push(await once(codec, 'packets'));
  const browser: Partial<Record<Codec, Beats>> = {};
  if (hasBrowser()) for (const codec of CODECS) browser[codec] = await once(codec, 'browser');
  const p99 = (codec: Codec) => median(all[codec].map(({ p99Ms }) => p99Ms));
  const ours = Math.max(p99('vp8'), p99('h264'));
  const each = (key: keyof Beats) => Object.fromEntries(CODECS.map((codec) => [codec, all[codec].map((beats) => beats[key])]));
  return {
    workload: 'room-video',
    ours: short(ours),
    peer: short(p99('none')),
    ratio: ratioOf(ours, p99('none')),
    unit: 'ms late (p99)',
    peakMemoryMb: null,
    target: `at most ${MOST_MS} ms while 720p30 is encoded as VP8 or H.264, and no beat skipped`,
    reached: ours <= MOST_MS && CODECS.every((codec) => all[codec].every(({ skipped }) => skipped === 0)),
    details: {
      p50Ms: each('p50Ms'),
      p99Ms: each('p99Ms'),
      maxMs: each('maxMs'),
      picturesShed: each('shed'),
      newest: Object.fromEntries(CODECS.map((codec) => [codec, all[codec].at(-1)])),
      withChromium: browser,
    },
  };
}
