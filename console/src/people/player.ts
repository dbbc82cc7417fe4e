/** What steers the music of a call: the queue plugin where there is one, the engine's own commands elsewhere. */
import { useCallback, useEffect, useState } from 'react';
import { ask } from '../api/client.js';
import { engine } from '../live/live.js';
import { log } from '../live/log.js';
import type { Stage } from '../live/places.js';
import type { Playing } from '../live/playing.js';
import { useStore } from '../live/store.js';

/** A track of the queue. */
export interface Track {
  readonly id: string;
  readonly src: string;
  readonly title: string;
  readonly requester: string | null;
  /** From 1 among those that wait. */
  readonly place: number;
}

/** What `music-queue` says of a queue. */
interface QueueView {
  readonly status: 'playing' | 'paused' | 'stopped' | 'idle';
  readonly track: Track | null;
  readonly positionMs: number;
  readonly durationMs: number | null;
  readonly repeat: string;
  readonly shuffle: string;
  readonly total: number;
  readonly waiting: readonly Track[];
}

/** What plays and what can be done about it. */
export interface Player {
  /** What plays by the queue; undefined: nothing, or there is no queue. */
  readonly playing: Playing | undefined;
  /** What waits; undefined: there is no queue. */
  readonly queue: QueueView | undefined;
  readonly pause: () => Promise<unknown>;
  readonly resume: () => Promise<unknown>;
  readonly skip: () => Promise<unknown>;
  readonly stop: () => Promise<unknown>;
  readonly seek: (positionMs: number) => Promise<unknown>;
  readonly volume: (percent: number) => Promise<unknown>;
  readonly add: (src: string) => Promise<unknown>;
  /** Tells the queue something else. */
  readonly tell: (message: string, payload?: object) => Promise<unknown>;
}

/** Steers the music of a call or graph. */
export function usePlayer({ call, graph }: Stage): Player {
  const key = useStore(engine, ({ plugins }) => {
    const mine = Object.entries(plugins).find(
      ([, plugin]) => plugin.name === 'music-queue' && plugin.status === 'enabled' && (plugin.graph ?? graph) === graph,
    );
    return mine?.[0];
  });
  const [queue, setQueue] = useState<QueueView>();
  const [askedAtMs, setAskedAtMs] = useState(0);
  const tell = useCallback(
    async (message: string, payload: object = {}) => {
      const body = { message, payload: { ...(call !== undefined && { call }), ...payload } };
      return ask<{ reply: unknown }>(`/plugins/${encodeURIComponent(key ?? '')}/messages`, { method: 'POST', body });
    },
    [key, call],
  );
  const changed = useStore(log, (lines) => lines.findLast(({ what }) => /^(stream|track|queue|music-queue)\b/.test(what))?.key);
  const refresh = useCallback(async () => {
    if (key === undefined) return setQueue(undefined);
    const { reply } = await tell('list');
    setQueue(reply as QueueView);
    setAskedAtMs(Date.now());
  }, [key, tell]);
  useEffect(() => {
    refresh().catch(() => setQueue(undefined));
  }, [refresh, changed]);
  const wish = async (message: string, payload?: object) => {
    await tell(message, payload);
    await refresh();
  };
  const place = call === undefined ? { graph } : { call, ...(graph !== undefined && { graph }) };
  const command = (type: string, more: object = {}) => ask('/commands', { method: 'POST', body: { type, ...place, ...more } });
  const both = (message: string, type: string, more?: object) => (key === undefined ? command(type, more) : wish(message, more));
  return {
    queue,
    playing: queue?.track && queue.status !== 'idle' ? playingOf(queue, queue.track, graph ?? '', askedAtMs) : undefined,
    tell: wish,
    pause: () => both('pause', 'call.pause'),
    resume: () => both('resume', 'call.resume'),
    skip: () => both('next', 'call.skip'),
    stop: () => both('stop', 'call.stop'),
    seek: (positionMs) => both('seek', 'call.seek', { positionMs }),
    volume: (percent) => command('call.volume', { percent }),
    add: (src) => (key === undefined ? command('call.play', { src }) : wish('add', { src })),
  };
}

function playingOf({ status, positionMs, durationMs }: QueueView, track: Track, graph: string, atMs: number): Playing {
  return {
    graph,
    node: '',
    src: track.src,
    title: track.title,
    positionMs,
    atMs,
    paused: status !== 'playing',
    ...(durationMs !== null && { durationMs }),
  };
}
