import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER, concat, of } from 'rxjs';
import { afterAll } from 'vitest';
import type { CallMediaFactory } from '../../src/calls/call-media.js';
import { fileMedia } from '../../src/calls/file/file-media.js';
import { createEngine } from '../../src/engine.js';
import type { Problem } from '../../src/errors.js';
import { createRegistry } from '../../src/graph/registry.js';
import { InProcessHost } from '../../src/host/in-process.js';
import { openAudioFile } from '../../src/media/av/index.js';
import { SAMPLE_RATE, linearToDb } from '../../src/media/format.js';
import { createAudioFrame } from '../../src/media/frame.js';
import type { ParticipantChange } from '../../src/media/gateway.js';
import { builtinNodes } from '../../src/nodes/index.js';
import { createVirtualScheduler } from '../../src/time/virtual.js';

/** The folder of the shipped graphs. */
export const GRAPHS = join(import.meta.dirname, '../../graphs');

/** Somebody who says a tone from one second to another. */
export interface Speaker {
  readonly hz: number;
  readonly amplitude: number;
  readonly fromSec: number;
  readonly toSec: number;
}

/** What a rendering brought. */
export interface Rendered {
  /** The bytes' SHA-256. */
  readonly hash: string;
  /** The decoded channels. */
  readonly planes: readonly Float32Array[];
  /** What went wrong on the way. */
  readonly problems: readonly Problem[];
}

/** A folder that is removed after the tests of a file. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-graphs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Renders a shipped graph through the engine, into `output`, and reads it back. With a speaker, the call has one participant. */
export async function renderGraph(
  name: string,
  output: string,
  seconds: number | undefined,
  settings: { readonly params?: Readonly<Record<string, string | number>>; readonly speaker?: Speaker } = {},
): Promise<Rendered> {
  const { params = {}, speaker } = settings;
  const scheduler = createVirtualScheduler();
  const registry = createRegistry(builtinNodes);
  const file: CallMediaFactory = async (config, clock) => {
    const media = await fileMedia(config, clock);
    return speaker ? { ...media, gateway: { ...media.gateway, participants$: concat(of(joined(speaker)), NEVER) } } : media;
  };
  const engine = createEngine({ registry, scheduler, host: new InProcessHost({ registry, scheduler, backends: { file } }) });
  const problems: Problem[] = [];
  engine.events$.subscribe((event) => {
    if (event.type === 'node.told' && event.data.problem) problems.push(event.data.problem);
  });
  try {
    const session = await engine.render(join(GRAPHS, `${name}.json`), {
      output,
      params,
      ...(seconds !== undefined && { durationUs: seconds * 1e6 }),
    });
    await session.ended;
  } finally {
    await engine.close();
    scheduler.close();
  }
  return { ...(await readBack(output)), problems };
}

/** A file's hash and sound. */
export async function readBack(path: string): Promise<{ hash: string; planes: Float32Array[] }> {
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  const reader = await openAudioFile(path);
  const frame = createAudioFrame(reader.channels);
  const parts: Float32Array[][] = frame.planes.map(() => []);
  for (let n = reader.read(frame); n > 0; n = reader.read(frame)) {
    parts.forEach((part, c) => part.push(frame.planes[c]!.slice(0, n)));
  }
  reader.close();
  const planes = parts.map((part) => {
    const plane = new Float32Array(part.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of part) {
      plane.set(piece, at);
      at += piece.length;
    }
    return plane;
  });
  return { hash, planes };
}

/** The RMS level of all channels between two moments, in decibels below full scale. */
export function rmsDb(planes: readonly Float32Array[], fromSec: number, toSec: number): number {
  let squares = 0;
  let count = 0;
  for (const plane of planes) {
    for (const x of plane.subarray(fromSec * SAMPLE_RATE, toSec * SAMPLE_RATE)) squares += x * x;
    count += (toSec - fromSec) * SAMPLE_RATE;
  }
  return linearToDb(Math.sqrt(squares / count));
}

/** How strong one frequency is in the first channel, as the peak level of a sine in decibels below full scale. */
export function toneDb(planes: readonly Float32Array[], hz: number, fromSec: number, toSec: number): number {
  const part = planes[0]!.subarray(fromSec * SAMPLE_RATE, toSec * SAMPLE_RATE);
  const w = (2 * Math.PI * hz) / SAMPLE_RATE;
  let re = 0;
  let im = 0;
  part.forEach((x, i) => {
    re += x * Math.cos(w * i);
    im += x * Math.sin(w * i);
  });
  return linearToDb((2 * Math.hypot(re, im)) / part.length);
}

function joined({ hz, amplitude, fromSec, toSec }: Speaker): ParticipantChange {
  const participantId = 'anna';
  let at = 0;
  return {
    type: 'joined',
    participantId,
    audio: {
      participantId,
      pull(out) {
        const first = at;
        const samples = out.planes[0]!.length;
        at += samples;
        const speaks = first >= fromSec * SAMPLE_RATE && first < toSec * SAMPLE_RATE;
        out.silent = !speaks;
        for (const plane of out.planes) {
          for (let i = 0; i < samples; i++) {
            plane[i] = speaks ? amplitude * Math.sin((2 * Math.PI * hz * (first + i)) / SAMPLE_RATE) : 0;
          }
        }
        return speaks ? 'audio' : 'silent';
      },
    },
  };
}
