import { createEngine, type EngineOptions } from '../../src/engine.js';
import type { EventType, StampedEvent } from '../../src/events/event.js';
import { definePlugin } from '../../src/plugins/define-plugin.js';
import { createVirtualScheduler } from '../../src/time/index.js';

/** What every test plugin has. */
export const BASE = { version: '1.0.0', description: 'For tests.' } as const;

/** An engine in virtual time, whose events are kept. */
export function lab(options: Omit<EngineOptions, 'scheduler'> = {}) {
  const scheduler = createVirtualScheduler();
  const engine = createEngine({ scheduler, ...options });
  const events: StampedEvent[] = [];
  engine.events$.subscribe((event) => events.push(event));
  const of = <T extends EventType>(type: T) =>
    events.filter((event): event is Extract<StampedEvent, { type: T }> => event.type === type);
  return {
    scheduler,
    engine,
    events,
    of,
    types: () => events.map(({ type }) => type),
    state: (key: string) => engine.state.plugins[key]?.state,
    /** Resolves with what a promise rejected with, while time moves. */
    failure: async (promise: Promise<unknown>, ms = 0): Promise<Error & { code?: string }> => {
      const caught = promise.then(
        () => new Error('it did not fail'),
        (error: Error) => error,
      );
      await scheduler.play(ms);
      return caught;
    },
  };
}

/** A plugin that does nothing. */
export function idle(name: string, dependencies: Readonly<Record<string, string>> = {}, version = '1.0.0') {
  return definePlugin({ ...BASE, name, version, dependencies });
}
