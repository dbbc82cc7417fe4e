import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadTest, runGraphTest } from '../src/engine/graph-test/index.js';
import { createRegistry } from '../src/graph/registry.js';
import { builtinNodes } from '../src/nodes/index.js';

const tests = readdirSync('graphs').filter((name) => name.endsWith('.test.json'));

describe('the shipped graphs', () => {
  it('have tests', () => {
    expect(tests).not.toEqual([]);
  });

  it.each(tests)('keep the promises of graphs/%s', async (name) => {
    const { verdicts, problems } = await runGraphTest(loadTest(`graphs/${name}`, '.'), createRegistry(builtinNodes), '.');
    expect(problems).toEqual([]);
    expect(verdicts.filter(({ passed }) => !passed).map(({ text }) => text)).toEqual([]);
  });
});
