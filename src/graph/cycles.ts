/** A directed edge between two nodes, by name. */
export interface Edge {
  /** The producer. */
  readonly from: string;
  /** The consumer. */
  readonly to: string;
}

/** After this many circles the rest is left for the next check. */
const MAX_CYCLES = 20;

/**
 * Finds the circles of a graph: a shortest one through each node that is in one, until no edge that was not named yet closes another.
 * Removing one edge of each makes the graph free of circles, or leaves one that the next check names.
 *
 * @param nodes in the order in which circles are looked for
 * @returns each circle's edges in order, beginning and ending at its first node in `nodes`
 */
export function findCycles<E extends Edge>(nodes: readonly string[], edges: readonly E[]): E[][] {
  const left = new Set(edges);
  const outgoing = new Map<string, E[]>(nodes.map((node) => [node, []]));
  for (const edge of edges) outgoing.get(edge.from)?.push(edge);
  const found: E[][] = [];
  for (const node of nodes) {
    for (;;) {
      if (found.length >= MAX_CYCLES) return found;
      const cycle = shortestCycle(node, outgoing, left);
      if (!cycle) break;
      found.push(cycle);
      left.delete(cycle.at(-1)!);
    }
  }
  return found;
}

/** Breadth first from a node along the edges left, until one leads back to it. */
function shortestCycle<E extends Edge>(start: string, outgoing: ReadonlyMap<string, E[]>, left: ReadonlySet<E>): E[] | undefined {
  const cameBy = new Map<string, E>();
  const waiting = [start];
  for (let i = 0; i < waiting.length; i++) {
    for (const edge of outgoing.get(waiting[i]!) ?? []) {
      if (!left.has(edge)) continue;
      if (edge.to === start) {
        const chain = [edge];
        for (let at = edge.from; at !== start; at = chain[0]!.from) chain.unshift(cameBy.get(at)!);
        return chain;
      }
      if (cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, edge);
      waiting.push(edge.to);
    }
  }
  return undefined;
}

/**
 * Orders nodes so that producers come before consumers; among those that are free, the earlier in `nodes` comes first. Nodes of
 * circles are left out.
 */
export function topologicalOrder(nodes: readonly string[], edges: readonly Edge[]): string[] {
  const index = new Map(nodes.map((node, i) => [node, i]));
  const waitsFor = nodes.map(() => 0);
  const feeds: number[][] = nodes.map(() => []);
  for (const { from, to } of edges) {
    const a = index.get(from);
    const b = index.get(to);
    if (a === undefined || b === undefined) continue;
    feeds[a]!.push(b);
    waitsFor[b]!++;
  }
  const order: string[] = [];
  const done = nodes.map(() => false);
  const free = nodes.map((_, i) => i).filter((i) => waitsFor[i] === 0);
  while (free.length > 0) {
    const i = free.shift()!;
    if (done[i]) continue;
    done[i] = true;
    order.push(nodes[i]!);
    for (const next of feeds[i]!) {
      if (--waitsFor[next]! > 0) continue;
      const at = free.findIndex((other) => other > next);
      free.splice(at < 0 ? free.length : at, 0, next);
    }
  }
  return order;
}
