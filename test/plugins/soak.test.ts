import { Subject, filter, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../src/events/event.js';
import { ofType } from '../../src/events/of-type.js';
import type { MediaHost } from '../../src/host/media-host.js';
import type { HostEvent } from '../../src/host/messages.js';
import { definePlugin } from '../../src/plugins/define-plugin.js';
import { memoryStorage } from '../../src/plugins/storage.js';
import { createEngine } from '../../src/engine.js';
import { createVirtualScheduler } from '../../src/time/index.js';
import { BASE } from './lab.js';

const MINUTES = 24 * 60;
const EVENTS_A_MINUTE = 1000;
const PERIOD_US = 60_000_000 / EVENTS_A_MINUTE;
const CALL = 'room:soak';

/** A media host that tells what the test says and does whatever it is asked. */
function paperHost() {
  const events$ = new Subject<HostEvent>();
  const asked: string[] = [];
  const host: MediaHost = {
    events$,
    request: async (command) => {
      if (asked.length < 10) asked.push(command.type);
      return null as never;
    },
    close: async () => {},
  };
  return {
    host,
    asked,
    tell: (event: { type: string; [key: string]: unknown }) => events$.next({ type: 'call', call: CALL, event }),
  };
}

/** Counts by the minute, with the last hour only; persisted. */
const minutes = definePlugin({
  ...BASE,
  name: 'minutes',
  state: {
    initial: () => ({ joined: 0, left: 0, present: 0, minute: 0, events: 0, hour: [] as { minute: number; events: number }[] }),
    persist: true,
    reducers: {
      'participant.joined': (draft, { atMs }) => {
        draft.joined++;
        draft.present++;
        const minute = Math.floor(atMs / 60_000);
        if (minute !== draft.minute) {
          draft.hour.push({ minute: draft.minute, events: draft.events });
          if (draft.hour.length > 60) draft.hour.shift();
          draft.minute = minute;
          draft.events = 0;
        }
        draft.events++;
      },
      'participant.left': (draft) => {
        draft.left++;
        draft.present--;
      },
    },
  },
});

/** Kicks everybody whose id ends in 00: ten in a minute. */
const moderator = definePlugin({
  ...BASE,
  name: 'moderator',
  dependencies: { minutes: '*' },
  reactions: ({ events$ }) =>
    events$.pipe(
      ofType('participant.joined'),
      filter(({ participantId }) => participantId.endsWith('00')),
      map(({ call, participantId }) => ({ type: 'participant.kick', call, participantId }) as const),
    ),
});

/** Fails at one event in a hundred. */
const clumsy = definePlugin({
  ...BASE,
  name: 'clumsy',
  state: {
    initial: () => ({ seen: 0 }),
    reducers: {
      'participant.left': (draft, { participantId }) => {
        if (participantId.endsWith('00')) throw new Error('clumsy');
        draft.seen++;
      },
    },
  },
});

describe('24 hours at 1,000 events a minute', () => {
  it('neither grow nor drift', { timeout: 120_000 }, async () => {
    const scheduler = createVirtualScheduler();
    const storage = memoryStorage();
    const { host, tell } = paperHost();
    const engine = createEngine({ scheduler, host, storage });
    for (const plugin of [minutes, moderator, clumsy]) await engine.use(plugin);
    const counts: Partial<Record<EngineEvent['type'], number>> = {};
    let lastSeq = 0;
    let gaps = 0;
    let heard = 0;
    let driftMs = 0;
    engine.events$.subscribe(({ type, seq, atMs }) => {
      counts[type] = (counts[type] ?? 0) + 1;
      // The n-th one is due n periods after the start, to the microsecond, all day long.
      if (type === 'participant.joined' || type === 'participant.left')
        driftMs = Math.max(driftMs, Math.abs(atMs - (heard++ * PERIOD_US) / 1000));
      if (seq !== lastSeq + 1 && lastSeq !== 0) gaps++;
      lastSeq = seq;
    });
    const sizes: number[] = [];
    const heaps: number[] = [];
    let n = 0;
    const ticker = scheduler.every({
      periodUs: PERIOD_US,
      synchronous: true,
      onTick: () => {
        const id = String((n >> 1) % 1000).padStart(3, '0');
        tell({ type: n % 2 === 0 ? 'participant.joined' : 'participant.left', participantId: id });
        n++;
      },
    });
    for (let minute = 1; minute <= MINUTES; minute++) {
      scheduler.advanceTo(minute * 60_000_000 - 1);
      // Saving and commands are promises.
      await new Promise((resolve) => setImmediate(resolve));
      if (minute % 60 === 0) {
        sizes.push(JSON.stringify(engine.state).length);
        heaps.push(process.memoryUsage().heapUsed);
      }
    }
    ticker.stop();
    await scheduler.play(20_000);
    const total = MINUTES * EVENTS_A_MINUTE;
    expect(total).toBe(1_440_000);
    expect([n, heard]).toEqual([total, total]);
    expect(counts['participant.joined']! + counts['participant.left']!).toBe(total);
    expect(driftMs).toBe(0);
    expect(scheduler.nowUs()).toBe(24 * 3_600_000_000 + 20_000_000 - 1);
    expect(gaps).toBe(0);
    const state = engine.state.plugins['minutes']!.state as {
      joined: number;
      left: number;
      present: number;
      hour: { minute: number; events: number }[];
    };
    expect([state.joined, state.left, state.present]).toEqual([total / 2, total / 2, 0]);
    // No event slipped into another minute.
    expect(state.hour).toHaveLength(60);
    expect(new Set(state.hour.map(({ events }) => events))).toEqual(new Set([EVENTS_A_MINUTE / 2]));
    expect(state.hour.at(-1)!.minute).toBe(MINUTES - 2);
    expect(counts['command.done']).toBe(total / 2 / 100);
    const { faults } = engine.state.plugins['clumsy']!;
    expect(faults).toBe(total / 2 / 100);
    expect(counts['plugin.faulted']).toBeLessThan(MINUTES * 7);
    // What is kept is as large in the last hour as in the second, but for the digits of its numbers.
    expect(sizes.at(-1)! - sizes[1]!).toBeLessThan(300);
    const saved = await storage.get('(state)', 'minutes');
    expect(JSON.parse(saved!)).toMatchObject({ state });
    await engine.close();
    expect(scheduler.flush()).toBe(0);
    const firstHalf = Math.min(...heaps.slice(2, 12));
    const secondHalf = Math.min(...heaps.slice(12));
    expect(secondHalf - firstHalf).toBeLessThan(8 * 1024 * 1024);
  });
});
