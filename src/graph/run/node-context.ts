import { NEVER } from 'rxjs';
import type { NodeContext } from '../context.js';
import { DEFAULT_PERMISSIONS } from '../permissions.js';
import type { NodeInstance } from './node-instance.js';

/** What one instance of a node may use, for as long as it lives. */
export function createNodeContext(instance: NodeInstance): NodeContext {
  const { node, host, signals, counters } = instance.owner;
  return {
    nodeId: node.id,
    tick$: signals.tick,
    settle$: signals.settle,
    idle$: signals.idle,
    videoTick$: signals.videoTick ?? NEVER,
    videoSettle$: signals.videoSettle ?? NEVER,
    get frameRate() {
      return instance.owner.domain.frameRate;
    },
    wired: (output) => {
      const { outlets, branchOutlets } = instance.owner.ports;
      return ((outlets.get(output) ?? branchOutlets.get(output))?.consumers ?? 0) > 0;
    },
    scheduler: host.scheduler,
    offline: host.scheduler.kind === 'offline',
    debug: host.debug,
    offersPackets: node.offersPackets === true && !host.debug,
    gateway: host.gateway,
    personalMixOf: host.personalMixOf,
    permissions: host.permissions ?? DEFAULT_PERMISSIONS,
    ...(node.subgraph && {
      subgraph: {
        plan: node.subgraph,
        registry: host.registry,
        leftOut: instance.owner.leftOutInside.names,
        show: (figures) => {
          instance.owner.figuresInside = figures;
        },
      },
    }),
    ...(host.plugins && { plugins: host.plugins }),
    commands$: signals.commands,
    watched: (type) => host.watched(node.id, type),
    emit: (event) => {
      if (instance.mayTell) instance.owner.tell(event);
    },
    count: (name, by = 1) => {
      counters[name] = (counters[name] ?? 0) + by;
    },
    resolvePath: (path) => host.resolvePath(path),
    hold: (work) => host.hold(work),
    defer: (dispose) => instance.defer(dispose),
    finish: () => {
      if (!instance.ended) instance.owner.finished();
    },
  };
}
