import type { Plan } from '../plan-types.js';

/**
 * The order in which clock domains beat: a domain that feeds another by a queue comes first, so that what crosses is there in the
 * same tick. Domains that feed each other keep the plan's order.
 *
 * @returns indices into `plan.domains`.
 */
export function domainOrder(plan: Plan): number[] {
  const domainOf = new Map(plan.nodes.map((node) => [node.id, node.domain]));
  const feeds = plan.domains.map(() => new Set<number>());
  for (const node of plan.nodes) {
    for (const wire of Object.values(node.inputs).flat()) {
      const from = domainOf.get(wire.node);
      if (from !== undefined && from !== node.domain) feeds[node.domain]!.add(from);
    }
  }
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (domain: number) => {
    if (seen.has(domain)) return;
    seen.add(domain);
    for (const feeder of feeds[domain]!) visit(feeder);
    order.push(domain);
  };
  plan.domains.forEach((_, domain) => visit(domain));
  return order;
}
