import { EMPTY, NEVER, Subject, delay, filter, from, map, merge, mergeMap, of as just, tap, throwError } from 'rxjs';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineCommand } from '../../src/events/command.js';
import { countClicks } from '../../src/engine/graph-test/clicks.js';
import { graphFromObject } from '../../src/graph/load.js';
import { InProcessHost } from '../../src/host/in-process.js';
import { goertzelDb } from '../../src/media/dsp/measure.js';
import { createAudioFrame, type AudioFrame } from '../../src/media/frame.js';
import { definePlugin, message } from '../../src/plugins/define-plugin.js';
import type { PluginDefinition } from '../../src/plugins/plugin-types.js';
import { memoryStorage } from '../../src/plugins/storage.js';
import { BASE, lab } from './lab.js';

const SECOND = 48_000;

/** A call whose sound, a tone through the operators of all plugins, is listened to in virtual time. */
async function call() {
  let host!: InProcessHost;
  const storage = memoryStorage();
  const world = lab({
    storage,
    host: (parts) => (host = new InProcessHost(parts)),
    pluginLimits: { loadMs: 500 },
  });
  const { engine } = world;
  await engine.use(
    definePlugin({
      ...BASE,
      name: 'witness',
      messages: { ping: message(z.null(), { reply: z.number() }) },
      state: { initial: () => ({ pings: 0 }), messages: { ping: (draft) => void draft.pings++ } },
      replies: { ping: ({ state }) => state.pings },
      setup: (ctx) => ctx.storage.set('secret', 'kept'),
    }),
  );
  const plan = graphFromObject(
    {
      version: 1,
      nodes: {
        tone: { type: 'source.tone', options: { frequencyHz: 440 } },
        effects: { type: 'plugin.audio', in: { audio: 'tone' } },
        opus: { type: 'encode.opus', in: { audio: 'effects' } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
    },
    { registry: engine.registry },
  );
  const session = await engine.run(plan, { call: 'room:lobby' });
  const samples: number[] = [];
  const positions: number[] = [];
  host.events$.subscribe((event) => {
    if (event.type !== 'tap' || event.ended || event.pcm === undefined) return;
    positions.push(event.positionMs);
    const pcm = Buffer.from(event.pcm, 'base64');
    for (let at = 0; at < pcm.length; at += 4) samples.push(pcm.readInt16LE(at) / 32_768);
  });
  await host.request({ type: 'tap.open', tap: 'tap', graph: session.id, wire: 'effects', sound: true });
  return { ...world, session, samples, positions, storage };
}

type Parts = Partial<Parameters<typeof definePlugin>[0]>;
const hostile = (parts: object): PluginDefinition => definePlugin({ ...BASE, name: 'hostile', ...(parts as Parts) } as never);
const audio = (operator: (frame: AudioFrame, n: number) => AudioFrame): PluginDefinition =>
  hostile({ audio: () => map((frame: AudioFrame, n: number) => operator(frame, n)) });
const reacting = (reactions: (args: { events$: Subject<never>; ctx: never }) => unknown): PluginDefinition =>
  hostile({ reactions });
const pause: EngineCommand = { type: 'plugin.enable', plugin: 'witness' };

/** What each is, and the words by which the report names what it did. */
const HOSTILE: readonly (readonly [string, () => PluginDefinition, RegExp, 'changes what is heard'?])[] = [
  ['throws in setup', () => hostile({ setup: () => Promise.reject(new Error('no setup')) }), /cannot be loaded: no setup/],
  ['never resolves in setup', () => hostile({ setup: () => new Promise(() => {}) }), /was not loaded within/],
  ['has no JSON to begin with', () => hostile({ state: { initial: () => new Map() } }), /must be plain JSON, but it is a Map/],
  [
    'throws for each frame',
    () =>
      audio(() => {
        throw new Error('no frame');
      }),
    /no frame/,
  ],
  ['gives a frame of another length', () => audio((frame) => createAudioFrame(frame.planes.length as 1 | 2, 100)), /samples/],
  ['gives what is no frame', () => audio(() => 42 as never), /hostile/],
  ['gives nothing', () => hostile({ audio: () => filter(() => false) }), /gave no frame/],
  ['gives each frame twice', () => hostile({ audio: () => mergeMap((frame: AudioFrame) => just(frame, frame)) }), /hostile/],
  [
    'gives frames later',
    () => hostile({ audio: ({ ctx }: { ctx: { scheduler: never } }) => delay(100, ctx.scheduler) }),
    /gave no frame/,
  ],
  [
    'gives NaN',
    () =>
      hostile({
        audio: ({ ctx }: { ctx: { pool: { take(channels: number, samples: number): AudioFrame } } }) =>
          map((frame: AudioFrame) => {
            const made = ctx.pool.take(frame.planes.length, frame.planes[0]!.length);
            made.planes[0]!.fill(NaN);
            made.silent = false;
            return made;
          }),
      }),
    /no finite numbers/,
  ],
  [
    'takes frames and never gives them back',
    () =>
      hostile({
        audio: ({ ctx }: { ctx: { pool: { take(channels: number, samples: number): AudioFrame } } }) =>
          tap(() => {
            for (let i = 0; i < 10; i++) ctx.pool.take(2, 960);
          }),
      }),
    /frames/,
  ],
  [
    'writes into what it was lent',
    () =>
      audio((frame) => {
        frame.planes[0]!.forEach((x, i) => (frame.planes[0]![i] = x / 2));
        return frame;
      }),
    /wr[io]t|chang/,
    // As it may, by a frame of its own. What is contained is that others who are lent the same frame hear it.
    'changes what is heard',
  ],
  ['ends its stream', () => hostile({ audio: () => () => EMPTY }), /hostile/],
  ['floods commands', () => reacting(() => merge(...Array.from({ length: 2000 }, () => just(pause)))), /more than 50 commands/],
  ['gives wrong shapes of commands', () => reacting(() => from([null, 'x', { type: 'call.paus' }])), /command/],
  ['fails in its reactions again and again', () => reacting(() => throwError(() => new Error('no reaction'))), /no reaction/],
  [
    'changes frozen state and events',
    () =>
      reacting(({ ctx }) => {
        ((ctx as { engine: { plugins: Record<string, { state: unknown }> } }).engine.plugins['witness']!.state as object) = {};
        return NEVER;
      }),
    /read only|read-only/,
  ],
  [
    'fails in its reducer for each event',
    () =>
      hostile({
        state: {
          initial: () => ({}),
          reducers: {
            'plugin.message': () => {
              throw new Error('no reducer');
            },
          },
        },
      }),
    /no reducer/,
  ],
  [
    'floods facts',
    () =>
      hostile({
        setup: (ctx: { tell(what: string): void }) => {
          for (let i = 0; i < 1000; i++) ctx.tell('again');
        },
      }),
    /were dropped/,
  ],
  [
    "deletes others' values",
    () =>
      hostile({
        setup: async (ctx: { storage: { delete(key: string): Promise<boolean> } }) => {
          const gone = await Promise.all(['secret', 'witness/secret', '../witness/secret'].map((key) => ctx.storage.delete(key)));
          if (gone.some(Boolean)) throw new Error('it reached another’s');
          throw new Error('nothing is there to delete');
        },
      }),
    /nothing is there to delete/,
  ],
  [
    'fails to clean up, and never ends it',
    () =>
      hostile({
        setup: (ctx: { defer(dispose: () => unknown): void }) => {
          ctx.defer(() => new Promise(() => {}));
          ctx.defer(() => {
            throw new Error('no cleaning');
          });
        },
      }),
    /no cleaning|disposer/,
  ],
];

const CASES = HOSTILE.map(([what, make, named, changes]) => ({ what, make, named, changes: changes !== undefined }));

describe('twenty hostile plugins in one call', () => {
  it.each(CASES)(
    'one that $what is named, and neither the call’s sound nor another plugin notices',
    async ({ make, named, changes }) => {
      const test = await call();
      const { engine, scheduler, events, samples, positions, storage } = test;
      await scheduler.play(500);
      const report: string[] = [];
      const using = engine.use(make()).then(
        (plugin) => plugin,
        (error: Error) => void report.push(error.message),
      );
      await scheduler.play(1000);
      const plugin = await using;
      for (let i = 1; i <= 20; i++) {
        const answer = engine.send('witness', 'ping');
        await scheduler.play(150);
        expect(await answer).toBe(i);
      }
      const removing = plugin?.remove().catch((error: Error) => void report.push(error.message));
      // Clean-up that hangs is waited for five seconds.
      await scheduler.play(6000);
      await removing;
      for (const event of events)
        if ('problem' in event && event.problem)
          report.push(`${'plugin' in event ? event.plugin : ''}: ${event.problem.message}`);
      expect(report.join('\n')).toMatch(named);
      expect(report.join('\n')).toContain('hostile');
      expect(await storage.get('witness', 'secret')).toBe('"kept"');
      // The sound: every 100 ms there, in order, as loud as it was, without a click.
      expect(positions.length).toBeGreaterThan(55);
      positions.forEach((ms, i) => expect(ms - positions[0]!).toBe(100 * i));
      const all = Float32Array.from(samples);
      const levels = Array.from({ length: Math.floor(all.length / (SECOND / 10)) }, (_, i) =>
        goertzelDb(all.subarray((i * SECOND) / 10, ((i + 1) * SECOND) / 10), 440, SECOND),
      );
      for (const level of changes ? [] : levels) expect(Math.abs(level - levels[0]!)).toBeLessThan(0.2);
      if (!changes) expect(countClicks(all)).toBe(0);
      expect(engine.state.graphs[test.session.id]!.status).toBe('running');
      await test.session.stop();
      await engine.close();
    },
  );

  it('what one process cannot contain is documented', () => {
    const page = readFileSync('docs/plugins.md', 'utf8');
    for (const words of ['process.exit', 'endless loop', 'blocks for 200 ms', 'Memory without bounds', 'Files, network, secrets'])
      expect(page).toContain(words);
  });
});
