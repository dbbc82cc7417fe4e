import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BehaviorSubject, filter, firstValueFrom, ReplaySubject, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallMediaFactory } from '../../../src/calls/call-media.js';
import { createEngine } from '../../../src/engine.js';
import { graphFromObject } from '../../../src/graph/load.js';
import { createRegistry } from '../../../src/graph/registry.js';
import { readEventLog } from '../../../src/host/event-log/index.js';
import { InProcessHost } from '../../../src/host/in-process.js';
import { openAudioFile } from '../../../src/media/av/audio-reader.js';
import { createAudioFrame } from '../../../src/media/frame.js';
import type { ParticipantChange } from '../../../src/media/gateway.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { createVirtualScheduler } from '../../../src/time/virtual.js';
import { adder, counter, entry } from '../../nodes/plugins/chain-lab.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vox-log-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const graph = () => ({
  version: 1,
  nodes: {
    tone: { type: 'source.tone', options: { frequencyHz: 500, levelDb: -20 } },
    gain: { type: 'effect.gain', in: { audio: 'tone' } },
    room: { type: 'source.participants' },
    duck: { type: 'mix.duck', in: { bed: 'gain', voice: 'room' } },
    out: { type: 'sink.file', in: { audio: 'duck' }, options: { path: join(folder, 'live.wav'), codec: 'pcm_f32le' } },
    opus: { type: 'encode.opus', in: { audio: 'duck' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  },
});

async function samplesOf(path: string): Promise<Float32Array> {
  const reader = await openAudioFile(path);
  const parts: number[] = [];
  const frame = createAudioFrame(2);
  for (let n = reader.read(frame); n > 0; n = reader.read(frame)) parts.push(...frame.planes[0]!.subarray(0, n));
  reader.close();
  return Float32Array.from(parts);
}

/** A second and a half of a call: Ada joins, speaks noise, leaves; meanwhile the gain is changed. */
async function recordedCall(log = join(folder, 'call.ndjson')): Promise<string> {
  const scheduler = createVirtualScheduler();
  const participants$ = new ReplaySubject<ParticipantChange>();
  const registry = createRegistry(builtinNodes);
  const room: CallMediaFactory = async () => ({
    gateway: { participants$, personalMixes$: new BehaviorSubject(new Set()), sendAudio: () => {} },
    events$: new Subject(),
    request: async () => null,
    stats: () => null,
    close: async () => {},
  });
  const host = new InProcessHost({ registry, scheduler, backends: { room } });
  const plan = graphFromObject(graph(), { registry, cwd: folder, baseDir: folder });
  await host.request({ type: 'call.open', call: 'c', backend: 'room', config: {} });
  await host.request({ type: 'graph.load', graph: 'g', plan, pace: 'realtime', call: 'c', record: log });
  const started = host.request({ type: 'graph.start', graph: 'g' });
  await scheduler.settle();
  await started;
  const pass = (ms: number): Promise<void> => scheduler.play(ms);
  await pass(300);
  let state = 7;
  const pull = (out: { planes: Float32Array[]; silent: boolean }): 'audio' => {
    for (const plane of out.planes) {
      for (let i = 0; i < plane.length; i++) {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        plane[i] = state / 4e9 - 0.25;
      }
    }
    out.silent = false;
    return 'audio';
  };
  participants$.next({ type: 'joined', participantId: 'ada', audio: { participantId: 'ada', pull } });
  await pass(400);
  await host.request({ type: 'node.set', graph: 'g', node: 'gain', options: { gainDb: -9 } });
  await pass(300);
  participants$.next({ type: 'left', participantId: 'ada' });
  await pass(500);
  const stopping = host.request({ type: 'graph.stop', graph: 'g' });
  await scheduler.settle();
  await stopping;
  await host.close();
  scheduler.close();
  return log;
}

