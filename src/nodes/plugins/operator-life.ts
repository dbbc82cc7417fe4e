import { reasonOf } from '../../errors.js';
import type { ActivePlugin, ActivePlugins, StagePlace } from '../../graph/active-plugins.js';
import type { PluginMediaContext } from '../../graph/plugin-media.js';
import type { Scheduler } from '../../time/scheduler.js';
import { LEAK_LIMIT, OperatorFramePool } from './frame-pool.js';
import { OperatorRun, type MakeOperator } from './operator-run.js';
import type { StageFaults } from './stage-faults.js';

/** Where a chain of operators runs, and what is needed for that. */
export interface ChainPlace extends StagePlace {
  /** The graph's plugins. */
  readonly plugins: ActivePlugins;
  readonly scheduler: Scheduler;
  readonly offline: boolean;
  readonly debug: boolean;
}

/** One life of an operator with its pool. */
export interface OperatorLife<F> {
  readonly run: OperatorRun<F>;
  readonly pool: OperatorFramePool;
  /** Takes it down; resolves when that is done. Tells of frames that are still lent then. */
  end(): Promise<void>;
  /** To be called before each frame. */
  nextFrame(): void;
}

/** Makes an operator. That it failed shows at its first frame. */
export function beginLife<F>(
  make: MakeOperator<F>,
  plugin: ActivePlugin,
  place: ChainPlace,
  faults: StageFaults,
  refused: (frame: F) => void,
): OperatorLife<F> {
  const pool = new OperatorFramePool(place.debug);
  let told = false;
  const { scheduler, offline, debug, node, participantId, plugins } = place;
  const run: OperatorRun<F> = new OperatorRun(make, plugin.config, {
    context: (defer): PluginMediaContext => ({
      plugin: plugin.entry.plugin,
      graph: plugins.graph,
      node,
      ...(participantId !== undefined && { participantId }),
      scheduler,
      offline,
      debug,
      pool,
      tell: (what, data = {}) => plugins.told(plugin, what, data),
      defer,
    }),
    // One that is over says so again at its next frame, and is counted then.
    failed: (failed, reason) => {
      if (!failed.broken) faults.beside(plugin, reason);
    },
    refused,
    cleanupFailed: (error) => faults.beside(plugin, `its clean-up failed: ${reasonOf(error)}`),
  });
  const leak = () => {
    if (!told && pool.lent > 0) faults.leak(plugin, pool.lent);
    told = true;
  };
  return {
    run,
    pool,
    end: async () => {
      await run.end();
      if (debug) leak();
    },
    nextFrame: () => {
      pool.nextFrame();
      if (pool.lent > LEAK_LIMIT) leak();
    },
  };
}
