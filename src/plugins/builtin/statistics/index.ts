import { Observable } from 'rxjs';
import { z } from 'zod';
import type { EngineCommand } from '../../../events/command.js';
import { definePlugin, message } from '../../define-plugin.js';
import { sendBegin } from '../support/begin.js';
import { runId } from '../support/run-id.js';
import { callBegins, callEnds, interrupt, joins, leaves, listens, streamBegins, streamEnds, writes } from './count.js';
import { reportOf, reportReply } from './report.js';
import { NO_STATISTICS, statisticsState, type StatisticsState } from './state.js';

const presentCall = z.strictObject({
  call: z.string(),
  address: z.string(),
  participants: z.array(z.string()),
  listeners: z.int(),
});

const config = z.strictObject({
  maxChats: z
    .int()
    .min(1)
    .max(10_000)
    .default(500)
    .meta({ description: 'How many chats are counted each for itself; later ones are counted together, as `(others)`.' }),
  exactUsers: z
    .int()
    .min(0)
    .max(10_000)
    .default(2000)
    .meta({ description: 'Up to how many different users are counted exactly in all; beyond that the number is an estimate.' }),
  exactUsersPerChat: z.int().min(0).max(10_000).default(200).meta({ description: 'The same for one chat.' }),
  heartbeatSec: z.number().min(5).max(3600).default(15).meta({
    description: 'How often it notes that calls still go on, in seconds: so much of a call may be missing after a crash.',
  }),
});

/** Everything that happens moves the last known time. */
const at = (state: StatisticsState, atMs: number): void => {
  if (state.sinceMs === 0) state.sinceMs = atMs;
  state.lastMs = Math.max(state.lastMs, atMs);
};

/** `statistics`: how many calls, streams and users there were, and how long. */
export default definePlugin({
  name: 'statistics',
  version: '1.0.0',
  description: 'Counts calls, streams, participants and users, of each chat and in all, over restarts.',
  config,
  messages: {
    report: message(z.strictObject({ chat: z.string().optional().meta({ description: 'Only this chat beside the total.' }) }), {
      reply: reportReply,
      description: 'The figures, as plain JSON.',
    }),
    reset: message(z.strictObject({}), { description: 'Forget everything that is over. What goes on counts from now.' }),
    begin: message(z.strictObject({ run: z.string(), calls: z.array(presentCall) }), {
      description: 'Its own, when it begins to work. From anybody else it does nothing.',
    }),
    beat: message(z.strictObject({}), {
      description: 'Its own, from time to time: calls still go on. From anybody else it does nothing.',
    }),
  },
  state: {
    initial: (): StatisticsState => NO_STATISTICS,
    persist: true,
    schema: statisticsState,
    reducers: {
      'call.started': (draft, { call, address, atMs }, { config: bounds }) => {
        at(draft, atMs);
        callBegins(draft, call, address, atMs, bounds);
      },
      'call.ended': (draft, { call, atMs }, { config: bounds }) => {
        at(draft, atMs);
        callEnds(draft, call, atMs, false, bounds);
      },
      'call.closed': (draft, { call, atMs }, { config: bounds }) => {
        at(draft, atMs);
        callEnds(draft, call, atMs, false, bounds);
      },
      'participant.joined': (draft, { call, participantId, self, atMs }, { config: bounds }) => {
        at(draft, atMs);
        if (!self) joins(draft, call, participantId, atMs, bounds);
      },
      'participant.left': (draft, { call, participantId, atMs }, { config: bounds }) => {
        at(draft, atMs);
        leaves(draft, call, participantId, atMs, bounds);
      },
      'peer.connected': (draft, { call, role, atMs }, { config: bounds }) => {
        at(draft, atMs);
        if (role === 'listen') listens(draft, call, 1, atMs, bounds);
      },
      'peer.closed': (draft, { call, role, wasConnected, atMs }, { config: bounds }) => {
        at(draft, atMs);
        if (role === 'listen' && wasConnected) listens(draft, call, -1, atMs, bounds);
      },
      'stream.started': (draft, { graph, node, call, atMs }, { config: bounds }) => {
        at(draft, atMs);
        streamBegins(draft, `${graph} ${node}`, call, atMs, bounds);
      },
      'stream.ended': (draft, { graph, node, reason, playedMs, atMs }, { config: bounds }) => {
        at(draft, atMs);
        streamEnds(draft, `${graph} ${node}`, reason, playedMs, atMs, bounds);
      },
      'message.received': (draft, { call, from, atMs }, { config: bounds }) => {
        at(draft, atMs);
        writes(draft, call, from.id, atMs, bounds);
      },
    },
    messages: {
      reset: ({ run, calls, streams, lastMs }, _, { atMs }) => ({
        ...structuredClone(NO_STATISTICS),
        run,
        sinceMs: atMs,
        lastMs: Math.max(lastMs, atMs),
        calls: Object.fromEntries(
          Object.entries(calls).map(([call, open]) => [
            call,
            { ...open, sinceMs: atMs, present: Object.fromEntries(Object.keys(open.present).map((id) => [id, atMs])) },
          ]),
        ),
        streams: Object.fromEntries(Object.entries(streams).map(([key, open]) => [key, { ...open, sinceMs: atMs }])),
      }),
      begin: (draft, { run, calls }, { from, plugin, atMs, config: bounds }) => {
        if (from !== plugin) return;
        const present = new Set(calls.map(({ call }) => call));
        // Another run: nothing of the old one goes on. The same: what ended while nobody counted.
        if (draft.run !== run) interrupt(draft, draft.lastMs, bounds);
        else
          for (const call of Object.keys(draft.calls)) if (!present.has(call)) callEnds(draft, call, draft.lastMs, true, bounds);
        draft.run = run;
        for (const { call, address, participants, listeners } of calls) {
          if (!draft.calls[call]) callBegins(draft, call, address, atMs, bounds);
          for (const id of participants) joins(draft, call, id, atMs, bounds);
          const open = draft.calls[call];
          for (let n = open?.listeners ?? listeners; n < listeners; n++) listens(draft, call, 1, atMs, bounds);
        }
        at(draft, atMs);
      },
      beat: (draft, _, { from, plugin, atMs }) => {
        if (from === plugin) at(draft, atMs);
      },
    },
  },
  replies: {
    report: ({ state, payload, ctx }) => reportOf(state, ctx.nowMs(), payload.chat),
  },
  reactions: ({ ctx }): Observable<EngineCommand> => {
    sendBegin(ctx as never, () => ({
      run: runId(ctx.scheduler),
      calls: Object.entries(ctx.engine.calls)
        .filter(([call, { status }]) => status === 'live' && (ctx.scope.graph === undefined || ctx.scope.call === call))
        .map(([call, { address, participants, people, listeners }]) => ({
          call,
          address,
          participants: participants.filter((id) => people[id]?.self !== true),
          listeners,
        })),
    }));
    return new Observable(() => {
      const beat = ctx.scheduler.every({
        periodUs: ctx.config.heartbeatSec * 1e6,
        phaseUs: ctx.config.heartbeatSec * 1e6,
        lenient: true,
        onTick: () => {
          const { calls, streams } = ctx.state;
          if (Object.keys(calls).length + Object.keys(streams).length === 0) return;
          ctx.send(ctx.plugin, 'beat', {}).catch(() => {});
        },
      });
      return () => beat.stop();
    });
  },
});
