import { definePlugin, refuse } from '../../define-plugin.js';
import { announcerConfig } from './config.js';
import { announcerMessages } from './messages.js';
import { announcerReactions } from './reactions.js';
import { comes, deskFor, desksOf, goes, isOver, newDesk, NOTHING_ANNOUNCED, speaks, type AnnouncerState } from './state.js';

interface Where {
  readonly graph?: string | undefined;
  readonly call?: string | undefined;
}

/** @throws VoxError `COMMAND_REFUSED` with why there is none. */
function found(state: AnnouncerState, where: Where) {
  const seen = deskFor(state, where);
  if ('refused' in seen) throw refuse(seen.refused);
  return seen.desk;
}

/** `announcer`: speaks over the music, and lets it make way. */
export default definePlugin({
  name: 'announcer',
  version: '1.0.0',
  description:
    'Announces over the music – when asked, by schedule, when somebody comes – and lets it make way for whoever talks.',
  config: announcerConfig,
  messages: announcerMessages,
  state: {
    initial: (): AnnouncerState => NOTHING_ANNOUNCED,
    reducers: {
      'graph.loaded': (draft, { graph, call = null }) => void (draft.desks[graph] = newDesk(call)),
      'graph.ended': (draft, { graph }) => void delete draft.desks[graph],
      'participant.speaking': (draft, { call, participantId, speaking }) =>
        desksOf(draft, call).forEach((desk) => speaks(desk, participantId, speaking)),
      'participant.joined': (draft, event, { config }) =>
        desksOf(draft, event.call).forEach((desk) => comes(desk, event, config)),
      'participant.left': (draft, { call, participantId }) => desksOf(draft, call).forEach((desk) => goes(desk, participantId)),
      'call.closed': (draft, { call }) => desksOf(draft, call).forEach((desk) => void (desk.speaking = [])),
      'node.told': (draft, { graph, node, what, data, atMs }, { config }) => {
        const desk = draft.desks[graph];
        if (!desk || node !== config.node) return;
        const noted = data['data'] as { readonly announcement?: unknown } | undefined;
        const entry = desk.entries.find((one) => one.id === noted?.announcement);
        if (!entry) return;
        const { id } = entry;
        const problem = data.problem?.message;
        if (what === 'track.started') entry.status = 'playing';
        else if (what === 'track.failed') isOver(draft, desk, id, 'failed', { atMs, problem });
        else if (what === 'track.ended') {
          const { reason } = data;
          const outcome = reason === 'finished' || reason === 'failed' ? reason : 'cancelled';
          isOver(draft, desk, id, outcome, { atMs, problem });
        }
      },
      'command.done': (draft, { command, by }, { plugin }) => {
        const entry = by === plugin ? entryOf(draft, command) : undefined;
        if (entry?.entry.status === 'waiting') entry.entry.status = 'given';
      },
      'command.refused': (draft, { command, by, problem, atMs }, { plugin }) => {
        const entry = by === plugin ? entryOf(draft, command) : undefined;
        if (entry) isOver(draft, entry.desk, entry.entry.id, 'failed', { atMs, problem: problem.message });
      },
    },
    messages: {
      announce: (draft, { src, title = null, next, ...where }, { id, from, plugin, config }) => {
        const seen = deskFor(draft, where);
        if ('refused' in seen) return;
        const { entries } = seen.desk;
        // What is announced by schedule and was not even begun since the last time is not announced twice.
        const again = from === plugin && entries.some((one) => one.by === plugin && one.src === src && one.status === 'waiting');
        if (entries.length >= config.maxWaiting || again) return;
        const entry = { id: String(id), src, title, by: from, status: 'waiting' as const };
        if (next) entries.splice(entries[0] && entries[0].status !== 'waiting' ? 1 : 0, 0, entry);
        else entries.push(entry);
      },
      cancel: (draft, where, { id: message, atMs }) => {
        const seen = deskFor(draft, where);
        if ('refused' in seen || seen.desk.entries.length === 0) return;
        seen.desk.cancel = { message, count: seen.desk.entries.length };
        for (const { id } of [...seen.desk.entries]) isOver(draft, seen.desk, id, 'cancelled', { atMs });
      },
      begin: (draft, { graphs }, { from, plugin }) => {
        if (from !== plugin) return;
        // What was announced when it was stopped was broken off.
        draft.desks = Object.fromEntries(
          graphs.map(({ graph, call, speaking, selves }) => {
            const greetedAtMs = draft.desks[graph]?.greetedAtMs ?? null;
            return [graph, { ...newDesk(call), speaking, selves, greetedAtMs }];
          }),
        );
      },
    },
  },
  replies: {
    announce: ({ state, payload, id, ctx }) => {
      const { entries } = found(state, payload);
      const before = entries.findIndex((one) => one.id === String(id));
      if (before >= 0) return { id: String(id), before };
      throw refuse(entries.length >= ctx.config.maxWaiting ? `${entries.length} announcements wait already` : 'it waits already');
    },
    cancel: ({ state, payload, id }) => {
      const { message, count } = found(state, payload).cancel;
      return { cancelled: message === id ? count : 0 };
    },
    list: ({ state, payload }) => {
      const { entries, speaking } = found(state, payload);
      return { announcements: [...entries], speaking: [...speaking], lately: state.lately.toReversed() };
    },
  },
  reactions: announcerReactions,
});

/** The announcement that a command of ours was about. */
function entryOf(state: AnnouncerState, command: { readonly type: string }) {
  if (command.type !== 'node.command') return undefined;
  const { graph = '', command: given } = command as { readonly graph?: string; readonly command?: object; readonly type: string };
  const { track } = (given ?? {}) as { readonly track?: { readonly data?: { readonly announcement?: string } } };
  const desk = state.desks[graph];
  const entry = desk?.entries.find(({ id }) => id === track?.data?.announcement);
  return desk && entry && { desk, entry };
}
