// `npm run check [-- step…]`: all checks that are no tests. Every step runs, whatever the ones before it found.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { root, environment } = require('./lib/node.cjs');
const { ensureInstalled } = require('./lib/install.cjs');
const { CHECK_RESULTS } = require('./lib/results.cjs');
const { resolveTool } = require('./run.cjs');
const { build } = require('./build.cjs');

const STEPS = [
  { name: 'build', about: 'src compiles to dist', work: build },
  { name: 'lint', about: 'oxlint, with types', tool: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', about: 'prettier', tool: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'types', about: 'tests, bench and scripts compile', tool: ['tsc', '--noEmit', '-p', 'tsconfig.test.json'] },
  { name: 'console', about: 'the console compiles', tool: ['tsc', '--noEmit', '-p', 'console/tsconfig.json'] },
  {
    name: 'docs',
    about: 'the site is built: every export has a sentence, every node an example',
    tool: ['scripts/site/build.mjs'],
  },
  { name: 'generated', about: 'generated files are fresh', tool: ['scripts/generate-docs.mjs', '--check'] },
  { name: 'imports', about: 'layers and file sizes', tool: ['vitest', 'run', '--reporter=dot', '--project=structure'] },
];

function runTool(tool) {
  const command = resolveTool(tool[0]);
  const result = spawnSync(command[0], command.slice(1).concat(tool.slice(1)), {
    cwd: root,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  if (result.error) console.log(result.error.message);
  if (result.status !== 0) process.stdout.write(String(result.stdout) + String(result.stderr));
  return result.status === 0;
}

function seconds(from) {
  return ((performance.now() - from) / 1000).toFixed(1) + ' s';
}

function runStep(step) {
  const from = performance.now();
  let passed = false;
  try {
    passed = step.work ? step.work() : runTool(step.tool);
  } catch (error) {
    console.log(error.message);
  }
  console.log((passed ? 'ok    ' : 'FAILED') + ' ' + step.name.padEnd(10) + step.about + ' (' + seconds(from) + ')');
  return { name: step.name, passed: passed };
}

function main() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter(function (name) {
    return !STEPS.some(function (step) {
      return step.name === name;
    });
  });
  if (unknown.length > 0) {
    console.error('No step is called ' + unknown.join(', ') + '. Steps: ' + STEPS.map((step) => step.name).join(', ') + '.');
    return 2;
  }
  fs.rmSync(CHECK_RESULTS, { force: true });
  ensureInstalled();
  const results = STEPS.filter(function (step) {
    return wanted.length === 0 || wanted.indexOf(step.name) !== -1;
  }).map(runStep);
  fs.mkdirSync(path.dirname(CHECK_RESULTS), { recursive: true });
  fs.writeFileSync(CHECK_RESULTS, JSON.stringify(results));
  const failed = results.filter(function (result) {
    return !result.passed;
  });
  console.log(
    failed.length === 0
      ? 'All ' + results.length + ' checks passed.'
      : failed.length + ' of ' + results.length + ' checks failed: ' + failed.map((step) => step.name).join(', ') + '.',
  );
  return failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
