import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';

/** Where the names of tests that passed only on their second try are left, for the closing lines of .ci/run. */
const RESULTS = 'node_modules/.cache/voxgraph/second-tries.json';

/** Tells which tests passed only when they were run again: a machine that stalled, or a fault that comes and goes. */
export default class SecondTries implements Reporter {
  readonly #names: string[] = [];

  onTestRunStart(): void {
    rmSync(RESULTS, { force: true });
  }

  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return;
    const name = `${test.module.relativeModuleId} > ${test.fullName}`;
    this.#names.push(name);
    for (const { stack, message } of test.result().errors ?? []) console.log(`First try of ${name}: ${stack ?? message}`);
  }

  onTestRunEnd(): void {
    mkdirSync(dirname(RESULTS), { recursive: true });
    writeFileSync(RESULTS, JSON.stringify(this.#names));
    for (const name of this.#names) console.log(`Passed only on the second try: ${name}`);
  }
}
