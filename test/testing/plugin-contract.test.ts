import { filter, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineCommand } from '../../src/events/command.js';
import { ofType } from '../../src/events/of-type.js';
import { mapAudio } from '../../src/graph/audio-operators.js';
import { defineNode } from '../../src/graph/define-node.js';
import { audio } from '../../src/graph/ports.js';
import { definePlugin, message } from '../../src/plugins/define-plugin.js';
import { pluginContract, type PluginContractSettings } from '../../src/testing/index.js';
import type { PluginDefinition } from '../../src/plugins/plugin-types.js';

const half = () =>
  mapAudio(() => (input, output) => {
    input.planes.forEach((plane, c) => plane.forEach((x, i) => (output.planes[c]![i] = x / 2)));
    output.silent = input.silent;
  });

const good = definePlugin({
  name: 'good',
  version: '1.0.0',
  description: 'Does everything well.',
  config: z.strictObject({ text: z.string().default('Hello').meta({ description: 'What it says.' }) }),
  messages: { reset: message(z.null(), { description: 'Begins anew.' }) },
  state: {
    persist: true,
    initial: () => ({ people: [] as { id: string; atMs: number }[] }),
    reducers: {
      'participant.joined': (draft, { participantId, atMs }) => void draft.people.push({ id: participantId, atMs }),
      'participant.left': (draft, { participantId }) =>
        void (draft.people = draft.people.filter(({ id }) => id !== participantId)),
    },
    messages: { reset: () => ({ people: [] }) },
  },
  nodes: [
    defineNode({
      type: 'good.half',
      summary: 'Make sound half as loud.',
      inputs: { audio: audio('In.') },
      outputs: { audio: audio('Out.') },
      options: z.strictObject({}),
      create: ({ inputs }) => ({ audio: inputs.audio.pipe(half()) }),
    }),
  ],
  audio: half,
  video: () => map((frame) => frame),
  reactions: ({ events$, ctx }) =>
    events$.pipe(
      ofType('participant.joined'),
      map(({ call }): EngineCommand => ({ type: 'call.tell', call, text: ctx.config.text })),
    ),
});

describe('a plugin that keeps the contract', () => {
  const cases = pluginContract(good, { messages: { reset: null } });
  it('has a case for each of its parts', () => {
    const names = cases.map(({ name }) => name);
    expect(names.slice(0, 9)).toEqual([
      'says what it and each of its settings and messages is for',
      'comes and goes in order, twice, and does nothing when it is gone',
      'copes with everything that happens in a call',
      'gives no commands while it is disabled, and works again afterwards',
      'keeps its state as plain JSON',
      'comes to the same state when the events are replayed',
      'reduces without time, chance or anything from outside',
      'goes on with its state when the process was killed',
      'answers each frame of sound with exactly one, in time, and gives back what it borrows',
    ]);
    expect(names.filter((name) => name.startsWith('its operator for sound ')).length).toBeGreaterThan(5);
    expect(names.filter((name) => name.startsWith('its operator for pictures ')).length).toBeGreaterThan(3);
    expect(names.filter((name) => name.startsWith('good.half ')).length).toBeGreaterThan(5);
    expect(pluginContract(definePlugin({ name: 'small', version: '1.0.0', description: 'Small.' }))).toHaveLength(4);
  });
  for (const { name, run } of cases) it(name, run);
});

const base = { name: 'bad', version: '1.0.0', description: 'Does something badly.' };
const counting = (count: (before: number) => number) =>
  definePlugin({
    ...base,
    state: { initial: () => ({ n: 0 }), reducers: { 'participant.joined': (draft) => void (draft.n = count(draft.n)) } },
  });
let kept = 0;

describe('a plugin that breaks the contract', () => {
  it.each<[string, PluginDefinition, string, PluginContractSettings?]>([
    [
      'a setting without words',
      definePlugin({ ...base, config: z.strictObject({ a: z.number().default(1) }) }),
      'the settings a have no description',
    ],
    [
      'a message without words',
      definePlugin({ ...base, messages: { a: message(z.null()) } }),
      'the messages a have no description',
    ],
    ['a description that is no sentence', definePlugin({ ...base, description: 'things' }), 'is no sentence'],
    [
      'a disposer that throws',
      definePlugin({
        ...base,
        setup: (ctx) =>
          ctx.defer(() => {
            throw new Error('stuck');
          }),
      }),
      'stuck',
    ],
    [
      'a reducer that throws',
      counting(() => {
        throw new Error('too many');
      }),
      'too many',
    ],
    [
      'a reaction that throws',
      definePlugin({
        ...base,
        reactions: ({ events$ }) =>
          events$.pipe(
            map(() => {
              throw new Error('oh');
            }),
          ),
      }),
      'oh',
    ],
    [
      'a command that is none',
      definePlugin({ ...base, reactions: ({ events$ }) => events$.pipe(map(() => ({ type: 'call.dance' }) as never)) }),
      'call.dance',
    ],
    [
      'commands though it is disabled',
      definePlugin({
        ...base,
        setup: (ctx) => {
          const again = (): void => {
            ctx.execute({ type: 'call.skip' }).catch(() => {});
            if (!ctx.signal.aborted) ctx.scheduler.after(1000, again);
          };
          again();
        },
      }),
      'it gave call.skip while it was disabled',
    ],
    ['a state that is no JSON', counting(() => Number.NaN), 'must be plain JSON'],
    ['a reducer that reads the clock', counting(() => Date.now()), 'its reducers call Date.now()'],
    ['a reducer that makes a date', counting(() => new Date().getTime()), 'its reducers call new Date()'],
    ['a reducer that is left to chance', counting(() => Math.random()), 'its state was {"n":'],
    ['a reducer that remembers by itself', counting(() => ++kept), 'and replayed it is'],
    [
      'a reducer that keeps what it was given',
      definePlugin({
        ...base,
        state: {
          initial: () => ({ last: '' }),
          reducers: {
            'participant.joined': (_, event) => {
              (event as { participantId: string }).participantId = 'x';
            },
          },
        },
      }),
      'read only',
    ],
    [
      'an operator that throws',
      definePlugin({
        ...base,
        audio: () =>
          map(() => {
            throw new Error('crack');
          }),
      }),
      'crack',
    ],
    [
      'an operator that gives two',
      definePlugin({ ...base, audio: () => (frames$) => frames$.pipe(map((frame) => ({ ...frame, planes: [] }))) }),
      'at 0 ms',
    ],
    [
      'an operator that keeps frames of its pool',
      definePlugin({
        ...base,
        audio: ({ ctx }) =>
          map((frame) => {
            ctx.pool.take(2);
            return frame;
          }),
      }),
      'frames',
    ],
    [
      'an operator that makes silence loud',
      definePlugin({
        ...base,
        audio: () =>
          mapAudio(() => (_, output) => {
            for (const plane of output.planes) plane.fill(0.1);
            output.silent = false;
          }),
      }),
      'is not marked silent',
    ],
    [
      'an operator that keeps pictures',
      definePlugin({
        ...base,
        video: () =>
          map((frame) => {
            frame.retain();
            return frame;
          }),
      }),
      'has not given back',
    ],
    ['an operator that drops pictures', definePlugin({ ...base, video: () => filter(() => false) }), 'at 0 ms'],
  ])('is told so: %s', async (_, plugin, reason, settings) => {
    const broken: string[] = [];
    for (const { run } of pluginContract(plugin, settings)) {
      await run().catch((error: unknown) =>
        broken.push(`${String(error)} ${String((error as { cause?: unknown }).cause ?? '')}`),
      );
    }
    expect(broken.join('\n')).toContain(reason);
  });
});
