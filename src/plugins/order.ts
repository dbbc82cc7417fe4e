import { satisfies } from 'semver';
import { problem, type Problem } from '../errors.js';
import { nearestHint } from '../graph/registry.js';

/** What the order of a plugin depends on. */
export interface Orderable {
  /** Its name. */
  readonly name: string;
  /** Of its code. */
  readonly version: string;
  /** Names and version ranges. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Whether it is to work at once. */
  readonly enabled: boolean;
  /** Higher comes first. */
  readonly priority: number;
}

/**
 * The order in which plugins are loaded and their operators stand in a chain: dependencies first, then the higher priority, then by
 * name. Checked before any code of theirs runs.
 *
 * @param wanted those to put in order, all of one scope.
 * @param present those of the scope around it, which are there already.
 * @returns the order, or everything that is wrong with it.
 */
export function orderPlugins<T extends Orderable>(
  wanted: readonly T[],
  present: readonly Orderable[] = [],
): { readonly order: readonly T[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const byName = new Map<string, T>();
  for (const plugin of wanted) {
    if (byName.has(plugin.name)) problems.push(problem('PLUGIN_TAKEN', { plugin: plugin.name }));
    else byName.set(plugin.name, plugin);
  }
  const around = new Map(present.map((plugin) => [plugin.name, plugin]));
  for (const plugin of byName.values()) problems.push(...unmet(plugin, byName, around));
  const order: T[] = [];
  const done = new Set<string>();
  const rest = [...byName.values()].sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1));
  while (rest.length > 0) {
    const waits = ({ dependencies }: T): boolean => Object.keys(dependencies).some((name) => byName.has(name) && !done.has(name));
    const at = rest.findIndex((plugin) => !waits(plugin));
    if (at < 0) return { order, problems: [...problems, ...circles(rest)] };
    const [next] = rest.splice(at, 1) as [T];
    order.push(next);
    done.add(next.name);
  }
  return { order, problems };
}

/**
 * Those that would be without something they need if one went, in the order in which they must go.
 *
 * @param uses whether one needs another directly.
 */
export function dependantsOf<T>(gone: T, all: readonly T[], uses: (user: T, needed: T) => boolean): T[] {
  const found = new Set<T>();
  const visit = (needed: T): void => {
    for (const user of all) {
      if (user === gone || found.has(user) || !uses(user, needed)) continue;
      visit(user);
      found.add(user);
    }
  };
  visit(gone);
  return [...found];
}

/** What a plugin needs and does not get, each with the chain that leads to it. */
function unmet(plugin: Orderable, byName: ReadonlyMap<string, Orderable>, around: ReadonlyMap<string, Orderable>): Problem[] {
  const problems: Problem[] = [];
  for (const [needs, range] of Object.entries(plugin.dependencies)) {
    const found = byName.get(needs) ?? around.get(needs);
    const chain = [...wayTo(plugin.name, byName), needs].join(' → ');
    const data = { plugin: plugin.name, needs, range, chain };
    if (!found) {
      const hint = nearestHint(
        needs,
        [...byName.keys(), ...around.keys()].filter((name) => name !== plugin.name),
      );
      problems.push(problem('PLUGIN_NEEDS_MISSING', { ...data, hint: hint.startsWith('. Did') ? hint : '' }));
    } else if (!satisfies(found.version, range, { includePrerelease: true }))
      problems.push(problem('PLUGIN_NEEDS_VERSION', { ...data, version: found.version }));
    else if (plugin.enabled && !found.enabled) problems.push(problem('PLUGIN_NEEDS_DISABLED', data));
  }
  return problems;
}

/** How a plugin came to be wanted: the longest chain of those that need it, from the outermost on. */
function wayTo(name: string, byName: ReadonlyMap<string, Orderable>): string[] {
  const way = [name];
  for (;;) {
    const user = [...byName.values()].find((plugin) => Object.hasOwn(plugin.dependencies, way[0]!) && !way.includes(plugin.name));
    if (!user) return way;
    way.unshift(user.name);
  }
}

/** Each circle once, as a chain that ends where it began. */
function circles(rest: readonly Orderable[]): Problem[] {
  const byName = new Map(rest.map((plugin) => [plugin.name, plugin]));
  const problems: Problem[] = [];
  const settled = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const plugin = byName.get(name);
    if (!plugin || settled.has(name)) return;
    const at = way.indexOf(name);
    if (at >= 0) {
      const circle = [...way.slice(at), name];
      problems.push(problem('PLUGIN_CYCLE', { chain: circle.join(' → ') }));
      return;
    }
    for (const needs of Object.keys(plugin.dependencies).sort()) visit(needs, [...way, name]);
    settled.add(name);
  };
  for (const { name } of rest) visit(name, []);
  return problems;
}
