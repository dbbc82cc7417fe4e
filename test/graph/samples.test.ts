import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkCommand } from '../../src/cli/commands/check.js';
import { ERRORS, type Problem } from '../../src/errors.js';
import { testRegistry } from './support.js';

const root = fileURLToPath(new URL('../samples/', import.meta.url));
const kinds = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const environment = { registry: testRegistry, plugins: ['voice-effects', 'radio'] };

async function check(kind: string, json: boolean) {
  let out = '';
  const io = { stdout: (text: string) => (out += text), stderr: () => {}, cwd: join(root, kind), color: false };
  const exitCode = await checkCommand({ files: ['graph.json'], json }, io, environment);
  return { out, exitCode };
}

/** The codes of the graph-file section: from its heading in the table to the next. */
function graphCodes(): string[] {
  const source = readFileSync(fileURLToPath(new URL('../../src/errors.ts', import.meta.url)), 'utf8');
  const section = /\/\/ — graph files —+\n(.*?)\n {2}\/\/ — /s.exec(source)![1]!;
  return [...section.matchAll(/^ {2}([A-Z_]+): \{/gm)].map((match) => match[1]!);
}

describe('sample folders', () => {
  test.each(kinds)('%s is answered as expected.txt says', async (kind) => {
    const { out, exitCode } = await check(kind, false);
    await expect(out).toMatchFileSnapshot(join(root, kind, 'expected.txt'));
    expect(exitCode).toBe(kind.startsWith('fine-') ? 0 : 2);
  });

  test('every folder states what it expects', () => {
    const silent = kinds.filter((kind) => !existsSync(join(root, kind, 'expected.txt')));
    expect(silent).toEqual([]);
  });

  test('every graph-file error has a sample', async () => {
    const codes = graphCodes();
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !(code in ERRORS))).toEqual([]);
    const met = new Set<string>();
    for (const kind of kinds) {
      const { out } = await check(kind, true);
      const results = JSON.parse(out) as { problems: Problem[]; warnings?: Problem[] }[];
      for (const { problems, warnings = [] } of results) for (const { code } of [...problems, ...warnings]) met.add(code);
    }
    // Whether a graph runs offline is known only when it starts.
    const atStart = ['BLOCK_NEEDS_OFFLINE'];
    expect(codes.filter((code) => !met.has(code) && !atStart.includes(code))).toEqual([]);
  });
});
