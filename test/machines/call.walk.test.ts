import { createActor, type AnyMachineSnapshot, type EventObject } from 'xstate';
import { describe, expect, it } from 'vitest';
import { createCallMachine } from '../../src/machines/call.js';
import { resumeCall } from '../../src/machines/call-resume.js';
import type { CallContext } from '../../src/machines/call-types.js';
import { allStates, describeMachine } from '../../src/machines/describe.js';
import { callFailure } from '../../src/machines/failure.js';
import { createVirtualScheduler, xstateClock } from '../../src/time/index.js';
import { callActors } from '../../src/machines/call-actors.js';
import { FakeSignalling, FakeTransport, paperCall, REF } from './fakes.js';
import { walk } from './walk.js';

const machine = paperCall({ maxFailures: 2 });
const chart = describeMachine(machine);

const failures = (['never', 'once', 'backoff', 'flood'] as const).map((retry) =>
  callFailure('CALL_STEP_FAILED', { step: 'x', reason: 'y' }, retry),
);
const payloads: Record<string, EventObject[]> = {
  'attempt.failed': failures.map((failure) => ({ type: 'attempt.failed', failure })),
  'transport.failed': [{ type: 'transport.failed', failure: failures[1] } as EventObject],
  'signalling.lost': [{ type: 'signalling.lost', failure: failures[1] } as EventObject],
  'transport.opened': [{ type: 'transport.opened', params: { source: 1, sourceGroups: [] } } as EventObject],
  'self.replaced': [1, 2].map((source) => ({ type: 'self.replaced', source })),
  'self.dropped': [1, 2].map((source) => ({ type: 'self.dropped', source })),
  'call.edit': [{ type: 'call.edit', change: { muted: true } } as EventObject],
  'xstate.done.actor.resolve': [REF, { ...REF, startsAtMs: 9 }].map((output) => ({ type: 'xstate.done.actor.resolve', output })),
  'xstate.done.actor.join': [{ type: 'xstate.done.actor.join', output: { answer: { kind: 'local' } } } as EventObject],
};
const facts = ['audio', 'video', 'screen'].flatMap((what) =>
  ['started', 'paused', 'resumed', 'stopped'].map((did) => `${what}.${did}`),
);

/** Every event that the chart names, with payloads, plus the facts behind its wildcards. */
const events: EventObject[] = [
  ...new Set([
    ...allStates(chart)
      .flatMap((state) => state.transitions.map((t) => t.id.split(' ')[1]!))
      .filter((type) => type !== '' && !type.includes('*')),
    ...facts.filter((fact) => !/^(video|screen)\.(paused|resumed)$/.test(fact)),
  ]),
].flatMap((type) => payloads[type] ?? [{ type, ...(type.startsWith('xstate.error') ? { error: new Error('no') } : {}) }]);

function key({ value, context }: AnyMachineSnapshot): string {
  const c = context as CallContext;
  return JSON.stringify([value, c.failures, c.membership !== undefined, c.selfDirty, c.silenced, c.media, c.end?.type]);
}

const base: CallContext = {
  address: 'room:lobby',
  entry: 'resolving',
  ownSources: [1],
  failures: 0,
  wasLive: true,
  self: {},
  selfDirty: false,
  media: { audio: 'idle', video: false, screen: false },
};
const membership = { ref: REF, source: 1 };
const inputs = [
  { address: 'room:lobby' },
  ...(['rejoining', 'waiting'] as const).map((entry) => ({
    address: 'room:lobby',
    resume: { ...base, entry, wait: { kind: 'flood' as const, untilMs: 5 } },
  })),
  {
    address: 'room:lobby',
    resume: { ...base, entry: 'leaving' as const, membership, end: { type: 'left' as const, confirmed: false } },
  },
  { address: 'room:lobby', resume: { ...base, entry: 'leaving' as const, end: { type: 'left' as const, confirmed: false } } },
];

describe('the chart of a call', () => {
  const found = walk(machine, inputs, events, key);

  it('reaches every state', () => {
    expect(found.missingStates).toEqual([]);
  });

  it('takes every transition', () => {
    expect(found.missingTransitions).toEqual([]);
    expect(found.snapshots.length).toBeGreaterThan(100);
  });

  it('names every guard, action, actor and delay', () => {
    expect(JSON.stringify(chart)).not.toContain('(inline)');
    for (const state of allStates(chart)) {
      for (const { trigger } of state.transitions) if (trigger.kind === 'after') expect(trigger.delay).toMatch(/^[a-zA-Z]+$/);
    }
  });

  it('leaves or ends at once from every state', () => {
    for (const snapshot of found.snapshots) {
      if (snapshot.status !== 'active') continue;
      const after = machine.getTransitionData(snapshot as never, { type: 'call.leave' });
      expect(after.length).toBe(1);
      if (snapshot.value !== 'leaving') expect(after[0]!.target?.[0]?.id).toMatch(/^call\.(leaving|ended)$/);
    }
  });

  it('survives JSON in every reachable state, and every one can be resumed', () => {
    const resumed = new Set<string>();
    for (const snapshot of found.snapshots) {
      const persisted: unknown = machine.getPersistedSnapshot(snapshot as never);
      const text = JSON.stringify(persisted);
      const back: unknown = JSON.parse(text);
      expect(JSON.stringify(back)).toBe(text);
      const input = resumeCall(back);
      if (snapshot.status !== 'active') {
        expect(input).toBeUndefined();
        continue;
      }
      const scheduler = createVirtualScheduler();
      const actor = createActor(
        createCallMachine({
          actors: callActors(new FakeSignalling(), () => new FakeTransport(9)),
          nowMs: () => scheduler.now(),
          random: () => 0,
        }),
        { input: input!, clock: xstateClock(scheduler) },
      ).start();
      const top = (value: unknown): string => (typeof value === 'string' ? value : Object.keys(value as object)[0]!);
      resumed.add(`${top(snapshot.value)} → ${top(actor.getSnapshot().value)}`);
      expect(actor.getSnapshot().context.media).toEqual(snapshot.context.media);
      actor.stop();
      expect(scheduler.flush()).toBe(0);
    }
    expect([...resumed].sort()).toEqual([
      'attempt → rejoining',
      'leaving → leaving',
      'rejoining → rejoining',
      'resolving → resolving',
      'scheduled → resolving',
      'waiting → waiting',
    ]);
  });
});
