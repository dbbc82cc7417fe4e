import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ApiHost } from '../../src/api/api-host.js';
import { FeedHub } from '../../src/api/feed/feed-hub.js';
import type { StampedEvent } from '../../src/events/event.js';
import { EMPTY_STATE } from '../../src/events/state.js';
import { createVirtualScheduler } from '../../src/time/index.js';

/** An answer that takes what is written at once, or never. */
class Reader extends EventEmitter {
  waiting = 0;
  most = 0;
  written = '';
  destroyed = false;

  constructor(
    readonly isSlow: boolean,
    readonly onWrite: () => void,
  ) {
    super();
  }

  get writableLength(): number {
    return this.waiting;
  }

  write(message: Buffer): boolean {
    this.onWrite();
    if (this.isSlow) this.waiting += message.length;
    this.most = Math.max(this.most, this.waiting);
    this.written = (this.written + message.toString('utf8')).slice(-400);
    return !this.isSlow;
  }

  end(message: Buffer): void {
    this.write(message);
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function hubOf(readers: { readonly slow: number; readonly quick: number }) {
  const scheduler = createVirtualScheduler();
  const events$ = new Subject<StampedEvent>();
  let seq = 0;
  let writes = 0;
  const host = { engine: { events$, state: EMPTY_STATE }, machines: { steps$: new Subject() }, scheduler, seq: () => seq };
  const hub = new FeedHub(host as unknown as ApiHost, 'run', 200);
  const all = Array.from({ length: readers.slow + readers.quick }, (_, i) => new Reader(i < readers.slow, () => writes++));
  for (const reader of all) hub.add(reader as unknown as ServerResponse, { after: 0, stats: true, maySteer: true });
  const tell = (text: string) =>
    events$.next({ type: 'message.received', call: 'room:a', from: { id: 'a' }, text, seq: ++seq, atMs: 0 });
  const written = () => {
    const count = writes;
    writes = 0;
    return count;
  };
  return { hub, all, scheduler, tell, written };
}

describe('the feed with a hundred readers', () => {
  it('holds no more for the slow ones than it may, and cuts them with a reason', async () => {
    const { hub, all, scheduler, tell } = hubOf({ slow: 20, quick: 80 });
    for (let n = 0; n < 3000; n++) {
      tell('x'.repeat(1000));
      if (n % 5 === 0) hub.stats(Buffer.alloc(8000));
      await scheduler.play(20);
    }
    await scheduler.play(1000);
    for (const reader of all.slice(0, 20)) {
      expect(reader.most).toBeLessThan(600_000);
      expect([reader.destroyed, reader.written]).toEqual([true, expect.stringContaining('"cut":true,"reason":"too slow')]);
    }
    expect(hub.readers).toBe(80);
    expect(hub.waiting).toBe(0);
    expect(all[99]!.written).toContain(`"seq":3000`);
    hub.close();
  });

  it('drops figures first, and tells how many', async () => {
    const { hub, all, scheduler, tell } = hubOf({ slow: 1, quick: 0 });
    const [reader] = all as [Reader];
    for (let n = 0; n < 20; n++) {
      hub.stats(Buffer.alloc(8000));
      await scheduler.play(20);
    }
    expect(reader.waiting).toBeLessThan(64 * 1024 + 8000);
    tell('a fact all the same');
    await scheduler.play(50);
    expect(reader.written).toContain('a fact all the same');
    reader.waiting = 0;
    tell('caught up');
    await scheduler.play(50);
    expect(reader.written).toMatch(/event: lag\ndata: \{"dropped":1\d,"stats":1\d,"others":0\}/);
    hub.close();
  });

  it('cuts who takes nothing although little comes', async () => {
    const { hub, all, scheduler, tell } = hubOf({ slow: 1, quick: 1 });
    tell('hello');
    await scheduler.play(55_000);
    expect(all[0]!.written).toContain('nothing was read for half a minute');
    expect(all[1]!.written).toContain(': still here');
    expect([all[0]!.destroyed, hub.readers]).toEqual([true, 1]);
    hub.close();
  });

  it('lets who was cut read on to the reason, as long as he reads', async () => {
    const { hub, all, scheduler, tell } = hubOf({ slow: 2, quick: 0 });
    const [reads, sleeps] = all as [Reader, Reader];
    for (let n = 0; n < 700; n++) tell('x'.repeat(1000));
    await scheduler.play(1000);
    tell('one more');
    await scheduler.play(100);
    expect([reads.written, sleeps.written]).toEqual(Array(2).fill(expect.stringContaining('"cut":true')));
    for (let tenth = 0; tenth < 4; tenth++) {
      await scheduler.play(10_000);
      reads.waiting -= 50_000;
    }
    expect([reads.destroyed, sleeps.destroyed]).toEqual([false, true]);
    hub.close();
  });

  it('writes to a few at a time, so that frames come between', async () => {
    const { hub, scheduler, tell, written } = hubOf({ slow: 0, quick: 100 });
    await scheduler.play(5000);
    written();
    tell('to all');
    const bursts: number[] = [];
    for (let n = 0; n < 40; n++) {
      await scheduler.play(1);
      bursts.push(written());
    }
    expect(Math.max(...bursts)).toBeLessThanOrEqual(6);
    expect(bursts.reduce((sum, one) => sum + one)).toBe(100);
    hub.close();
  });

  it('writes to fewer at a time where much is to be written', async () => {
    const { hub, scheduler, tell, written } = hubOf({ slow: 0, quick: 20 });
    await scheduler.play(5000);
    written();
    tell('x'.repeat(100_000));
    const bursts: number[] = [];
    for (let n = 0; n < 40; n++) {
      await scheduler.play(1);
      bursts.push(written());
    }
    expect(Math.max(...bursts)).toBe(2);
    expect(bursts.reduce((sum, one) => sum + one)).toBe(20);
    hub.close();
  });

  it('gathers what happens while it writes: twice as many readers cost no twice as many writes, and nobody misses anything', async () => {
    const writesOf = async (quick: number) => {
      const { hub, all, scheduler, tell, written } = hubOf({ slow: 0, quick });
      await scheduler.play(5000);
      written();
      for (let n = 0; n < 100; n++) {
        tell(`fact ${n}`);
        await scheduler.play(4);
      }
      await scheduler.play(200);
      expect(all.every((reader) => reader.written.includes('fact 99'))).toBe(true);
      hub.close();
      return written();
    };
    expect(await writesOf(240)).toBeLessThan(1.3 * (await writesOf(120)));
  });

  it('takes no more readers than it may', () => {
    const { hub } = hubOf({ slow: 0, quick: 200 });
    expect(() => hub.check()).toThrow('200 readers');
    hub.close();
  });
});
