import { type AnyMachineSnapshot, createActor, type EventObject } from 'xstate';
import { describe, expect, it } from 'vitest';
import { voxError } from '../../src/errors.js';
import { allStates, describeMachine } from '../../src/machines/describe.js';
import { createPluginMachine, type PluginEffects, type PluginFact, type PluginLife } from '../../src/machines/plugin.js';
import { createVirtualScheduler, xstateClock } from '../../src/time/index.js';
import { walk } from './walk.js';

/** Effects that do what the test says, and note what was asked. */
class PaperPlugin implements PluginEffects {
  readonly did: string[] = [];
  load = async (): Promise<void> => {};
  clean = async (): Promise<void> => {
    this.did.push('clean');
  };
  waitsFor = () => 'its setup waits for something';
  work = () => {
    this.did.push('work');
    return () => void this.did.push('rest');
  };
}

function start(enabled = true, effects = new PaperPlugin()) {
  const scheduler = createVirtualScheduler();
  const actor = createActor(createPluginMachine(effects, 3000), {
    input: { plugin: 'greeter', enabled },
    clock: xstateClock(scheduler),
  });
  const facts: PluginFact[] = [];
  actor.on('*', (fact) => facts.push(fact));
  actor.start();
  return { actor, effects, scheduler, facts, types: () => facts.map(({ type }) => type), value: () => actor.getSnapshot().value };
}

describe('the life of a plugin', () => {
  it('is loaded, works, and is cleaned up', async () => {
    const { actor, effects, scheduler, types, value } = start();
    expect(value()).toBe('registered');
    actor.send({ type: 'plugin.load' });
    expect(value()).toBe('loading');
    await scheduler.settle();
    expect(value()).toEqual({ loaded: 'enabled' });
    actor.send({ type: 'plugin.unload' });
    expect(value()).toBe('cleaning');
    await scheduler.settle();
    expect(value()).toBe('unloaded');
    expect(types()).toEqual(['plugin.loaded', 'plugin.enabled', 'plugin.disabled', 'plugin.unloaded']);
    expect(effects.did).toEqual(['work', 'rest', 'clean']);
  });

  it('is enabled and disabled, each told once', async () => {
    const { actor, effects, scheduler, types } = start(false);
    actor.send({ type: 'plugin.load' });
    await scheduler.settle();
    for (const type of ['plugin.enable', 'plugin.enable', 'plugin.disable', 'plugin.disable', 'plugin.enable'] as const)
      actor.send({ type });
    expect(types()).toEqual(['plugin.loaded', 'plugin.enabled', 'plugin.disabled', 'plugin.enabled']);
    expect(effects.did).toEqual(['work', 'rest', 'work']);
  });

  it('remembers what is wanted while it loads', async () => {
    const { actor, scheduler, types } = start();
    actor.send({ type: 'plugin.load' });
    actor.send({ type: 'plugin.disable' });
    await scheduler.settle();
    expect(types()).toEqual(['plugin.loaded']);
  });

  it('fails with its reason, after what it began is cleaned up', async () => {
    const effects = new PaperPlugin();
    effects.load = () => Promise.reject(new Error('no key'));
    const { actor, scheduler, facts } = start(true, effects);
    actor.send({ type: 'plugin.load' });
    await scheduler.settle();
    expect(effects.did).toEqual(['clean']);
    expect(facts).toMatchObject([{ type: 'plugin.failed', problem: { code: 'PLUGIN_LOAD_FAILED' } }]);
    expect(facts[0]).toMatchObject({ problem: { message: 'plugin "greeter" cannot be loaded: no key' } });
  });

  it('keeps the problem that loading gave', async () => {
    const effects = new PaperPlugin();
    effects.load = () => Promise.reject(voxError('STORAGE_FAILED', { plugin: 'greeter', reason: 'full' }));
    const { actor, scheduler, facts } = start(true, effects);
    actor.send({ type: 'plugin.load' });
    await scheduler.settle();
    expect(facts).toMatchObject([{ problem: { code: 'STORAGE_FAILED' } }]);
  });

  it('has a limit to load in, and says what it waited for', async () => {
    const effects = new PaperPlugin();
    let signal: AbortSignal | undefined;
    effects.load = (given?: AbortSignal) => {
      signal = given;
      return new Promise(() => {});
    };
    const { actor, scheduler, facts } = start(true, effects);
    actor.send({ type: 'plugin.load' });
    await scheduler.play(2999);
    expect(facts).toEqual([]);
    await scheduler.play(1);
    await scheduler.settle();
    expect(signal?.aborted).toBe(true);
    expect(facts).toMatchObject([
      { problem: { message: 'plugin "greeter" was not loaded within 3 s: its setup waits for something' } },
    ]);
    expect(scheduler.flush()).toBe(0);
  });

  it('unloaded while it loads waits for nothing', async () => {
    const effects = new PaperPlugin();
    effects.load = () => new Promise(() => {});
    const { actor, scheduler, types } = start(true, effects);
    actor.send({ type: 'plugin.load' });
    actor.send({ type: 'plugin.unload' });
    await scheduler.settle();
    expect(types()).toEqual(['plugin.unloaded']);
    expect(scheduler.flush()).toBe(0);
  });
});

describe('the chart of a plugin', () => {
  const machine = createPluginMachine(new PaperPlugin());
  const chart = describeMachine(machine);
  const events: EventObject[] = [
    ...new Set(
      allStates(chart)
        .flatMap((state) => state.transitions.map((t) => t.id.split(' ')[1]!))
        .filter((type) => type !== ''),
    ),
  ].map((type) => ({ type, ...(type.startsWith('xstate.error') ? { error: new Error('no') } : {}) }));
  const key = ({ value, context }: AnyMachineSnapshot) => {
    const { enabled, problem } = context as PluginLife;
    return JSON.stringify([value, enabled, problem?.code]);
  };

  it('has no state or transition that is never reached', () => {
    const { missingStates, missingTransitions } = walk(machine, [{ plugin: 'a' }, { plugin: 'a', enabled: false }], events, key);
    expect(missingStates).toEqual([]);
    expect(missingTransitions).toEqual([]);
  });

  it('names every guard, action and actor', () => {
    expect(JSON.stringify(chart)).not.toContain('(inline)');
  });
});
