/**
 * Tests of graphs: `<name>.test.json` beside a graph, run in virtual time.
 * @module
 */
export { loadTest, testFileSchema, type GraphTestFile, type LoadedTest } from './test-file.js';
export { testSchemaText } from './test-schema.js';
export { runGraphTest, type TestResult } from './run-test.js';
export type { Verdict } from './judge.js';
