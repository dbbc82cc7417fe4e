// Opens an encoder as calls do, and prints the niceness of the main thread and of the pool's.
import { getPriority } from 'node:os';
import { ownThreads } from '../../../../src/media/av/pool-priority.ts';
import { openVideoEncoder } from '../../../../src/media/av/video/open-encoder.ts';

const size = { width: 64, height: 64, frameRate: 30, bitrateKbps: 100, keyFrameSec: 0, effort: 0 } as const;
const encoder = await openVideoEncoder({ codec: 'vp8', purpose: 'realtime', ...size });
const pool = ownThreads.list().filter(({ name }) => name === 'libuv-worker');
process.stdout.write(JSON.stringify({ main: getPriority(0), pool: pool.map(({ id }) => getPriority(id)) }));
encoder.freeContext();
