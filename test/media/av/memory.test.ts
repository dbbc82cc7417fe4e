import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { makeTempDir, sine, writeSignal } from '../../support/media-fixtures.js';
import { runTypeScript } from '../../support/run-typescript.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

it('opening and closing again and again does not grow the process', { timeout: 120_000 }, async () => {
  const path = await writeSignal(temp.path('tune.mp3'), sine(440), 48_000);
  const child = fileURLToPath(new URL('./children/open-and-close.ts', import.meta.url));
  const { code, signal, stdout, stderr } = await runTypeScript(child, [path, '250'], 110_000);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  const growthMB = JSON.parse(stdout) as number[];
  // A leaked decoder is about 0.2 MB, a leaked encoder or resampler more: 250 of them would be 50 MB in every window. What the
  // allocator keeps for later comes once.
  expect(Math.min(...growthMB)).toBeLessThan(15);
});