describe('an event log', () => {
  it('holds who came, said and went, and what was set, each with its beat', async () => {
    const { lines, ticks } = readEventLog(await recordedCall(), 'call.ndjson');
    const facts = lines.filter(({ type }) => type !== 'told' && type !== 'log.started');
    expect(facts).toMatchObject([
      { type: 'participant.joined', tick: 16, participant: 'ada', audio: join('call.ndjson.audio', '1.wav') },
      { type: 'node.set', tick: 36, node: 'gain', options: { gainDb: -9 } },
      { type: 'participant.left', tick: 51, participant: 'ada' },
      { type: 'log.ended', tick: 76 },
    ]);
    expect(ticks).toBe(76);
  });

  it('is never written over what is there', async () => {
    const path = join(folder, 'taken.ndjson');
    writeFileSync(path, 'what was said');
    await expect(recordedCall(path)).rejects.toThrow('is there already, and nothing that was recorded is replaced');
    expect(readFileSync(path, 'utf8')).toBe('what was said');
  });

  it('makes the call happen again, sample by sample', async () => {
    const log = await recordedCall();
    const live = await samplesOf(join(folder, 'live.wav'));
    rmSync(join(folder, 'live.wav'));
    const engine = createEngine();
    for (const name of ['a.wav', 'b.wav']) {
      const session = await engine.render(undefined, { events: log, output: join(folder, name), cwd: folder });
      await session.ended;
    }
    await engine.close();
    const again = await samplesOf(join(folder, 'live.wav'));
    expect(live.length).toBeGreaterThan(70_000);
    expect(again.length).toBe(live.length);
    expect(again.findIndex((x, i) => x !== live[i])).toBe(-1);
    expect(readFileSync(join(folder, 'a.wav')).equals(readFileSync(join(folder, 'b.wav')))).toBe(true);
  });

  it('has the plugins that worked, and when they changed', async () => {
    const registry = createRegistry(builtinNodes);
    const scheduler = createVirtualScheduler();
    const modules = [adder('plus'), counter('count')];
    const plugins = { find: (module: string) => modules.find(({ name }) => name === module) };
    const host = new InProcessHost({ registry, scheduler, backends: {}, plugins });
    const plan = (path: string) =>
      graphFromObject(
        {
          version: 1,
          nodes: {
            silence: { type: 'source.silence' },
            fx: { type: 'plugin.audio', in: { audio: 'silence' } },
            quiet: { type: 'effect.gain', in: { audio: 'fx' }, options: { gainDb: -40 } },
            out: { type: 'sink.file', in: { audio: 'quiet' }, options: { path: join(folder, path), codec: 'pcm_f32le' } },
          },
        },
        { registry, cwd: folder, baseDir: folder },
      );
    const record = join(folder, 'plugins.ndjson');
    const chain = [entry('plus', { config: { plus: 0.5 } })];
    await host.request({ type: 'graph.load', graph: 'g', plan: plan('live.wav'), pace: 'realtime', record, plugins: chain });
    await host.request({ type: 'graph.start', graph: 'g' });
    await scheduler.play(200);
    await host.request({ type: 'plugin.set', graph: 'g', plugins: [...chain, entry('count')] });
    await scheduler.play(200);
    const stopping = host.request({ type: 'graph.stop', graph: 'g' });
    await scheduler.settle();
    await stopping;
    const lines = readEventLog(record, 'plugins.ndjson').lines.filter(({ type }) => type === 'plugin.set');
    expect(lines.map((line) => 'tick' in line && line.tick)).toEqual([0, 11]);
    const again = { type: 'graph.load', graph: 'h', plan: plan('again.wav'), pace: 'offline', replay: record } as const;
    await host.request({ ...again, durationUs: 11 * 20_000 + 200_000 });
    const ended = firstValueFrom(
      host.events$.pipe(filter((message) => message.type === 'graph' && message.event.type === 'graph.ended')),
    );
    await host.request({ type: 'graph.start', graph: 'h' });
    await ended;
    await host.close();
    scheduler.close();
    const [live, replayed] = [await samplesOf(join(folder, 'live.wav')), await samplesOf(join(folder, 'again.wav'))];
    expect(live.length).toBeGreaterThan(18_000);
    expect(new Set(live).size).toBeGreaterThan(10);
    expect(live.findIndex((x, i) => x !== replayed[i])).toBe(-1);
  });

  it('can be heard through another graph', async () => {
    const log = await recordedCall();
    const registry = createRegistry(builtinNodes);
    const voices = {
      version: 1,
      nodes: {
        room: graph().nodes.room,
        out: { type: 'sink.file', in: { audio: 'room' }, options: { path: join(folder, 'voices.wav') } },
      },
    };
    const engine = createEngine({ registry });
    const plan = graphFromObject(voices, { registry, cwd: folder, baseDir: folder });
    const session = await engine.render(plan, { events: log, cwd: folder });
    const problems: unknown[] = [];
    session.events$.subscribe((event) => 'problem' in event && problems.push(event));
    await session.ended;
    await engine.close();
    const heard = await samplesOf(join(folder, 'voices.wav'));
    const loud = (from: number, to: number): boolean => heard.subarray(from, to).some((x) => Math.abs(x) > 0.1);
    expect([loud(0, 14_000), loud(15_000, 47_000), loud(49_000, 70_000)]).toEqual([false, true, false]);
    expect(problems).toEqual([]);
  });

  it('may end in the middle of a line, as a killed process leaves it, but not be something else', async () => {
    const log = await recordedCall();
    appendFileSync(log, '{"type":"node.se');
    expect(readEventLog(log, 'call.ndjson').ticks).toBe(76);
    appendFileSync(log, '\n{"type":"log.ended","tick":77}\n');
    expect(() => readEventLog(log, 'call.ndjson')).toThrow(/call\.ndjson.*line \d+ is no line of a log/);
    writeFileSync(log, '{}');
    expect(() => readEventLog(log, 'call.ndjson')).toThrow(/does not begin with log\.started/);
    expect(() => readEventLog(join(folder, 'none'), 'none')).toThrow(/cannot be read/);
  });
});
