import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/errors.js';
import { dependantsOf, orderPlugins, type Orderable } from '../../src/plugins/order.js';

const plugin = (name: string, dependencies: Record<string, string> = {}, more: Partial<Orderable> = {}): Orderable => ({
  name,
  version: '1.2.0',
  dependencies,
  enabled: true,
  priority: 0,
  ...more,
});
const names = (plugins: readonly Orderable[]) => plugins.map(({ name }) => name);
const said = (wanted: readonly Orderable[], present: readonly Orderable[] = []) =>
  orderPlugins(wanted, present).problems.map(formatProblem);

describe('the order of plugins', () => {
  it('is dependencies, then priority, then name', () => {
    const { order, problems } = orderPlugins([
      plugin('zebra', {}, { priority: 5 }),
      plugin('moderator', { statistics: '^1.0.0', names: '*' }, { priority: 100 }),
      plugin('statistics', {}, { priority: -3 }),
      plugin('names'),
      plugin('apple'),
    ]);
    expect(problems).toEqual([]);
    expect(names(order)).toEqual(['zebra', 'apple', 'names', 'statistics', 'moderator']);
  });

  it('does not depend on how they are listed', () => {
    const plugins = [plugin('a', { c: '*' }), plugin('b', {}, { priority: 1 }), plugin('c'), plugin('d', { b: '*' })];
    const orders = [plugins, plugins.toReversed(), [plugins[2]!, plugins[0]!, plugins[3]!, plugins[1]!]].map((list) =>
      names(orderPlugins(list).order).join(),
    );
    expect(new Set(orders)).toEqual(new Set(['b,c,a,d']));
  });

  it('takes what the scope around has', () => {
    expect(said([plugin('a', { b: '^1.0.0' })], [plugin('b')])).toEqual([]);
    expect(said([plugin('a', { b: '^2.0.0' })], [plugin('b')])[0]).toContain('needs "b" ^2.0.0, but 1.2.0 is installed (a → b)');
  });

  it('prefers its own scope', () => {
    expect(said([plugin('a', { b: '^2.0.0' }), plugin('b', {}, { version: '2.1.0' })], [plugin('b')])).toEqual([]);
  });

  it('names the whole chain to what is missing', () => {
    expect(said([plugin('top', { middle: '*' }), plugin('middle', { statistics: '^1.0.0' }), plugin('statistic')])).toEqual([
      'plugin "middle" needs "statistics", which is not installed (top → middle → statistics). Did you mean "statistic"?',
    ]);
  });

  it('refuses a disabled one that is needed, unless who needs it is disabled too', () => {
    const off = { enabled: false };
    expect(said([plugin('a', { b: '*' }), plugin('b', {}, off)])).toEqual(['plugin "a" needs "b", which is disabled (a → b).']);
    expect(said([plugin('a', { b: '*' }, off), plugin('b', {}, off)])).toEqual([]);
  });

  it('refuses a wrong version', () => {
    expect(said([plugin('a', { b: '>=2' }), plugin('b')])).toEqual(['plugin "a" needs "b" >=2, but 1.2.0 is installed (a → b).']);
    expect(said([plugin('a', { b: '^1.0.0' }), plugin('b', {}, { version: '1.3.0-beta.1' })])).toEqual([]);
  });

  it('shows each circle as a chain', () => {
    expect(
      said([plugin('a', { b: '*' }), plugin('b', { c: '*' }), plugin('c', { a: '*' }), plugin('d', { a: '*' }), plugin('e')]),
    ).toEqual(['the plugins need each other in a circle: a → b → c → a.']);
    expect(
      said([plugin('a', { b: '*' }), plugin('b', { a: '*' }), plugin('x', { y: '*' }), plugin('y', { x: '*' })]),
    ).toHaveLength(2);
  });

  it('refuses two of one name', () => {
    expect(said([plugin('a'), plugin('a')])).toEqual(['a plugin called "a" is installed already.']);
  });

  it('reports everything at once', () => {
    expect(said([plugin('a', { b: '*', c: '^9.0.0' }), plugin('c'), plugin('d', { d2: '*' })])).toHaveLength(3);
  });
});

describe('dependants', () => {
  it('come in the order in which they must go', () => {
    const all = [plugin('a'), plugin('b', { a: '*' }), plugin('c', { b: '*' }), plugin('d', { a: '*', c: '*' }), plugin('e')];
    const uses = (user: Orderable, needed: Orderable) => Object.hasOwn(user.dependencies, needed.name);
    expect(names(dependantsOf(all[0]!, all, uses))).toEqual(['d', 'c', 'b']);
    expect(names(dependantsOf(all[4]!, all, uses))).toEqual([]);
  });
});
