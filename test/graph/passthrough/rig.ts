import { reasonOf } from '../../../src/errors.js';
import { BehaviorSubject, EMPTY } from 'rxjs';
import { graphFromObject } from '../../../src/graph/load.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import type { GraphEvent, GraphStats } from '../../../src/graph/run/graph-events.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { openOpusFile } from '../../../src/media/av/opus-reader.js';
import { openPacketDecoder } from '../../../src/media/opus/decoder.js';
import { gain } from '../../../src/nodes/effects/gain.js';
import { opus } from '../../../src/nodes/encoders/opus.js';
import { tee } from '../../../src/nodes/flow/tee.js';
import { level } from '../../../src/nodes/meters/level.js';
import { callSink } from '../../../src/nodes/sinks/call.js';
import { file } from '../../../src/nodes/sources/file.js';
import { createOfflineScheduler } from '../../../src/time/offline.js';

/** A packet that reached the call. */
export interface Sent {
  readonly data: Uint8Array;
  readonly ptsUs: number;
  readonly durationUs: number;
  readonly levelDbov: number | undefined;
}

/** Something to do when so much media has been sent, in milliseconds. */
export type Script = readonly (readonly [atMs: number, act: (run: GraphRun) => void])[];

/** Runs a graph offline into a call that keeps its packets. */
export async function sendAll(
  nodes: Readonly<Record<string, object>>,
  settings: { readonly ms: number; readonly script?: Script; readonly debug?: boolean },
): Promise<{ readonly sent: readonly Sent[]; readonly stats: GraphStats; readonly events: readonly GraphEvent[] }> {
  const registry = createRegistry([file, gain, tee, level, opus, callSink]);
  const plan = graphFromObject({ version: 1, nodes }, { registry });
  const sent: Sent[] = [];
  const events: GraphEvent[] = [];
  const failures: string[] = [];
  const scheduler = createOfflineScheduler({ onError: (error) => failures.push(reasonOf(error)) });
  const run = new GraphRun({
    id: 'test',
    plan,
    registry,
    scheduler,
    durationUs: settings.ms * 1000,
    ...(settings.debug && { debug: true }),
    onEvent: (event) => events.push(event),
    gateway: {
      participants$: EMPTY,
      personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
      sendAudio: ({ data, ptsUs, durationUs, levelDbov }) =>
        sent.push({ data: Uint8Array.from(data), ptsUs, durationUs, levelDbov }),
    },
  });
  await run.start();
  for (const [atMs, act] of settings.script ?? []) scheduler.after(atMs, () => act(run));
  await scheduler.run();
  const stats = run.stats();
  await run.stop();
  scheduler.close();
  if (failures.length > 0) throw new Error(failures.join('; '));
  return { sent, stats, events };
}

/** The packets of a file as they stand in it. */
export async function packetsOf(path: string): Promise<Uint8Array[]> {
  const reader = (await openOpusFile(path, 2))!;
  const packets: Uint8Array[] = [];
  for (let data = reader.read(); data; data = reader.read()) packets.push(Uint8Array.from(data));
  reader.close();
  return packets;
}

/** What a receiver hears, left channel. */
export async function heard(packets: readonly Uint8Array[]): Promise<Float32Array> {
  const decoder = await openPacketDecoder(2);
  const out: number[] = [];
  for (const packet of packets) {
    const samples = decoder.decode(packet)!;
    for (let i = 0; i < samples.length; i += 2) out.push(samples[i]!);
  }
  decoder.free();
  return Float32Array.from(out);
}

/** Whether two packets are the same bytes. */
export function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}
