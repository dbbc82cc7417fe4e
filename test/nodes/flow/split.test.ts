import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mapAudio } from '../../../src/graph/audio-operators.js';
import { defineNode } from '../../../src/graph/define-node.js';
import { checkGraphText } from '../../../src/graph/load.js';
import { audio, many } from '../../../src/graph/ports.js';
import { createRegistry } from '../../../src/graph/registry.js';
import type { GraphEvent } from '../../../src/graph/run/graph-events.js';
import { GraphRun } from '../../../src/graph/run/graph-run.js';
import { copyAudioFrame, createAudioFrame } from '../../../src/media/frame.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { createVirtualScheduler } from '../../../src/time/index.js';
import { fakeGateway, joins } from '../support/gateway.js';
import { readAll, temporaryFolder } from '../support/media.js';
import { largestStep } from '../support/signals.js';

const folder = temporaryFolder();

/** Doubles what is soft, and throws at what is loud. */
const shyType = defineNode({
  type: 'effect.shy',
  summary: 'Double what is soft.',
  inputs: { audio: audio('Sound.') },
  outputs: { audio: audio('Louder.') },
  options: z.strictObject({}),
  create: ({ inputs }) => ({
    audio: inputs.audio.pipe(
      mapAudio(() => (input, output) => {
        if (input.planes[0]![0]! > 0.5) throw new Error('too loud');
        input.planes.forEach((plane, c) => output.planes[c]!.set(plane.map((x) => 2 * x)));
        output.silent = input.silent;
      }),
    ),
  }),
});

