import { request, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { served } from './support.js';

type Kind = 'quick' | 'slow' | 'stalled';
/** More than the kernel holds for a connection on loopback that nobody reads. */
const FACTS = 1200;
const FACT_BYTES = 4000;

let open: Awaited<ReturnType<typeof served>> | undefined;
const responses: IncomingMessage[] = [];
afterEach(async () => {
  for (const response of responses.splice(0)) response.destroy();
  await open?.close();
  open = undefined;
});

/** One client over a connection of its own. */
class Client {
  bytes = 0;
  over = false;
  /** Whether it has read the last fact. */
  heard = false;
  /** The end of what it has read. */
  tail = '';

  constructor(
    readonly response: IncomingMessage,
    readonly kind: Kind,
  ) {
    response.on('error', () => {});
    response.on('close', () => (this.over = true));
    if (kind === 'quick') this.read();
    else response.pause();
  }

  /** Reads from now on. */
  read(): void {
    this.response.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.heard ||= chunk.includes('the last word');
      if (this.kind !== 'quick') this.tail = (this.tail + chunk.subarray(-400).toString('latin1')).slice(-400);
    });
    this.response.resume();
  }
}

describe('a hundred clients on connections of their own', () => {
  it('get every fact in order or are cut with a reason, and what waits for them is bounded', async () => {
    open = await served();
    const { base, engine, scheduler, ask } = open;
    const kindOf = (i: number): Kind => (i % 10 === 0 ? 'stalled' : i % 10 === 1 ? 'slow' : 'quick');
    const clients = await Promise.all(
      Array.from(
        { length: 100 },
        (_, i) =>
          new Promise<Client>((done, fail) => {
            const asked = request(`${base}/api/v1/feed?stats=1`, { agent: false }, (response) => {
              responses.push(response);
              done(new Client(response, kindOf(i)));
            });
            asked.on('error', fail);
            asked.end();
          }),
      ),
    );
    const waiting = async () => Number(/voxgraph_feed_waiting_bytes (\d+)/.exec((await ask('GET', '/metrics')).text)![1]);
    let most = 0;
    for (let n = 0; n < FACTS; n++) {
      await engine.say('room:lobby', 'x'.repeat(FACT_BYTES), { id: 'ann' });
      if (n % 40 !== 0) continue;
      await scheduler.play(100);
      for (const client of clients) if (client.kind === 'slow') client.response.read(16_384);
      most = Math.max(most, await waiting());
    }
    const of = (kind: Kind) => clients.filter((client) => client.kind === kind);
    // Who wakes up soon after he was cut reads why; of the others the server keeps nothing.
    const woken = of('stalled').slice(0, 5);
    for (const client of woken) client.read();
    for (let turn = 0; turn < 50 && woken.some(({ over }) => !over); turn++) {
      await scheduler.play(20);
      // What is on its way needs no time but the machine's.
      for (let n = 0; n < 200; n++) await new Promise((done) => setImmediate(done));
    }
    expect(woken.filter(({ over, tail }) => !over || !tail.includes('"cut":true,"reason":"too slow')).length).toBe(0);
    await scheduler.play(40_000);
    await engine.say('room:lobby', 'the last word', { id: 'ann' });
    await scheduler.play(1000);
    // Twenty that do not keep up, of half a megabyte each; the others have what the last 100 ms brought.
    expect(most).toBeLessThan(20 * 600_000 + 80 * 400_000);
    // Facts are never left out: all quick ones have the same, and all of it.
    const quick = of('quick');
    expect(quick.some(({ over }) => over)).toBe(false);
    expect(Math.min(...quick.map(({ bytes }) => bytes))).toBeGreaterThan(FACTS * FACT_BYTES);
    expect(quick.filter(({ heard }) => !heard).length).toBe(0);
    expect(await waiting()).toBeLessThan(10 * 600_000);
    for (const client of of('stalled').slice(5)) client.read();
    for (let turn = 0; turn < 400 && of('stalled').some(({ over }) => !over); turn++) await scheduler.play(500);
    expect(of('stalled').filter(({ over }) => !over).length).toBe(0);
  }, 60_000);
});
