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
  let circling = nodesInCircles(nodes, outgoing, left);
  for (const node of nodes) {
    while (circling.has(node)) {
      if (found.length >= MAX_CYCLES) return found;
      const cycle = shortestCycle(node, outgoing, left)!;
      found.push(cycle);
      left.delete(cycle.at(-1)!);
      circling = nodesInCircles(nodes, outgoing, left);
    }
  }
  return found;
}

/**
 * The nodes that are in a circle of the edges left: Tarjan's strongly connected components (1972) of more than one node, or with an edge to
 * itself. Without recursion: a graph may be one chain of thousands.
 */
function nodesInCircles<E extends Edge>(
  nodes: readonly string[],
  outgoing: ReadonlyMap<string, E[]>,
  left: ReadonlySet<E>,
): Set<string> {
  const circling = new Set<string>();
  /** When each was met, and the earliest that is met again behind it. */
  const met = new Map<string, number>();
  const earliest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const enter = (node: string): { node: string; edge: number } => {
    met.set(node, met.size);
    earliest.set(node, met.get(node)!);
    open.push(node);
    isOpen.add(node);
    return { node, edge: 0 };
  };
  const reach = (node: string, again: number) => earliest.set(node, Math.min(earliest.get(node)!, again));
  const leave = (node: string) => {
    if (earliest.get(node) !== met.get(node)) return;
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) {
      isOpen.delete(member);
      if (members.length > 1) circling.add(member);
    }
  };
  for (const root of nodes) {
    const path = met.has(root) ? [] : [enter(root)];
    while (path.length > 0) {
      const at = path.at(-1)!;
      const edge = outgoing.get(at.node)?.[at.edge++];
      if (!edge) {
        path.pop();
        leave(at.node);
        const before = path.at(-1);
        if (before) reach(before.node, earliest.get(at.node)!);
      } else if (!left.has(edge)) continue;
      else if (edge.to === at.node) circling.add(at.node);
      else if (!met.has(edge.to)) path.push(enter(edge.to));
      else if (isOpen.has(edge.to)) reach(at.node, met.get(edge.to)!);
    }
  }
  return circling;
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
        for (let at = edge.from; at !== start; at = chain.at(-1)!.from) chain.push(cameBy.get(at)!);
        return chain.reverse();
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
