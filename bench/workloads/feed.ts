// What a hundred readers of the feed do to a call: some read slowly, some nothing at all.
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { MeasuredCall, pause, type Phase } from '../lib/call.ts';
import { ROOT } from '../lib/machine.ts';
import { short, type Result } from '../lib/result.ts';

const SECONDS = Number(process.env['VOXGRAPH_BENCH_SECONDS'] ?? 15);
const READERS = 100;
/** Of ten readers so many read nothing, and so many 16 KiB a second. */
const STALLED = 1;
const SLOW = 2;
/** What is said a second in the hard phase, 60 MB for all readers, more than the kernel holds for those who do not read. */
const FACTS = 150;
const FACT_BYTES = 4000;
const MOST_LATER_MS = 1;
const MOST_MORE_MB = 40;

interface Reader {
  readonly response: IncomingMessage;
  readonly kind: 'quick' | 'slow' | 'stalled';
  bytes: number;
  last: string;
}

/** Runs it once. */
export async function feed(): Promise<Result> {
  const call = await MeasuredCall.start(join(ROOT, 'graphs/duck.json'));
  const readers: Reader[] = [];
  try {
    await pause(4000);
    const none = await call.measure(SECONDS);
    readers.push(...(await openAll(call.port, 1)));
    await pause(1000);
    const one = await call.measure(SECONDS);
    readers.push(...(await openAll(call.port, READERS - 1)));
    await pause(1000);
    const hundred = await call.measure(SECONDS, () => trickle(readers));
    const hard = await call.measure(2 * SECONDS, () => {
      trickle(readers);
      for (let n = 0; n < FACTS / 10; n++) call.say(FACT_BYTES);
    });
    // What waits in the kernel comes first, and at its end why somebody was cut.
    for (const reader of readers) drain(reader);
    await pause(3000);
    const cut = readers.filter(({ response }) => response.closed || response.complete);
    for (const { response } of readers) response.destroy();
    await pause(3000);
    const after = await call.measure(SECONDS);
    const later = short(Math.max(hundred.p99Ms, hard.p99Ms) - none.p99Ms);
    const grown = after.rssMb - none.rssMb;
    return {
      workload: 'feed',
      ours: short(hundred.cpuPercent - none.cpuPercent),
      peer: null,
      ratio: null,
      unit: `% of a core more with ${READERS} readers`,
      peakMemoryMb: hard.rssMb,
      target: `beats at most ${MOST_LATER_MS} ms later (p99), at most ${MOST_MORE_MB} MB more, and only slow ones cut`,
      reached: later <= MOST_LATER_MS && hard.rssMb - none.rssMb <= MOST_MORE_MB && cut.every(({ kind }) => kind !== 'quick'),
      details: {
        p99LaterMs: later,
        grownMb: grown,
        none: figures(none),
        one: figures(one),
        [`with${READERS}`]: figures(hundred),
        [`with${READERS}And${FACTS}Facts`]: figures(hard),
        after: figures(after),
        cut: Object.fromEntries(
          (['quick', 'slow', 'stalled'] as const).map((kind) => [
            kind,
            `${cut.filter((reader) => reader.kind === kind).length} of ${readers.filter((reader) => reader.kind === kind).length}`,
          ]),
        ),
        reasons: [...new Set(cut.flatMap(({ last }) => /"reason":"([^"]+)"/.exec(last)?.[1] ?? []))],
      },
    };
  } finally {
    for (const { response } of readers) response.destroy();
    await call.end();
  }
}

function figures({ cpuPercent, rssMb, heapMb, p99Ms, maxMs, skipped }: Phase): Record<string, number> {
  return { cpuPercent, rssMb, heapMb, p99Ms, maxMs, skipped };
}

function openAll(port: number, count: number): Promise<Reader[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) =>
      open(port, count === 1 ? 'quick' : i % 10 < STALLED ? 'stalled' : i % 10 < STALLED + SLOW ? 'slow' : 'quick'),
    ),
  );
}

function open(port: number, kind: Reader['kind']): Promise<Reader> {
  return new Promise((done, fail) => {
    const asked = request({ port, host: '127.0.0.1', path: '/api/v1/feed?stats=1', agent: false }, (response) => {
      const reader: Reader = { response, kind, bytes: 0, last: '' };
      response.on('error', () => {});
      if (kind === 'quick')
        response.on('data', (chunk: Buffer) => {
          reader.bytes += chunk.length;
        });
      else response.pause();
      done(reader);
    });
    asked.on('error', fail);
    asked.end();
  });
}

function drain(reader: Reader): void {
  const { response } = reader;
  response.removeAllListeners('data');
  response.on('data', (chunk: Buffer) => {
    reader.last = (reader.last + chunk.subarray(-1000).toString('latin1')).slice(-1000);
  });
  response.resume();
}

let looks = 0;

/** Slow ones take a little now and then: once a second. */
function trickle(readers: readonly Reader[]): void {
  if (looks++ % 10 > 0) return;
  for (const reader of readers) {
    if (reader.kind !== 'slow') continue;
    const chunk = reader.response.read() as Buffer | null;
    if (!chunk) continue;
    reader.bytes += chunk.length;
  }
}
