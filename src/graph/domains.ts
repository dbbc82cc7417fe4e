import type { Leadership } from './define-node.js';

/** A node, as far as clocks are concerned. */
export interface DomainNode {
  /** Its name. */
  readonly name: string;
  /** Whether it sets the pace. */
  readonly leadership: Leadership;
  /** The clock it names, if any. */
  readonly clock: string | undefined;
}

/** A wire, as far as clocks are concerned. */
export interface DomainWire {
  /** The producer. */
  readonly from: string;
  /** The consumer. */
  readonly to: string;
  /** A queue lets the two sides run on different beats. */
  readonly queued: boolean;
}

/** One clock domain. */
export interface Domain {
  /** The clock its nodes name, else its leader, else `main`; unique. */
  readonly name: string;
  /** The node that sets the pace; null: the graph's own beat. */
  readonly leader: string | null;
  /** Its nodes, in file order. */
  readonly nodes: readonly string[];
}

/** How a graph splits into clock domains, and what prevents it. */
export interface DomainSplit<W extends DomainWire = DomainWire> {
  /** In the order of their first nodes. */
  readonly domains: readonly Domain[];
  /** The index in `domains` of each node. */
  readonly domainOf: ReadonlyMap<string, number>;
  /** Pairs that would both lead: the first of the domain, and one more. */
  readonly rivals: readonly { readonly first: string; readonly second: string }[];
  /** Wires between two clocks that have no queue. */
  readonly crossings: readonly { readonly wire: W; readonly fromClock: string; readonly toClock: string }[];
}

/**
 * Splits a graph at its queued wires: what hangs together without them runs on one beat, and so do parts that name the same clock.
 * Of a part's nodes the one with leadership `lead` leads, else the first with `may`.
 *
 * @param nodes in file order
 */
export function splitDomains<W extends DomainWire>(nodes: readonly DomainNode[], wires: readonly W[]): DomainSplit<W> {
  const crossings: { wire: W; fromClock: string; toClock: string }[] = [];
  const clocks = new Map(nodes.flatMap(({ name, clock }) => (clock === undefined ? [] : [[name, clock] as const])));
  const tight = wires.filter((wire) => !wire.queued);
  const apart = spreadClocks(clocks, tight);
  for (const wire of apart) crossings.push({ wire, fromClock: clocks.get(wire.from)!, toClock: clocks.get(wire.to)! });

  // A wire that was just reported joins nothing, so that one missing queue is not also reported as two leaders.
  const root = join(
    nodes.map((node) => node.name),
    tight.filter((wire) => !apart.has(wire)),
    clocks,
  );
  const groups = Map.groupBy(nodes, (node) => root(node.name));
  const rivals: { first: string; second: string }[] = [];
  const domainOf = new Map<string, number>();
  const taken = new Set<string>();
  const domains = [...groups.values()].map((members, index) => {
    const leads = members.filter((node) => node.leadership === 'lead');
    for (const { name } of leads.slice(1)) rivals.push({ first: leads[0]!.name, second: name });
    const leader = (leads[0] ?? members.find((node) => node.leadership === 'may'))?.name ?? null;
    for (const { name } of members) domainOf.set(name, index);
    const clock = members.map(({ name }) => clocks.get(name)).find((name) => name !== undefined);
    return { name: unique(clock ?? leader ?? 'main', taken), leader, nodes: members.map(({ name }) => name) };
  });
  return { domains, domainOf, rivals, crossings };
}

/** Gives unnamed nodes the clock of their neighbours; returns the wires at which two names meet. */
function spreadClocks<W extends DomainWire>(clocks: Map<string, string>, wires: readonly W[]): Set<W> {
  const touching = new Map<string, W[]>();
  for (const wire of wires) {
    for (const end of [wire.from, wire.to]) touching.set(end, [...(touching.get(end) ?? []), wire]);
  }
  const apart = new Set<W>();
  const waiting = [...clocks.keys()];
  for (let i = 0; i < waiting.length; i++) {
    const name = waiting[i]!;
    for (const wire of touching.get(name) ?? []) {
      const other = wire.from === name ? wire.to : wire.from;
      if (!clocks.has(other)) {
        clocks.set(other, clocks.get(name)!);
        waiting.push(other);
      } else if (clocks.get(other) !== clocks.get(name)) apart.add(wire);
    }
  }
  return apart;
}

/** Union-find over wires and clock names; gives each node's representative. */
function join(
  names: readonly string[],
  wires: readonly DomainWire[],
  clocks: ReadonlyMap<string, string>,
): (name: string) => string {
  const parent = new Map(names.map((name) => [name, name]));
  const root = (name: string): string => {
    let at = name;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) {
      parent.set(at, parent.get(up) ?? up);
      at = up;
    }
    return at;
  };
  const unite = (a: string, b: string) => parent.set(root(a), root(b));
  for (const wire of wires) if (parent.has(wire.from) && parent.has(wire.to)) unite(wire.from, wire.to);
  const firstOf = new Map<string, string>();
  for (const name of names) {
    const clock = clocks.get(name);
    if (clock === undefined) continue;
    const first = firstOf.get(clock);
    if (first === undefined) firstOf.set(clock, name);
    else unite(name, first);
  }
  return root;
}

function unique(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}-${i}`;
  taken.add(name);
  return name;
}
