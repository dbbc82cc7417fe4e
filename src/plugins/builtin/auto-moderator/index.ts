import { Observable } from 'rxjs';
import { z } from 'zod';
import { voxError } from '../../../errors.js';
import type { EngineCommand } from '../../../events/command.js';
import type { Cancel } from '../../../time/scheduler.js';
import { definePlugin, message } from '../../define-plugin.js';
import { sendBegin } from '../support/begin.js';
import { OrderQueue } from '../support/order-queue.js';
import { runId } from '../support/run-id.js';
import { moderatorConfig } from './config.js';
import { bans, comes, goes, isExempt, nextEnd, passes, unbans, writes } from './rules.js';
import { moderatorState, MOST_BANS, NO_MODERATION, type ModeratorState } from './state.js';

const id = z.string().min(1).max(200).meta({ description: "The user's id." });
const page = {
  offset: z.int().min(0).default(0).meta({ description: 'How many to pass over.' }),
  limit: z.int().min(1).max(1000).default(100).meta({ description: 'How many at most.' }),
};
const banView = z.object({
  id: z.string(),
  reason: z.string().nullable(),
  by: z.string(),
  atMs: z.number().nullable(),
  untilMs: z.number().nullable(),
});
const person = z.strictObject({ id: z.string(), admin: z.boolean(), self: z.boolean() });

const refused = (what: string, reason: string) => voxError('COMMAND_REFUSED', { command: `auto-moderator ${what}`, reason });

/** Longer than a timer can wait. */
const LONGEST_MS = 86_400_000;

