// Where `npm test` and `npm run check` leave their results, and how they are counted.
'use strict';
const fs = require('fs');
const path = require('path');
const { root } = require('./node.cjs');

const cache = path.join(root, 'node_modules', '.cache', 'voxgraph');
/** vitest's JSON report; vitest.config.ts names the same file. */
const TEST_RESULTS = path.join(cache, 'tests.json');
/** Names of tests that passed only on their second try; test/support/second-tries.ts writes them. */
const SECOND_TRIES = path.join(cache, 'second-tries.json');
/** The steps of `npm run check`: [{ name, passed }]. */
const CHECK_RESULTS = path.join(cache, 'check.json');

function load(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (_error) {
    return undefined;
  }
}

// A run that failed without a failed test (an import error, a crash, a failed build) is one failure, never none.
function atLeastOne(count, exitCode) {
  return { passed: count.passed, failed: exitCode !== 0 && count.failed === 0 ? 1 : count.failed };
}

/** Counts vitest's report. A test file that could not be loaded counts as one failed test. */
function countTests(report, exitCode) {
  if (!report) return atLeastOne({ passed: 0, failed: 1 }, exitCode);
  const broken = report.testResults.filter(function (file) {
    return (
      file.status === 'failed' &&
      !file.assertionResults.some(function (test) {
        return test.status === 'failed';
      })
    );
  }).length;
  return atLeastOne({ passed: report.numPassedTests, failed: report.numFailedTests + broken }, exitCode);
}

/** Counts the steps of `npm run check`. */
function countSteps(steps, exitCode) {
  if (!steps) return atLeastOne({ passed: 0, failed: 1 }, exitCode);
  const passed = steps.filter(function (step) {
    return step.passed;
  }).length;
  return atLeastOne({ passed: passed, failed: steps.length - passed }, exitCode);
}

module.exports = { TEST_RESULTS, CHECK_RESULTS, SECOND_TRIES, load, countTests, countSteps };
