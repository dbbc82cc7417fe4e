/**
 * What open feeds cost, and what they do to the beat: `node_modules/.bin/node bench/feed.ts`.
 *
 * One graph in real time in a room; for some seconds each with no reader, with one that asks for figures, and with a hundred of which a
 * fifth reads nothing. Printed: CPU of the engine's process in percent of a core, lateness of the beat, memory.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';

const SECONDS = Number(process.env['FEED_SECONDS'] ?? 15);
const graph = fileURLToPath(new URL('../graphs/duck.json', import.meta.url));

interface Figures {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly ticks: number;
  readonly skipped: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** The engine's side: a process of its own, so that the readers' work is not counted. */
async function serve(): Promise<void> {
  const { createEngine } = await import('../dist/bundle/index.js');
  const engine = createEngine();
  const session = await engine.run(graph, { call: 'room:bench' });
  const server = await engine.serveRooms({ port: 0, requestsPerMinute: 100_000 });
  const answer = async (asked: string): Promise<void> => {
    if (asked === 'end') {
      await engine.close();
      process.exit(0);
    }
    if (asked === 'say') {
      await engine.say('room:bench', 'x'.repeat(2000), { id: 'bench' });
      return;
    }
    const { user, system } = process.cpuUsage();
    const { beat } = (await session.stats()).stats;
    process.send!({
      cpuMs: (user + system) / 1000,
      rssMb: process.memoryUsage().rss / 1e6,
      ticks: beat?.ticks ?? 0,
      skipped: beat?.skipped ?? 0,
      p99Us: beat?.lateness.p99Us ?? 0,
      maxUs: beat?.lateness.maxUs ?? 0,
    });
  };
  process.on('message', (asked: string) => void answer(asked));
  process.send!({ port: server.port });
}

const ask = async (child: ChildProcess): Promise<Figures> => {
  child.send('figures');
  return ((await once(child, 'message')) as [Figures])[0];
};
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function read(port: number, isSlow: boolean): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    const asked = request({ port, host: '127.0.0.1', path: '/api/v1/feed?stats=1', agent: false }, (response) => {
      if (isSlow) response.pause();
      else response.resume();
      response.on('error', () => {});
      done(response);
    });
    asked.on('error', fail);
    asked.end();
  });
}

async function measure(child: ChildProcess, name: string, during: () => void = () => {}): Promise<void> {
  const before = await ask(child);
  for (let second = 0; second < SECONDS; second++) {
    during();
    await pause(1000);
  }
  const after = await ask(child);
  const percent = ((after.cpuMs - before.cpuMs) / (SECONDS * 1000)) * 100;
  const line = `${percent.toFixed(2)} % of a core, ${after.rssMb.toFixed(0)} MB, ${after.skipped - before.skipped} beats skipped, p99 ${after.p99Us} µs, max ${after.maxUs} µs`;
  process.stdout.write(`${name.padEnd(34)} ${line}\n`);
}

async function main(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], { stdio: 'inherit' });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  await pause(3000);
  await measure(child, 'no reader');
  const one = await read(port, false);
  await measure(child, 'one reader with figures');
  one.destroy();
  await measure(child, 'no reader again');
  const many = await Promise.all(Array.from({ length: 100 }, (_, i) => read(port, i % 5 === 0)));
  await measure(child, '100 readers, 20 read nothing');
  await measure(child, '100 readers and 20 facts a second', () => {
    for (let n = 0; n < 20; n++) child.send('say');
  });
  const open = many.filter((response) => !response.destroyed && !response.closed).length;
  process.stdout.write(`${open} readers are left\n`);
  for (const response of many) response.destroy();
  child.send('end');
  await once(child, 'exit');
}

await (process.argv[2] === 'serve' ? serve() : main());
