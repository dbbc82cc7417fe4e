import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTest, runGraphTest } from '../../src/engine/graph-test/index.js';
import { formatProblem } from '../../src/errors.js';
import { checkGraph } from '../../src/graph/load.js';
import { createRegistry } from '../../src/graph/registry.js';
import { builtinNodes } from '../../src/nodes/index.js';
import { declarePlugins } from '../../src/plugins/declared.js';
import { createPluginLoader } from '../../src/plugins/loader/plugin-loader.js';
import { page, ROOT } from './pages.js';

const FOLDER = 'docs/examples/nodes';
const files = readdirSync(join(ROOT, FOLDER));
const tests = files.filter((name) => name.endsWith('.test.json'));
const types = builtinNodes.map(({ type }) => type);
const registry = createRegistry(builtinNodes);
const loader = createPluginLoader();

const checkOf = async (file: string) => (await declarePlugins(file, ROOT, { registry, installed: [], loader })).check;

describe('the examples of node types', () => {
  it('are there for each, and for nothing else', () => {
    const named = files.map((name) => name.replace(/(\.test)?\.json$/, ''));
    expect([...new Set(named)].toSorted()).toEqual(types.toSorted());
    for (const type of types) expect(existsSync(join(ROOT, FOLDER, `${type}.json`)), type).toBe(true);
  });

  it.each(types)('%s is one that the planner takes, and has a node of the type', async (type) => {
    const file = join(FOLDER, `${type}.json`);
    expect(page(file)).toContain(`"type": "${type}"`);
    expect(checkGraph(file, { ...(await checkOf(file)), cwd: ROOT }).map((problem) => formatProblem(problem))).toEqual([]);
  });

  it.each(tests)('%s holds', async (name) => {
    const loaded = loadTest(join(FOLDER, name), ROOT);
    const { verdicts, problems } = await runGraphTest(loaded, await checkOf(loaded.graph), ROOT);
    expect(problems).toEqual([]);
    expect(verdicts.filter(({ passed }) => !passed).map(({ text }) => text)).toEqual([]);
  });
});
