import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);
const chromium = require('./scripts/ensure-chromium.cjs') as { findChromium(): string | undefined };

const structure = 'test/structure/**/*.test.ts';
// Tests that drive a real browser or a real peer: slow to start, and starved when they share the cores.
const peers = ['test/browser/**/*.test.ts', 'test/interop/**/*.test.ts'];

// What a library does by its own timers is late with this by a random time, so that tests show what they leave to luck.
const slowTimers = process.env.SLOW_TIMERS_MS ? ['test/support/slow-timers.ts'] : [];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // What is awaited comes when it comes: a busy machine is no fault.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/voxgraph/tests.json' }], './test/support/second-tries.ts'],
    env: { CHROMIUM_PATH: chromium.findChromium() ?? '' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [structure, ...peers],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          setupFiles: slowTimers,
          // Many use real sockets and processes. Who writes a test sees at once that it fails; CI tries again, and tells what it tried again.
          retry: process.env.CI ? 1 : 0,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'structure', include: [structure], testTimeout: 60_000, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'peers',
          include: peers,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // They run in real time: when the whole machine stalls, so do the browser's own clocks. What is really broken fails twice.
          retry: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
