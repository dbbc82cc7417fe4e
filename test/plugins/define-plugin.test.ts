import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ofType } from '../../src/events/of-type.js';
import { definePlugin, isPluginDefinition, message } from '../../src/plugins/define-plugin.js';
import type { PluginSpec } from '../../src/plugins/plugin-types.js';

const counter = definePlugin({
  name: 'counter',
  version: '1.2.3',
  description: 'Counts.',
  dependencies: { statistics: '^1.0.0' },
  config: z.strictObject({ limit: z.number().default(3), text: z.string().default('Hello') }),
  messages: {
    add: message(z.strictObject({ by: z.number() }), { reply: z.number(), description: 'Adds.' }),
    clear: message(z.null()),
  },
  state: {
    initial: ({ config }) => ({ count: 0, limit: config.limit, names: [] as string[] }),
    persist: true,
    reducers: {
      'participant.joined': (draft, event, { config }) => {
        draft.names.push(event.participantId);
        if (draft.count < config.limit) draft.count++;
      },
      'call.ended': (draft) => ({ ...draft, count: 0 }),
    },
    messages: {
      add: (draft, { by }, { atMs, from }) => {
        draft.count += by;
        draft.names.push(`${from} ${atMs}`);
      },
    },
  },
  replies: { add: ({ state, payload }) => state.count + payload.by },
  audio:
    ({ config, config$, ctx }) =>
    (source) => {
      ctx.tell('made', { limit: config.limit });
      return config$.pipe(map(({ limit }) => limit)) && source;
    },
  reactions: ({ events$, ctx }) =>
    events$.pipe(
      ofType('participant.joined'),
      map(({ call, participantId }) => ({ type: 'call.tell', call, to: participantId, text: ctx.config.text }) as const),
    ),
  setup: async (ctx) => {
    ctx.defer(() => {});
    ctx.log.info('begins', { limit: ctx.config.limit, count: ctx.state.count });
  },
});

// The compiler is what tests here.
export function misuse(): void {
  const base = { name: 'a', version: '1.0.0', description: 'A.' } as const;
  definePlugin({
    ...base,
    state: {
      initial: () => ({ count: 0 }),
      reducers: {
        'participant.joined': (draft) => {
          // @ts-expect-error the state has no such field
          draft.cuont++;
        },
        // @ts-expect-error no number is a state
        'participant.left': (draft) => draft.count++,
      },
    },
  });
  // @ts-expect-error no event is called so
  definePlugin({ ...base, state: { initial: () => ({ count: 0 }), reducers: { 'participant.join': () => {} } } });
  definePlugin({
    ...base,
    messages: { add: message(z.strictObject({ by: z.number() }), { reply: z.number() }) },
    // @ts-expect-error a reply of another kind
    replies: { add: () => 'three' },
  });
  definePlugin({
    ...base,
    // @ts-expect-error no command is called so
    reactions: ({ events$ }) => events$.pipe(map(() => ({ type: 'call.plya', src: 'a' }) as const)),
  });
}

describe('definePlugin', () => {
  it('gives a frozen definition that other copies of voxgraph know', () => {
    expect(isPluginDefinition(counter)).toBe(true);
    expect(Object.isFrozen(counter)).toBe(true);
    expect([{}, null, undefined, 'counter', { name: 'a', version: '1.0.0' }].map(isPluginDefinition)).toEqual(
      Array(5).fill(false),
    );
    expect(counter).toMatchObject({ name: 'counter', version: '1.2.3', dependencies: { statistics: '^1.0.0' }, nodes: [] });
    expect(counter.config.parse({})).toEqual({ limit: 3, text: 'Hello' });
  });

  it('runs nothing of it', () => {
    const never = () => {
      throw new Error('it ran');
    };
    definePlugin({ ...good, state: { initial: never }, setup: never, reactions: never, audio: never });
  });

  const one = (): number => 1;
  const good = { name: 'good', version: '1.0.0', description: 'Good.' };
  const wrong = (changes: object): string => {
    try {
      definePlugin({ ...good, ...changes } as unknown as PluginSpec<z.ZodType, unknown, Record<string, never>>);
    } catch (error) {
      if (error instanceof TypeError) return error.message;
    }
    return 'nothing was thrown';
  };

  it.each([
    [{ name: 'Music Queue' }, `the name "Music Queue" must be small letters, digits and "-", such as name: 'music-queue'`],
    [{ name: undefined }, `the name undefined must be small letters`],
    [{ version: '1.0' }, `plugin "good" needs a version of three numbers, such as version: '1.0.0', not "1.0"`],
    [{ version: undefined }, `not undefined`],
    [{ description: ' ' }, `plugin "good" needs a description`],
    [{ dependencies: { other: 'one' } }, `needs a version range for "other", such as { 'other': '^1.0.0' }, not "one"`],
    [{ dependencies: { Other: '1' } }, `depends on "Other", which is no name of a plugin`],
    [{ dependencies: { good: '1' } }, `plugin "good" depends on itself`],
    [{ reducers: {} }, `plugin "good" has no part "reducers"; the parts are name, version`],
    [{ config: {} }, `config of plugin "good" must be a schema, such as config: z.strictObject({ … })`],
    [{ messages: { add: z.number() } }, `the message "add" of plugin "good" must be made by message(schema, { reply: schema })`],
    [{ messages: { 'add track': message(z.null()) } }, `must be named like "addTrack"`],
    [{ replies: { add: () => 1 } }, `handles the message "add", but does not declare it under messages`],
    [{ state: { initial: one, messages: { add: () => 1 } } }, `handles the message "add"`],
    [{ state: {} }, `state of plugin "good" needs initial`],
    [{ state: { initial: one, version: 0 } }, `state.version of plugin "good" must be a whole number from 1`],
    [{ nodes: [{}] }, `nodes of plugin "good" must be a list of what defineNode gives`],
    [{ setup: 1 }, `setup of plugin "good" must be a function`],
    [{ audio: {} }, `audio of plugin "good" must be a function`],
  ])('refuses %o and says how to write it', (changes, sentence) => {
    expect(wrong(changes)).toContain(sentence);
  });
});
