/**
 * Snapshots of calls: what lets another process go on with a call whose process was killed.
 * @module
 */
export { CallSnapshot, type SnapshotOptions } from './call-snapshot.js';
