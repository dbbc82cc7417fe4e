import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { writeLicences } from '../scripts/lib/licences.mjs';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at('.'),
  logLevel: 'warn',
  // It is served under /console/, behind a proxy perhaps under another path.
  base: './',
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: at('../dist/console'),
    emptyOutDir: true,
    target: 'es2023',
    // No data: addresses, so that the policy of the page can forbid them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      onLog: (level, log, told) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && told(level, log),
    },
  },
  plugins: [
    {
      name: 'licences',
      writeBundle: (_options, output) =>
        writeLicences(
          Object.values(output).filter((made) => made.type === 'chunk'),
          at('../dist/console/LICENCES.md'),
          ['elkjs', '@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono'].map((name) =>
            at(`../node_modules/${name}`),
          ),
        ),
    },
  ],
});
