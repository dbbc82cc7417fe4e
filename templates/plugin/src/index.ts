import { delay, map } from 'rxjs';
import { definePlugin, message, ofType, type EngineCommand } from 'voxgraph';
import { z } from 'zod';
import { swell } from './swell.js';

/** Who was greeted, by the id in the call. */
export interface MyPluginState {
  greeted: Record<string, number>;
}

export default definePlugin({
  name: 'my-plugin',
  version: '0.1.0',
  description: 'Greets whoever joins a call, and counts how often each came.',

  // What whoever installs it may set. Checked before any code of yours runs.
  config: z.strictObject({
    text: z.string().default('Welcome, {name}!').meta({ description: 'The greeting; {name} is who joined.' }),
    afterMs: z.number().min(0).default(1000).meta({ description: 'How long after the joining it is written, in milliseconds.' }),
  }),

  // What other plugins, programs and "voxgraph tell my-plugin forget" may ask.
  messages: {
    forget: message(z.null(), { reply: z.number(), description: 'Forgets everybody; answers how many they were.' }),
  },

  // What it remembers. Reducers are pure: no time but event.atMs, no chance, nothing from outside.
  state: {
    persist: true,
    initial: (): MyPluginState => ({ greeted: {} }),
    reducers: {
      'participant.joined': (draft, { participantId }) => {
        draft.greeted[participantId] = (draft.greeted[participantId] ?? 0) + 1;
      },
    },
  },
  replies: {
    forget: async ({ state, ctx }) => {
      const count = Object.keys(state.greeted).length;
      await ctx.storage.set('forgotten', count);
      return count;
    },
  },

  // A node type that graphs may use.
  nodes: [swell],

  // Events in, commands out. Time comes from ctx.scheduler, so that tests need not wait.
  reactions: ({ events$, ctx }) =>
    events$.pipe(
      ofType('participant.joined'),
      delay(ctx.config.afterMs, ctx.scheduler),
      map(({ call, participantId, name }): EngineCommand => ({
        type: 'call.tell',
        call,
        to: participantId,
        text: ctx.config.text.replaceAll('{name}', name ?? 'friend'),
      })),
    ),
});
