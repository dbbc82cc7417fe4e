import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formatProblem } from '../../src/errors.js';
import { MAX_QUEUE_FRAMES, OVERFLOW_POLICIES, PARAM_TYPES } from '../../src/graph/file.js';
import { checkGraphText } from '../../src/graph/load.js';
import { KEYS } from '../../src/graph/read-model.js';
import { createRegistry } from '../../src/graph/registry.js';
import { builtinNodes } from '../../src/nodes/index.js';

const doc = readFileSync(fileURLToPath(new URL('../../docs/graph-files.md', import.meta.url)), 'utf8');
const blocks = [...doc.matchAll(/^```json\n(.*?)^```$/gms)].map((match) => match[1]!);

test('there are examples', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(4);
});

test.each(blocks)('example %# checks with the shipped nodes', (block) => {
  const { problems } = checkGraphText(block, 'graph-files.md', { registry: createRegistry(builtinNodes) });
  expect(problems.map(formatProblem)).toEqual([]);
});

test('every key and choice of the format is explained', () => {
  const explained = (name: string | number) => doc.includes(`\`${name}\``) || doc.includes(`"${name}"`);
  const names = [...Object.values(KEYS).flat(), ...OVERFLOW_POLICIES, ...PARAM_TYPES];
  expect(names.filter((name) => !explained(name))).toEqual([]);
  expect(doc).toContain(`1 to ${MAX_QUEUE_FRAMES}`);
});
