/**
 * One clock for media, RxJS and xstate, and its three schedulers: real time, offline and virtual.
 * @module
 */

export { type Clock, monotonicClock, wallTimeMs } from './clock.js';
export { Lateness, type LatenessSummary } from './lateness.js';
export { createOfflineScheduler, type OfflineScheduler } from './offline.js';
export { phaseFor } from './phase.js';
export { createRealtimeScheduler, type RealtimeOptions } from './realtime.js';
export type { Cancel, Scheduler, SchedulerOptions, Ticker, TickerOptions, TickerStats, TickInfo } from './scheduler.js';
export { threadWaker } from './thread-waker.js';
export { timerWaker } from './timer-waker.js';
export { createVirtualScheduler, type VirtualScheduler } from './virtual.js';
export type { Waker, WakerFactory } from './waker.js';
export { type MachineClock, xstateClock } from './xstate-clock.js';
