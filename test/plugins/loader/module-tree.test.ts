import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importTree } from '../../../src/plugins/loader/module-tree.js';
import { createVirtualScheduler } from '../../../src/time/virtual.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'voxgraph-tree-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function importing(text: string) {
  const entry = join(folder, 'plugin.ts');
  writeFileSync(entry, text);
  const scheduler = createVirtualScheduler();
  const made = importTree({ entry, root: folder, shown: () => 'plugin.ts', given: new Map(), onFile: () => {}, scheduler });
  return { made, scheduler };
}

it('gives up what awaits at its top what does not come', async () => {
  const { made, scheduler } = importing('await new Promise(() => {});');
  let problem = '';
  made.catch((error: Error) => (problem = error.message));
  await expect.poll(async () => (await scheduler.play(11_000), problem)).toMatch(/^plugin\.ts:1:1 .*after 10 s/);
});

it('leaves nothing that waits behind an import that is done', async () => {
  const { made, scheduler } = importing('await Promise.resolve(); export const answer: number = 42;');
  expect(await made).toMatchObject({ answer: 42 });
  await scheduler.play(11_000);
});
