import type { PlanDomain, PlanNode } from '../plan-types.js';
import type { Registry } from '../registry.js';

/**
 * Adds to each clock domain the frame rate of its pictures: that of its leader, else the highest that one of its nodes asks for, so that
 * nobody has to make pictures up. Whoever wants fewer drops some, on time.
 */
export function withFrameRates(
  domains: readonly PlanDomain[],
  nodes: readonly PlanNode[],
  registry: Registry,
): readonly PlanDomain[] {
  return domains.map((domain, index) => {
    const wanted = new Map(
      nodes
        .filter((node) => node.domain === index && getsPictures(node, registry))
        .flatMap((node) => {
          const rate = registry.get(node.type)?.frameRate(node.options);
          return rate === undefined ? [] : [[node.id, rate] as const];
        }),
    );
    if (wanted.size === 0) return domain;
    const frameRate = (domain.leader !== null ? wanted.get(domain.leader) : undefined) ?? Math.max(...wanted.values());
    return { ...domain, frameRate };
  });
}

function getsPictures({ type, inputs }: PlanNode, registry: Registry): boolean {
  const ports = registry.get(type)?.inputs ?? {};
  return Object.entries(inputs).some(([port, wires]) => ports[port]?.kind === 'video' && wires.length > 0);
}