/** Runs a graph whose sinks of type `sink.heard` note every sample of each branch. */
async function lab(graph: unknown, debug = true, personal: ReadonlySet<string> = new Set()) {
  const heard: Record<string, number[]> = {};
  const heardType = defineNode({
    type: 'sink.heard',
    summary: 'Note.',
    inputs: { audio: many(audio('Sound.')) },
    outputs: {},
    options: z.strictObject({}),
    leadership: 'may',
    create: ({ inputs, ctx }) => {
      const subscription = inputs.audio.subscribe({
        next: ({ id, stream$ }) =>
          stream$.subscribe({
            next: (frame) => {
              const copy = copyAudioFrame({ ...frame, silent: false }, createAudioFrame(1));
              (heard[id] ??= []).push(...copy.planes[0]!);
            },
            complete: () => (heard[id] ??= []).push(NaN),
          }),
        complete: () => ctx.finish(),
      });
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  });
  const registry = createRegistry([...builtinNodes, heardType, shyType]);
  const planOf = (given: unknown) => {
    const checked = checkGraphText(JSON.stringify(given), 'each.json', { registry });
    expect(checked.problems).toEqual([]);
    return checked.plan!;
  };
  const events: GraphEvent[] = [];
  const gateway = { ...fakeGateway(), personalMixes$: of(personal) };
  const scheduler = createVirtualScheduler();
  const onEvent = (event: GraphEvent) => void events.push(event);
  const run = new GraphRun({ id: 'g', plan: planOf(graph), registry, scheduler, gateway, onEvent, debug });
  await run.start();
  const ticks = async (count: number) => {
    // The first is due at the start, so half a frame before a deadline is between two.
    for (let i = 0; i < count; i++) await scheduler.play(scheduler.nowUs() === 0 ? 10 : 20);
  };
  /** The first sample of each frame of a branch. */
  const frames = (id: string) => (heard[id] ?? []).filter((x, i) => i % 960 === 0 || Number.isNaN(x));
  return {
    run,
    planOf,
    events,
    gateway,
    ticks,
    heard,
    frames,
    told: (type: string) => events.filter((event) => event.type === type),
  };
}

const graph = (nodes: unknown, more: object = {}, rest: object = {}) => ({
  version: 1,
  nodes: {
    room: { type: 'source.participants', options: { channels: 1 } },
    each: { type: 'flow.split', in: { audio: 'room' }, options: { nodes, ...more } },
    ...rest,
  },
});
const withOut = (nodes: unknown, out: string) => graph(nodes, { out }, { heard: { type: 'sink.heard', in: { audio: 'each' } } });

describe('flow.split', () => {
  it('gives each participant effects of his own, in the very tick', async () => {
    const { gateway, ticks, frames, run } = await lab(
      withOut(
        {
          loud: { type: 'effect.gain', in: { audio: 'voice' }, options: { gainDb: 6 } },
          late: { type: 'flow.delay', in: { audio: 'loud' }, options: { delayMs: 40 } },
        },
        'late',
      ),
    );
    const twice = Math.fround(10 ** (6 / 20));
    gateway.participants$.next(joins('alice', 0.1));
    await ticks(3);
    gateway.participants$.next(joins('bob', 0.2));
    await ticks(3);
    expect(frames('alice').map((x) => Math.round((x / twice) * 1e4) / 1e4)).toEqual([0, 0, 0.1, 0.1, 0.1, 0.1]);
    expect(frames('bob').map((x) => Math.round((x / twice) * 1e4) / 1e4)).toEqual([0, 0, 0.2]);
    const { nodes } = run.stats();
    expect(Object.keys(nodes).sort()).toEqual(
      [
        'each',
        'heard',
        'room',
        ...['alice', 'bob'].flatMap((id) => ['late', 'loud', 'voice'].map((n) => `each/${id}/${n}`)),
      ].sort(),
    );
    expect(nodes['each/alice/loud']).toMatchObject({ state: 'running', faults: 0, passed: { audio: 6 } });
    expect(nodes['each/bob/loud']).toMatchObject({ passed: { audio: 3 } });
    expect(nodes['each']).toMatchObject({ passed: { audio: 9 }, faults: 0 });
    await run.stop();
  });

  it('lets a copy ring out when its participant leaves, and makes a fresh one when he is back', async () => {
    const { gateway, ticks, frames, run, told, events } = await lab(
      withOut({ late: { type: 'flow.delay', in: { audio: 'voice' }, options: { delayMs: 40 } } }, 'late'),
    );
    gateway.participants$.next(joins('alice', 0.5));
    await ticks(2);
    gateway.participants$.next({ type: 'left', participantId: 'alice' });
    await ticks(3);
    expect(frames('alice').map((x) => Math.round(x * 10) / 10)).toEqual([0, 0, 0.5, 0.5, NaN]);
    expect(Object.keys(run.stats().nodes).filter((id) => id.includes('/'))).toEqual([]);
    gateway.participants$.next(joins('alice', 0.25));
    await ticks(3);
    expect(frames('alice').slice(5)).toEqual([0, 0, 0.25]);
    expect(told('participant.split')).toHaveLength(2);
    expect(told('participant.merged')).toEqual([{ type: 'participant.merged', graph: 'g', node: 'each', participant: 'alice' }]);
    expect(events.filter((event) => 'problem' in event)).toEqual([]);
    await run.stop();
  });

  it('mixes inside, with sources of its own, as a whole graph does', async () => {
    const { gateway, ticks, frames, run } = await lab(
      withOut(
        {
          hum: { type: 'source.tone', options: { levelDb: -40, channels: 1 } },
          both: { type: 'mix.sum', in: { audio: ['voice', 'hum'] }, options: { channels: 1 } },
          out: { type: 'effect.gain', in: { audio: 'both' } },
        },
        'out',
      ),
    );
    gateway.participants$.next(joins('alice', 0.25));
    await ticks(5);
    const { nodes } = run.stats();
    expect(nodes['each/alice/both']).toMatchObject({ counters: {}, passed: { audio: 5 } });
    expect(frames('alice')).toHaveLength(5);
    gateway.participants$.next({ type: 'left', participantId: 'alice' });
    await ticks(3);
    expect(frames('alice').at(-1)).toBeNaN();
    await run.stop();
  });

  it('joins and leaves the mix behind it without a click, counting nothing as missing', async () => {
    const { gateway, ticks, heard, run } = await lab({
      ...graph({ soft: { type: 'effect.gain', in: { audio: 'voice' }, options: { gainDb: -6 } } }, { out: 'soft' }),
      nodes: {
        ...graph({ soft: { type: 'effect.gain', in: { audio: 'voice' }, options: { gainDb: -6 } } }, { out: 'soft' }).nodes,
        mix: { type: 'mix.sum', in: { audio: 'each' }, options: { channels: 1 } },
        heard: { type: 'sink.heard', in: { audio: 'mix' } },
      },
    });
    await ticks(2);
    gateway.participants$.next(joins('alice', 0.4));
    await ticks(2);
    gateway.participants$.next(joins('bob', 0.2));
    await ticks(2);
    gateway.participants$.next({ type: 'left', participantId: 'alice' });
    await ticks(3);
    expect(largestStep(Float32Array.from(heard['mix']!))).toBeLessThan(0.2 / 200);
    expect(run.stats().nodes['mix']).toMatchObject({ counters: {}, passed: { audio: 9 } });
    await run.stop();
  });

  it('keeps a fault inside to the copy it happens in', async () => {
    const { gateway, ticks, frames, run, told } = await lab(
      withOut({ shy: { type: 'effect.shy', in: { audio: 'voice' } } }, 'shy'),
    );
    gateway.participants$.next(joins('alice', 0.25));
    gateway.participants$.next(joins('bob', 0.75));
    await ticks(7);
    // The faulty copy lets its input pass.
    expect(frames('alice')).toEqual(new Array(7).fill(0.5));
    expect(frames('bob')).toEqual(new Array(7).fill(0.75));
    expect(told('node.bypassed')).toMatchObject([{ node: 'each', part: 'each/bob/shy', participant: 'bob' }]);
    expect(run.stats().nodes).toMatchObject({
      'each/alice/shy': { state: 'running', faults: 0 },
      'each/bob/shy': { state: 'bypassed', faults: 5 },
      each: { state: 'running', faults: 0 },
    });
    await run.stop();
  });

  it('records each participant in a file of his own, and never replaces one', async () => {
    const path = join(folder, '{participant}.wav');
    const { gateway, ticks, run, told } = await lab(
      graph({
        rec: {
          type: 'sink.file',
          in: { audio: 'voice' },
          options: { path, codec: 'pcm_f32le', channels: 1, tags: { artist: '{participant}' } },
        },
      }),
    );
    gateway.participants$.next(joins('alice', 0.25));
    gateway.participants$.next(joins('../bob?', 0.5));
    await ticks(5);
    gateway.participants$.next({ type: 'left', participantId: 'alice' });
    await ticks(3);
    expect(told('file.written')).toMatchObject([
      { node: 'each', part: 'each/alice/rec', participant: 'alice', path: join(folder, 'alice.wav'), durationMs: 100 },
    ]);
    gateway.participants$.next(joins('alice', 0.75));
    await ticks(2);
    await run.stop();
    expect(readdirSync(folder).sort()).toEqual(['__bob_.wav', 'alice (2).wav', 'alice.wav']);
    expect((await readAll(join(folder, 'alice.wav'))).planes[0]!.every((x) => x === 0.25)).toBe(true);
    const again = await readAll(join(folder, 'alice (2).wav'));
    expect(again.planes[0]).toHaveLength(1920);
    expect(again.planes[0]!.every((x) => x === 0.75)).toBe(true);
    expect((await readAll(join(folder, '__bob_.wav'))).planes[0]).toHaveLength(10 * 960);
  });

  it('ends the graph when everybody has left for good and nothing goes out of it', async () => {
    const path = join(folder, 'end-{participant}.wav');
    const { gateway, ticks, run, told } = await lab(
      graph({ rec: { type: 'sink.file', in: { audio: 'voice' }, options: { path, channels: 1 } } }),
    );
    gateway.participants$.next(joins('carol', 0.25));
    await ticks(2);
    gateway.participants$.complete();
    await ticks(4);
    await expect(run.ended).resolves.toBe('finished');
    expect(told('file.written')).toHaveLength(1);
    expect(existsSync(join(folder, 'end-carol.wav'))).toBe(true);
  });

  it('reaches nodes inside by command, in one copy or in all and those to come', async () => {
    const { gateway, ticks, frames, run, told } = await lab(
      withOut({ loud: { type: 'effect.gain', in: { audio: 'voice' } } }, 'loud'),
    );
    gateway.participants$.next(joins('alice', 0.1));
    gateway.participants$.next(joins('bob', 0.1));
    await ticks(1);
    run.command('each', { type: 'set', node: 'loud', participant: 'bob', options: { gainDb: 20 } });
    await ticks(2);
    expect([frames('alice').at(-1), frames('bob').at(-1)].map((x) => Math.round(x! * 100) / 100)).toEqual([0.1, 1]);
    run.command('each', { type: 'set', node: 'loud', options: { gainDb: -20 } });
    await ticks(2);
    gateway.participants$.next(joins('carol', 0.1));
    await ticks(1);
    for (const id of ['alice', 'bob', 'carol']) expect(frames(id).at(-1), id).toBeCloseTo(0.01, 6);
    for (const command of [
      { type: 'set', node: 'loud', options: { gainDB: 3 } },
      { type: 'set', node: 'nothing', options: {} },
      { type: 'set', node: 'loud', participant: 'dave', options: {} },
      { type: 'tell', node: 'loud' },
      { type: 'dance' },
    ])
      run.command('each', command);
    expect(told('command.refused').map((event) => event['reason'])).toEqual([
      expect.stringContaining('gainDB'),
      'there is no node "nothing" inside',
      'there is no participant "dave"',
      'tell needs node, command, and may name a participant',
      'flow.split takes set, bypass and tell',
    ]);
    await run.stop();
  });

  it('leaves a node inside out: in every copy and those to come, also behind an edit, or in one copy', async () => {
    const loud = (gainDb: number) =>
      withOut(
        {
          loud: { type: 'effect.gain', in: { audio: 'voice' }, options: { gainDb } },
          last: { type: 'effect.gain', in: { audio: 'loud' } },
        },
        'last',
      );
    const { gateway, ticks, frames, run, told, planOf } = await lab(loud(20));
    const last = (id: string) => Math.round(frames(id).at(-1)! * 100) / 100;
    gateway.participants$.next(joins('alice', 0.05));
    await ticks(2);
    expect(last('alice')).toBe(0.5);
    run.leaveOut('each/loud', true);
    gateway.participants$.next(joins('bob', 0.05));
    await ticks(3);
    expect([last('alice'), last('bob')]).toEqual([0.05, 0.05]);
    const { nodes } = run.stats();
    expect(nodes['each']).toMatchObject({ leftOutInside: ['loud'] });
    expect(nodes['each/alice/loud']).toMatchObject({ state: 'bypassed', leftOut: true });
    let changed = false;
    const change = run.change(planOf(loud(14)), { preRollMs: 100 }).finally(() => (changed = true));
    for (let beats = 0; !changed && beats < 1000; beats++) await ticks(1);
    await change;
    gateway.participants$.next(joins('carol', 0.05));
    await ticks(3);
    // Her branch before the edit was another one.
    expect([last('alice#2'), last('carol')]).toEqual([0.05, 0.05]);
    run.leaveOut('each/loud', false);
    await ticks(3);
    expect([last('alice#2'), last('carol')]).toEqual([0.25, 0.25]);
    run.command('each', { type: 'bypass', node: 'loud', participant: 'carol' });
    await ticks(3);
    expect([last('alice#2'), last('carol')]).toEqual([0.25, 0.05]);
    expect(run.stats().nodes['each']).not.toHaveProperty('leftOutInside');
    expect(() => run.leaveOut('each/lout', true)).toThrow('loud');
    expect(() => run.leaveOut('each/voice', true)).toThrow('voice');
    expect(told('command.refused')).toEqual([]);
    await run.stop();
  });

  it('refuses to leave out a node inside that nothing could stand in for', async () => {
    const path = join(folder, 'kept-{participant}.wav');
    const { run, told } = await lab(graph({ rec: { type: 'sink.file', in: { audio: 'voice' }, options: { path } } }));
    expect(() => run.leaveOut('each/rec', true)).toThrow('"each/rec" cannot be left out');
    run.command('each', { type: 'bypass', node: 'rec' });
    expect(told('command.refused')).toMatchObject([{ command: 'bypass', reason: expect.stringContaining('cannot be left out') }]);
    await run.stop();
  });

  it('checks options that are set for all also while nobody is there', async () => {
    const { gateway, ticks, frames, run, told } = await lab(
      withOut({ loud: { type: 'effect.gain', in: { audio: 'voice' } } }, 'loud'),
    );
    run.command('each', { type: 'set', node: 'loud', options: { gainDb: 1000 } });
    run.command('each', { type: 'set', node: 'voice', options: {} });
    expect(told('command.refused').map((event) => event['reason'])).toEqual([
      expect.stringContaining('gainDb'),
      'there is no node "voice" inside',
    ]);
    run.command('each', { type: 'set', node: 'loud', options: { gainDb: 20 } });
    gateway.participants$.next(joins('alice', 0.05));
    await ticks(1);
    expect(frames('alice')[0]).toBeCloseTo(0.5, 6);
    await run.stop();
  });

  it('is made again in a personal mix, without the one it is for, and records nothing there', async () => {
    const path = join(folder, 'personal-{participant}.wav');
    const { gateway, ticks, run, told } = await lab(
      {
        version: 1,
        nodes: {
          room: { type: 'source.participants', options: { channels: 1 } },
          each: {
            type: 'flow.split',
            in: { audio: 'room' },
            options: {
              nodes: {
                loud: { type: 'effect.gain', in: { audio: 'voice' } },
                rec: { type: 'sink.file', in: { audio: 'loud' }, options: { path, channels: 1 } },
              },
              out: 'loud',
            },
          },
          mix: { type: 'mix.sum', in: { audio: 'each' } },
          opus: { type: 'encode.opus', in: { audio: 'mix' } },
          call: { type: 'sink.call', in: { audio: 'opus' } },
        },
      },
      false,
      new Set(['alice']),
    );
    gateway.participants$.next(joins('alice', 0.25));
    gateway.participants$.next(joins('bob', 0.25));
    await ticks(5);
    const ids = Object.keys(run.stats().nodes).filter((id) => id.includes('/'));
    expect(ids.filter((id) => !id.includes('@')).sort()).toEqual(
      ['alice', 'bob'].flatMap((id) => ['loud', 'rec', 'voice'].map((node) => `each/${id}/${node}`)),
    );
    expect(ids.filter((id) => id.includes('@')).sort()).toEqual(['each/bob/loud@alice', 'each/bob/voice@alice']);
    expect(gateway.sent.filter(({ to }) => to === 'alice')).toHaveLength(5);
    await run.stop();
    expect(new Set(told('file.written').map((event) => event['participant']))).toEqual(new Set(['alice', 'bob']));
    expect(readdirSync(folder).filter((name) => name.startsWith('personal'))).toHaveLength(2);
  });

  it('allows nodes inside what the graph is allowed, and no more', async () => {
    const { gateway, ticks, run, told } = await lab(
      withOut(
        {
          shell: { type: 'source.process', options: { command: 'true' } },
          both: { type: 'mix.sum', in: { audio: ['voice', 'shell'] } },
        },
        'both',
      ),
    );
    gateway.participants$.next(joins('alice', 0.25));
    await ticks(2);
    expect(told('source.failed')).toMatchObject([{ part: 'each/alice/shell', problem: { code: 'PROCESS_FORBIDDEN' } }]);
    await run.stop();
  });

  it('refuses inside what cannot run here, under the names of both nodes', () => {
    const inner = {
      a: { type: 'effect.gain', in: { audio: { from: 'voice', queue: { frames: 3, overflow: 'block' } } } },
    };
    const registry = createRegistry([...builtinNodes]);
    const { plan } = checkGraphText(
      JSON.stringify({
        ...graph(inner, { out: 'a' }),
        nodes: { ...graph(inner, { out: 'a' }).nodes, end: { type: 'sink.null', in: { audio: 'each' } } },
      }),
      'x.json',
      { registry },
    );
    const scheduler = { ...createVirtualScheduler(), kind: 'realtime' as const };
    const make = () => new GraphRun({ id: 'g', plan: plan!, registry, scheduler, gateway: fakeGateway(), onEvent: () => {} });
    expect(make).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code: 'BLOCK_NEEDS_OFFLINE', node: 'each/a' })] }),
    );
  });
});
