import { createRequire, syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';

/**
 * Makes every timer of the process late by up to `SLOW_TIMERS_MS` milliseconds, each by a random time: `SLOW_TIMERS_MS=150 npm test`. A test
 * in virtual time that passes only because a library's real timers are quick fails with it.
 */
const require = createRequire(import.meta.url);
const timers = require('node:timers') as { setTimeout: typeof setTimeout };
const promises = require('node:timers/promises') as { setTimeout: (delayMs?: number, ...rest: never[]) => Promise<unknown> };

const mostMs = Number(process.env['SLOW_TIMERS_MS']);
const lateMs = (delayMs = 0): number => delayMs + Math.random() * mostMs;

const { setTimeout: quick } = globalThis;
const { setTimeout: quickPromise } = promises;
promises.setTimeout = (delayMs, ...rest) => quickPromise(lateMs(delayMs), ...rest);
const slow = (run: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]) => quick(run, lateMs(delayMs), ...args);
globalThis.setTimeout = timers.setTimeout = Object.assign(slow, { [promisify.custom]: promises.setTimeout }) as never;
syncBuiltinESMExports();
