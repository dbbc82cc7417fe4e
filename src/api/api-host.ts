import type { TapService } from '../calls/room/tap-routes.js';
import type { Engine, GraphSession } from '../engine/api.js';
import type { MachineLog } from '../machines/machine-log.js';
import type { MediaHost } from '../host/media-host.js';
import type { ParamValue } from '../graph/file.js';
import type { Plan } from '../graph/plan-types.js';
import type { DeclaredPlugins } from '../plugins/declared.js';
import type { Scheduler } from '../time/scheduler.js';

/** A running graph with how it was started. */
export interface RunningGraph {
  /** What it is steered by. */
  readonly session: GraphSession;
  /** The call it is bound to. */
  readonly call: string | undefined;
  /** Values of its params. */
  readonly params: Readonly<Record<string, ParamValue>> | undefined;
  /** The folder that relative paths are looked up in second. */
  readonly cwd: string;
}

/** What the HTTP API asks of the engine. */
export interface ApiHost {
  /** The engine as programs see it. */
  readonly engine: Pick<Engine, 'state' | 'events$' | 'execute' | 'plugins' | 'setPlugin' | 'send' | 'registry'>;
  /** The number of the last event that is in the state. */
  seq(): number;
  /** Where graphs run. */
  readonly media: MediaHost;
  /** The engine's clock. */
  readonly scheduler: Scheduler;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** The machines that run, and what they did. */
  readonly machines: MachineLog;
  /** Imports the plugins that a text names which somebody sent, as far as he may have them imported. */
  declareSent(text: string, path: string, plan: Plan, cwd: string): Promise<DeclaredPlugins>;
  /** Listens to wires. */
  readonly taps: TapService;
  /** The running graphs, by id. */
  readonly graphs: ReadonlyMap<string, RunningGraph>;
}