/** `auto-moderator`: keeps a call in order. */
export default definePlugin({
  name: 'auto-moderator',
  version: '1.0.0',
  description: 'Keeps banned users out, a call within its limit and its chat from being flooded. Never touches admins or itself.',
  config: moderatorConfig,
  messages: {
    ban: message(
      z.strictObject({
        id,
        reason: z.string().max(150).optional().meta({ description: 'What he is told.' }),
        forSec: z.number().positive().optional().meta({ description: 'For how long, in seconds. Default: for good.' }),
      }),
      { reply: z.object({ banned: z.boolean() }), description: 'Ban a user, who is sent away at once; admins cannot be.' },
    ),
    unban: message(z.strictObject({ id }), {
      reply: z.object({ banned: z.boolean() }),
      description: 'Lift a ban. Those of the config stay.',
    }),
    list: message(z.strictObject(page), {
      reply: z.object({ total: z.int(), bans: z.array(banView) }),
      description: 'Who is banned.',
    }),
    actions: message(z.strictObject(page), {
      reply: z.object({ total: z.int(), actions: moderatorState.shape.actions }),
      description: 'What was done, the newest first.',
    }),
    begin: message(z.strictObject({ run: z.string(), calls: z.record(z.string(), z.array(person)) }), {
      description: 'Its own, when it begins to work. From anybody else it does nothing.',
    }),
    passes: message(z.strictObject({}), {
      description: 'Its own, when a ban or a mute is over. From anybody else it does nothing.',
    }),
  },
  state: {
    initial: (): ModeratorState => NO_MODERATION,
    persist: true,
    schema: moderatorState,
    reducers: {
      'call.opened': (draft, { call }) => {
        delete draft.calls[call];
      },
      'call.closed': (draft, { call }) => {
        delete draft.calls[call];
      },
      'participant.joined': (draft, { call, participantId, admin, self, atMs }, { config }) =>
        comes(draft, call, participantId, { admin, self }, { config, atMs }),
      'participant.left': (draft, { call, participantId, atMs }, { config }) =>
        goes(draft, call, participantId, { config, atMs }),
      'message.received': (draft, { call, from, atMs }, { config }) =>
        writes(draft, call, from.id, from.admin === true, { config, atMs }),
    },
    messages: {
      ban: (draft, { id: who, reason, forSec }, { from, config, atMs }) => {
        const exempt = Object.keys(draft.calls).some((call) => isExempt(draft, call, who, config));
        const full = Object.keys(draft.bans).length >= MOST_BANS && !draft.bans[who];
        if (exempt || full || config.admins.includes(who)) return;
        bans(draft, who, { reason, by: from, forSec }, { config, atMs });
      },
      unban: (draft, { id: who }, { config, atMs }) => unbans(draft, who, { config, atMs }),
      begin: (draft, { run, calls }, { from, plugin, config, atMs }) => {
        if (from !== plugin) return;
        if (draft.run !== run) draft.calls = {};
        draft.run = run;
        for (const [call, people] of Object.entries(draft.calls)) {
          const there = new Set(calls[call]?.map((one) => one.id));
          for (const who of Object.keys(people)) if (!there.has(who)) goes(draft, call, who, { config, atMs });
        }
        for (const [call, people] of Object.entries(calls))
          for (const { id: who, admin, self } of people) comes(draft, call, who, { admin, self }, { config, atMs });
        passes(draft, { config, atMs });
      },
      passes: (draft, _, { from, plugin, config, atMs }) => {
        if (from === plugin) passes(draft, { config, atMs });
      },
    },
  },
  replies: {
    ban: ({ state, payload }) => {
      if (state.bans[payload.id]) return { banned: true };
      const full = Object.keys(state.bans).length >= MOST_BANS;
      throw refused('ban', full ? `the list holds ${MOST_BANS} bans at most` : 'this user is an admin, or ourselves');
    },
    unban: ({ payload, ctx }) => ({ banned: ctx.config.banned.includes(payload.id) }),
    list: ({ state, payload: { offset, limit }, ctx }) => {
      const fixed = ctx.config.banned.filter((one) => !state.bans[one]);
      const all = [
        ...Object.entries(state.bans).map(([who, ban]) => ({ id: who, ...ban })),
        ...fixed.map((who) => ({ id: who, reason: null, by: '(config)', atMs: null, untilMs: null })),
      ];
      return { total: all.length, bans: all.slice(offset, offset + limit) };
    },
    actions: ({ state, payload: { offset, limit } }) => ({
      total: state.actions.length,
      actions: state.actions.toReversed().slice(offset, offset + limit),
    }),
  },
  reactions: ({ state$, ctx }): Observable<EngineCommand> =>
    new Observable((subscriber) => {
      const queue = new OrderQueue(ctx.scheduler, (command) => subscriber.next(command));
      let given = ctx.state.serial;
      let timer: Cancel | undefined;
      let dueMs: number | undefined;
      const wait = (state: ModeratorState): void => {
        const nextMs = nextEnd(state);
        if (nextMs === dueMs) return;
        timer?.();
        dueMs = nextMs;
        if (nextMs === undefined) return;
        const delayMs = Math.min(LONGEST_MS, Math.max(0, nextMs - ctx.nowMs()));
        timer = ctx.scheduler.after(delayMs, () => {
          dueMs = undefined;
          ctx.send(ctx.plugin, 'passes', {}).then(
            () => wait(ctx.state),
            () => {},
          );
        });
      };
      subscriber.add(
        state$.subscribe((state) => {
          const due = state.orders.filter(({ n }) => n > given);
          given = state.serial;
          for (const { command } of due) queue.add(command as EngineCommand);
          wait(state);
        }),
      );
      subscriber.add(() => {
        timer?.();
        queue.stop();
      });
      sendBegin(ctx as never, () => ({ run: runId(ctx.scheduler), calls: presentIn(ctx.engine.calls, ctx.scope) }));
    }),
});

function presentIn(
  calls: Readonly<
    Record<string, { readonly participants: readonly string[]; readonly people: Readonly<Record<string, object>> }>
  >,
  { graph, call: own }: { readonly graph?: string; readonly call?: string },
): Record<string, { id: string; admin: boolean; self: boolean }[]> {
  const seen = Object.entries(calls).filter(([call]) => graph === undefined || call === own);
  return Object.fromEntries(
    seen.map(([call, { participants, people }]) => [
      call,
      participants.map((who) => {
        const { admin = false, self = false } = (people[who] ?? {}) as { admin?: boolean; self?: boolean };
        return { id: who, admin, self };
      }),
    ]),
  );
}
