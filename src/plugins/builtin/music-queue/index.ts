import { original } from 'immer';
import type { EventOf } from '../../../events/event.js';
import { definePlugin } from '../../define-plugin.js';
import type { MessageMeta } from '../../plugin-types.js';
import { musicQueueConfig, type MusicConfig } from './config.js';
import { musicMessages } from './messages.js';
import { musicReactions } from './reactions.js';
import { begun, graphEnded, graphLoaded, messageReceived, nodeTold, queueFor, wish } from './reducers.js';
import { doneView, historyView, listView, nowView } from './replies.js';
import { EMPTY_MUSIC, KEPT, musicState, type MusicState } from './state.js';
import type { Wish, Wisher } from './wish.js';

type Meta = MessageMeta & { readonly config: MusicConfig };
interface Common {
  readonly call?: string | undefined;
  readonly requester?: Wisher | undefined;
}

/** The reducer of a wish: what became of it is noted under the message's number. */
const wished =
  <P extends Common>(toWish: (payload: P) => Wish | undefined) =>
  (draft: object, payload: P, { config, atMs, id }: Meta): MusicState => {
    const state = original(draft) as MusicState;
    const key = `message ${id}`;
    const refuse = (text: string): MusicState => ({
      ...state,
      answers: [...state.answers, { key, text, refused: text, tracks: [] }].slice(-KEPT),
    });
    const found = queueFor(state, payload.call);
    if ('refused' in found) return refuse(found.refused);
    const wanted = toWish(payload);
    if (!wanted) return refuse('Give a "src" or "tracks".');
    return wish(state, found.place, wanted, key, { config, atMs, by: payload.requester }).state;
  };

const plain = (type: 'previous' | 'pause' | 'resume' | 'stop' | 'clear' | 'replay') => wished(() => ({ type }));

/** Says what became of a wish. */
const done =
  (message: string) =>
  ({ state, id }: { readonly state: MusicState; readonly id: number }) =>
    doneView(state, message, id);

/** A reducer over the plain state. */
const over =
  <E>(work: (state: MusicState, event: E, config: MusicConfig) => MusicState) =>
  (draft: object, event: E, { config }: { readonly config: MusicConfig }): MusicState =>
    work(original(draft) as MusicState, event, config);

/** `music-queue`: a queue for each call, which people steer from the chat. */
export default definePlugin({
  name: 'music-queue',
  version: '1.0.0',
  description: 'A queue of tracks for each call: steered by chat and messages, gapless, saved, and continued after a restart.',
  config: musicQueueConfig,
  messages: musicMessages,
  state: {
    initial: (): MusicState => EMPTY_MUSIC,
    persist: true,
    schema: musicState,
    reducers: {
      'graph.loaded': over(graphLoaded),
      'graph.ended': over((state, { graph, atMs }: EventOf<'graph.ended'>, config) => graphEnded(state, graph, { config, atMs })),
      'node.told': over(nodeTold),
      'message.received': over(messageReceived),
    },
    messages: {
      add: wished(({ src, title, tracks = [], at }) => {
        const all = src === undefined ? tracks : [{ src, title }, ...tracks];
        return all.length === 0 ? undefined : { type: 'add', tracks: all, at };
      }),
      next: wished(({ of }) => ({ type: 'next', of })),
      previous: plain('previous'),
      jump: wished(({ id, place }) => ({ type: 'jump', id, place })),
      remove: wished(({ id, place }) => ({ type: 'remove', id, place })),
      move: wished(({ id, place, to }) => ({ type: 'move', id, place, to })),
      shuffle: wished(({ mode }) => ({ type: 'shuffle', mode })),
      repeat: wished(({ mode }) => ({ type: 'repeat', mode })),
      clear: plain('clear'),
      pause: plain('pause'),
      resume: plain('resume'),
      stop: plain('stop'),
      seek: wished(({ positionMs }) => ({ type: 'seek', positionMs })),
      replay: plain('replay'),
      begin: (draft, { graphs }, { from, plugin, config, atMs }) =>
        from === plugin ? begun(original(draft) as MusicState, graphs, { config, atMs }) : undefined,
    },
  },
  replies: {
    add: done('add'),
    next: done('next'),
    previous: done('previous'),
    jump: done('jump'),
    remove: done('remove'),
    move: done('move'),
    shuffle: done('shuffle'),
    repeat: done('repeat'),
    clear: done('clear'),
    pause: done('pause'),
    resume: done('resume'),
    stop: done('stop'),
    seek: done('seek'),
    replay: done('replay'),
    list: ({ state, payload, ctx }) => listView(state, payload, ctx.nowMs()),
    nowPlaying: ({ state, payload, ctx }) => nowView(state, 'nowPlaying', payload.call, ctx.nowMs()),
    history: ({ state, payload }) => historyView(state, payload),
  },
  reactions: musicReactions,
});
