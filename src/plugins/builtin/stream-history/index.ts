import { Observable } from 'rxjs';
import { z } from 'zod';
import { reasonOf } from '../../../errors.js';
import type { EngineCommand } from '../../../events/command.js';
import type { StampedEvent } from '../../../events/event.js';
import { definePlugin, message } from '../../define-plugin.js';
import type { PluginContext } from '../../plugin-types.js';
import { perInstance } from '../support/per-instance.js';
import { redactText } from '../../../events/secrets.js';
import { historyEntry, HistoryStore, type OpenEntry } from './store.js';

const config = z.strictObject({
  maxPerChat: z.int().min(1).max(10_000).default(1000).meta({ description: 'How many streams are remembered of one chat.' }),
  maxTotal: z.int().min(1).max(50_000).default(10_000).meta({ description: 'How many are remembered in all.' }),
  maxDays: z.number().positive().max(36_500).default(365).meta({ description: 'For how many days they are remembered.' }),
});
type Context = PluginContext<z.output<typeof config>, undefined>;

const call = z
  .string()
  .nullable()
  .optional()
  .meta({ description: 'Only those of this call; null: those of graphs without one. Default: all.' });

interface History {
  readonly store: HistoryStore;
  readonly open: Map<string, OpenEntry>;
}

const historyOf = perInstance((ctx: Context): History => ({
  store: new HistoryStore(
    ctx.storage,
    () => ctx.config,
    () => ctx.nowMs(),
    (error) => ctx.log.warn('A part of the history could not be stored or read.', { reason: reasonOf(error) }),
  ),
  open: new Map(),
}));

/** `stream-history`: what was played, in the storage. */
export default definePlugin({
  name: 'stream-history',
  version: '1.0.0',
  description: 'Remembers what was played in which call, when, for how long and how it ended.',
  config,
  messages: {
    list: message(
      z.strictObject({
        call,
        offset: z.int().min(0).default(0).meta({ description: 'How many of the newest to pass over.' }),
        limit: z.int().min(1).max(200).default(50).meta({ description: 'How many at most.' }),
      }),
      { reply: z.object({ total: z.int(), entries: z.array(historyEntry) }), description: 'What was played, the newest first.' },
    ),
    chats: message(z.strictObject({}), {
      reply: z.array(z.object({ call: z.string().nullable(), entries: z.int() })),
      description: 'Which calls something is remembered of.',
    }),
    clear: message(z.strictObject({ call }), {
      reply: z.object({ removed: z.int() }),
      description: 'Forget a call, or everything.',
    }),
  },
  replies: {
    list: ({ payload: { call: of, offset, limit }, ctx }) => historyOf(ctx).store.list(of, offset, limit),
    chats: ({ ctx }) => historyOf(ctx).store.chats(),
    clear: async ({ payload, ctx }) => ({ removed: await historyOf(ctx).store.clear(payload.call) }),
  },
  setup: async (ctx) => {
    const { store } = historyOf(ctx);
    ctx.defer(() => store.settled());
    await store.settled();
  },
  reactions: ({ events$, ctx }) => {
    const history = historyOf(ctx);
    // What ended while it was disabled: nobody saw that.
    history.open.clear();
    return new Observable<EngineCommand>(() => events$.subscribe((event) => note(history, event)));
  },
});

function note({ store, open }: History, event: StampedEvent): void {
  if (event.type === 'stream.started') {
    const { call: of = null, src, title = null, atMs } = event;
    const entry: OpenEntry = { call: of, src: redactText(src), title, startedAtMs: atMs };
    open.set(keyOf(event), entry);
    store.started(keyOf(event), entry);
  } else if (event.type === 'stream.ended') {
    const { call: of = null, src, reason, playedMs, atMs, problem } = event;
    const begun = open.get(keyOf(event)) ?? { call: of, src: redactText(src), title: null, startedAtMs: atMs - playedMs };
    open.delete(keyOf(event));
    store.ended(keyOf(event), { ...begun, endedAtMs: atMs, playedMs, reason, problem: problem?.message ?? null });
  }
}

function keyOf({ graph, node }: { readonly graph: string; readonly node: string }): string {
  return `${graph} ${node}`;
}
