/**
 * Event logs: what happened to a running graph, written down so that it can happen again offline.
 * @module
 */
export { readEventLog, type EventLog, type LogLine } from './log-lines.js';
export { GraphRecorder, type RecorderOptions } from './recorder.js';
export { replayLog, type Replay } from './replay.js';
