import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadTest, runGraphTest } from '../src/engine/graph-test/index.js';
import { createRegistry } from '../src/graph/registry.js';
import { builtinNodes } from '../src/nodes/index.js';
import { declarePlugins } from '../src/plugins/declared.js';
import { createPluginLoader } from '../src/plugins/loader/plugin-loader.js';

const loader = createPluginLoader();
const tests = readdirSync('graphs').filter((name) => name.endsWith('.test.json'));

describe('the shipped graphs', () => {
  it('have tests', () => {
    expect(tests).not.toEqual([]);
  });

  it.each(tests)('keep the promises of graphs/%s', async (name) => {
    const loaded = loadTest(`graphs/${name}`, '.');
    const { check } = await declarePlugins(loaded.graph, '.', { registry: createRegistry(builtinNodes), installed: [], loader });
    const { verdicts, problems } = await runGraphTest(loaded, check, '.');
    expect(problems).toEqual([]);
    expect(verdicts.filter(({ passed }) => !passed).map(({ text }) => text)).toEqual([]);
  });
});
