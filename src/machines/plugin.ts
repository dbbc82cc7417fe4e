import { type ActorRefFrom, assign, emit, fromCallback, fromPromise, setup, type SnapshotFrom } from 'xstate';
import { problem, type Problem, VoxError, reasonOf } from '../errors.js';

/** What somebody wants of a plugin. */
export type PluginCommand =
  | { readonly type: 'plugin.load' }
  | { readonly type: 'plugin.enable' }
  | { readonly type: 'plugin.disable' }
  | { readonly type: 'plugin.unload' };

/** What the plugin's machine tells others, once each time. */
export type PluginFact =
  /** It is set up, and does nothing yet. */
  | { readonly type: 'plugin.loaded' }
  | { readonly type: 'plugin.enabled' }
  | { readonly type: 'plugin.disabled' }
  /** Everything that it had begun is cleaned up. */
  | { readonly type: 'plugin.unloaded' }
  /** It could not be loaded; what it had begun is cleaned up. */
  | { readonly type: 'plugin.failed'; readonly problem: Problem };

/** The effects of a plugin. */
export interface PluginEffects {
  /** Sets it up. Rejects with why not; the signal says that nobody waits any more. */
  load(signal: AbortSignal): Promise<void>;
  /** What it waits for at the moment, for the error when that takes too long; half a sentence. */
  waitsFor(): string;
  /** Makes it work: operators, reducers, reactions. Returns the end of that. */
  work(): () => void;
  /** Cleans up whatever it began, last first. Settles within a bounded time and never rejects. */
  clean(): Promise<void>;
}

/** What a plugin remembers of its life; plain JSON. */
export interface PluginLife {
  /** Its key. */
  readonly plugin: string;
  /** Whether it is to work while it is loaded. */
  readonly enabled: boolean;
  /** Why it could not be loaded. */
  readonly problem?: Problem;
}

/** What a plugin's machine begins with. */
export interface PluginInput {
  /** Its key. */
  readonly plugin: string;
  /** Whether it works once it is loaded. Default true. */
  readonly enabled?: boolean;
}

/** How long a plugin may take to load unless something else is said, in milliseconds. */
export const PLUGIN_LOAD_LIMIT_MS = 10_000;

/** The machine of one plugin. */
export type PluginMachine = ReturnType<typeof createPluginMachine>;
/** A running one. */
export type PluginActor = ActorRefFrom<PluginMachine>;
/** A plugin at one moment. */
export type PluginSnapshot = SnapshotFrom<PluginMachine>;

/**
 * The life of one plugin's code in one place. A reload is another machine beside it: the new code is loaded while the old still works, and
 * takes its place only then.
 *
 * @param loadLimitMs how long loading may take, in milliseconds.
 */
export function createPluginMachine(effects: PluginEffects, loadLimitMs: number = PLUGIN_LOAD_LIMIT_MS) {
  const failure = (plugin: string, thrown: unknown): Problem =>
    thrown instanceof VoxError ? thrown.problems[0]! : problem('PLUGIN_LOAD_FAILED', { plugin, reason: reasonOf(thrown) });

  return setup({
    types: {
      context: {} as PluginLife,
      events: {} as PluginCommand,
      emitted: {} as PluginFact,
      input: {} as PluginInput,
    },
    actors: {
      load: fromPromise(({ signal }) => effects.load(signal)),
      work: fromCallback(() => effects.work()),
      clean: fromPromise(() => effects.clean()),
    },
    delays: { loadLimit: loadLimitMs },
    guards: {
      isWanted: ({ context }) => context.enabled,
      isFailed: ({ context }) => context.problem !== undefined,
    },
    actions: {
      wantEnabled: assign({ enabled: true }),
      wantDisabled: assign({ enabled: false }),
      noteFailure: assign(({ context, event }) => ({
        problem: failure(context.plugin, (event as unknown as { readonly error: unknown }).error),
      })),
      noteTimeout: assign(({ context }) => ({
        problem: problem('PLUGIN_LOAD_TIMEOUT', {
          plugin: context.plugin,
          seconds: loadLimitMs / 1000,
          cause: effects.waitsFor(),
        }),
      })),
      announceLoaded: emit({ type: 'plugin.loaded' }),
      announceEnabled: emit({ type: 'plugin.enabled' }),
      announceDisabled: emit({ type: 'plugin.disabled' }),
      announceUnloaded: emit({ type: 'plugin.unloaded' }),
      announceFailed: emit(({ context }) => ({ type: 'plugin.failed' as const, problem: context.problem! })),
    },
  }).createMachine({
    id: 'plugin',
    description: "One plugin's code in one place: the engine, or a graph.",
    context: ({ input }) => ({ plugin: input.plugin, enabled: input.enabled ?? true }),
    initial: 'registered',
    on: {
      'plugin.enable': { description: 'Remembered until it is loaded.', actions: 'wantEnabled' },
      'plugin.disable': { description: 'Remembered until it is loaded.', actions: 'wantDisabled' },
    },
    states: {
      registered: {
        description: 'Known and checked; none of its code has run.',
        on: { 'plugin.load': 'loading', 'plugin.unload': 'unloaded' },
      },
      loading: {
        description: 'Its state is read and its setup runs.',
        invoke: {
          id: 'load',
          src: 'load',
          onDone: { target: 'loaded', actions: 'announceLoaded' },
          onError: { target: 'cleaning', actions: 'noteFailure' },
        },
        after: { loadLimit: { target: 'cleaning', actions: 'noteTimeout' } },
        on: { 'plugin.unload': 'cleaning' },
      },
      loaded: {
        initial: 'entering',
        on: { 'plugin.unload': 'cleaning' },
        states: {
          entering: { always: [{ guard: 'isWanted', target: 'enabled' }, { target: 'disabled' }] },
          enabled: {
            description: 'Its operators, reducers and reactions work.',
            entry: 'announceEnabled',
            exit: 'announceDisabled',
            invoke: { id: 'work', src: 'work' },
            on: { 'plugin.disable': { target: 'disabled', actions: 'wantDisabled' } },
          },
          disabled: {
            description: 'Set up, with its state, but it takes part in nothing.',
            on: { 'plugin.enable': { target: 'enabled', actions: 'wantEnabled' } },
          },
        },
      },
      cleaning: {
        description: 'Everything that it began is cleaned up, last first.',
        invoke: {
          id: 'clean',
          src: 'clean',
          onDone: [{ guard: 'isFailed', target: 'failed' }, { target: 'unloaded' }],
          onError: [{ guard: 'isFailed', target: 'failed' }, { target: 'unloaded' }],
        },
      },
      failed: { type: 'final', entry: 'announceFailed' },
      unloaded: { type: 'final', entry: 'announceUnloaded' },
    },
  });
}
