// `node scripts/ci-summary.cjs TEST_EXIT CHECK_EXIT`: the closing line of .ci/run, from the results both left behind.
'use strict';
const { TEST_RESULTS, CHECK_RESULTS, SECOND_TRIES, load, countTests, countSteps } = require('./lib/results.cjs');

const tests = countTests(load(TEST_RESULTS), Number(process.argv[2]));
const steps = countSteps(load(CHECK_RESULTS), Number(process.argv[3]));
const failed = tests.failed + steps.failed;
// Green, but not to be forgotten.
for (const name of load(SECOND_TRIES) || []) console.log('Passed only on the second try: ' + name);
console.log(tests.passed + steps.passed + ' passed, ' + failed + ' failed');
process.exitCode = failed > 0 ? 1 : 0;
