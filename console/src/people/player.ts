/** What steers the music of a call: the queue plugin where there is one, the engine's own commands elsewhere. */
import { useCallback, useEffect, useState } from 'react';
import { ask } from '../api/client.js';
import type { Player } from '../api/types.js';
import { engine } from '../live/live.js';
import { log } from '../live/log.js';
import type { Stage } from '../live/places.js';
import { lookAtPlayers } from '../live/players.js';
import { useStore } from '../live/store.js';
import { lastPart } from '../ui/format.js';

/** A track that waits. */
export interface Track {
  readonly id: string;
  readonly src: string;
  readonly title: string;
  readonly requester: string | null;
  /** From 1 among those that wait. */
  readonly place: number;
}

/** What waits, and in which order it is played. */
export interface QueueView {
  readonly track: Pick<Track, 'title'> | null;
  readonly repeat: string;
  readonly shuffle: string;
  readonly total: number;
  readonly waiting: readonly Track[];
}

/** What can be done about a player. */
export interface Steering {
  /** What waits; undefined: it plays one recording. */
  readonly queue: QueueView | undefined;
  readonly pause: () => Promise<unknown>;
  readonly resume: () => Promise<unknown>;
  readonly skip: () => Promise<unknown>;
  readonly stop: () => Promise<unknown>;
  readonly seek: (positionMs: number) => Promise<unknown>;
  readonly volume: (percent: number) => Promise<unknown>;
  readonly add: (src: string) => Promise<unknown>;
  readonly jump: (track: Track) => Promise<unknown>;
  /** One place further to the front. */
  readonly moveUp: (track: Track) => Promise<unknown>;
  readonly remove: (track: Track) => Promise<unknown>;
  readonly repeat: (mode: string) => Promise<unknown>;
  readonly shuffle: (mode: 'off' | 'on') => Promise<unknown>;
}

/** Steers a node that plays. */
export function useSteering({ call, graph }: Stage, player: Player): Steering {
  const { node } = player;
  const plugin = useQueuePlugin({ call, graph }, player);
  const place = call === undefined ? { graph } : { call, ...(graph !== undefined && { graph }) };
  const command = (type: string, more: object = {}) =>
    done(ask('/commands', { method: 'POST', body: { type, ...place, ...more } }));
  const own = (type: string, more: object = {}) => command('node.command', { node, command: { type, ...more } });
  const index = player.queue?.index ?? 0;
  if (plugin.tell) {
    const { tell, queue } = plugin;
    return {
      queue,
      pause: () => tell('pause'),
      resume: () => tell('resume'),
      skip: () => tell('next'),
      stop: () => tell('stop'),
      seek: (positionMs) => tell('seek', { positionMs }),
      volume: (percent) => command('call.volume', { percent }),
      add: (src) => tell('add', { src }),
      jump: ({ id }) => tell('jump', { id }),
      moveUp: ({ id, place: at }) => tell('move', { id, to: at - 1 }),
      remove: ({ id }) => tell('remove', { id }),
      repeat: (mode) => tell('repeat', { mode }),
      shuffle: (mode) => tell('shuffle', { mode }),
    };
  }
  // What is over begins again with what it played.
  const over = player.kind === 'recording' && (player.status === 'ended' || player.status === 'failed');
  return {
    queue: player.queue && queueOf(player.queue),
    pause: () => command('call.pause', { node }),
    resume: () =>
      over && player.src !== undefined ? command('call.play', { node, src: player.src }) : command('call.resume', { node }),
    skip: () => command('call.skip', { node }),
    stop: () => command('call.stop', { node }),
    seek: (positionMs) => command('call.seek', { node, positionMs }),
    volume: (percent) => command('call.volume', { percent }),
    add: (src) => (player.kind === 'queue' ? own('add', { track: src, at: 'end' }) : command('call.play', { node, src })),
    jump: ({ id }) => own('jump', { id }),
    moveUp: ({ id, place: at }) => own('move', { id, to: index + at - 1 }),
    remove: ({ id }) => own('remove', { id }),
    repeat: (mode) => own('repeat', { mode }),
    shuffle: (mode) => own('shuffle', { mode }),
  };
}

/** What was done is to be seen when it is said to be done. */
async function done(asked: Promise<unknown>): Promise<void> {
  await asked;
  await lookAtPlayers();
}

/** The `music-queue` that steers a player, and what it says of the queue: it knows who asked for what, and who may do what. */
function useQueuePlugin({ call, graph }: Pick<Stage, 'call' | 'graph'>, { kind, queue: own }: Player) {
  const key = useStore(engine, ({ plugins }) => {
    const mine = Object.entries(plugins).find(
      ([, plugin]) => plugin.name === 'music-queue' && plugin.status === 'enabled' && (plugin.graph ?? graph) === graph,
    );
    return kind === 'queue' ? mine?.[0] : undefined;
  });
  const [queue, setQueue] = useState<QueueView>();
  const ask1 = useCallback(
    async (message: string, payload: object = {}) => {
      const body = { message, payload: { ...(call !== undefined && { call }), ...payload } };
      return ask<{ reply: unknown }>(`/plugins/${encodeURIComponent(key ?? '')}/messages`, { method: 'POST', body });
    },
    [key, call],
  );
  const changed = useStore(log, (lines) => lines.findLast(({ what }) => /^(stream|track|queue|music-queue)\b/.test(what))?.key);
  const refresh = useCallback(async () => {
    if (key === undefined) return setQueue(undefined);
    const { reply } = await ask1('list');
    setQueue(reply as QueueView);
  }, [key, ask1]);
  useEffect(() => {
    refresh().catch(() => setQueue(undefined));
  }, [refresh, changed]);
  if (key === undefined || !queue) return { tell: undefined, queue: own && queueOf(own) };
  const tell = (message: string, payload?: object) => done(ask1(message, payload).then(refresh));
  return { tell, queue };
}

function queueOf({ tracks, index, total, repeat, shuffle }: NonNullable<Player['queue']>): QueueView {
  const named = tracks.map(({ id, src, title = lastPart(src), requester = null }) => ({ id, src, title, requester }));
  return {
    track: named[index] ?? null,
    repeat,
    shuffle,
    total: Math.max(0, total - index - 1),
    waiting: named.slice(index + 1).map((track, at) => ({ ...track, place: at + 1 })),
  };
}
