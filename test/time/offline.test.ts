import { describe, expect, it } from 'vitest';
import { createOfflineScheduler } from '../../src/time/index.js';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('run', () => {
  it('ends at once when nothing is scheduled', async () => {
    const s = createOfflineScheduler();
    await s.run();
    expect(s.nowUs()).toBe(0);
  });

  it('goes from deadline to deadline, hours in one go, never late', async () => {
    const s = createOfflineScheduler();
    let worstUs = 0;
    const ticker = s.every({
      periodUs: 1_000_000,
      onTick: (t) => {
        worstUs = Math.max(worstUs, t.lateUs);
        if (t.index === 7200) ticker.stop();
      },
    });
    await s.run();
    expect(s.nowUs()).toBe(7200e6);
    expect(ticker.stats()).toMatchObject({ ticks: 7201, skipped: 0, bursts: 0 });
    expect(worstUs).toBe(0);
  });

  it('gives the same order every time, with promises between', async () => {
    const once = async (): Promise<string[]> => {
      const s = createOfflineScheduler();
      const log: string[] = [];
      const loop = async (name: string, ms: number): Promise<void> => {
        for (let i = 0; i < 20; i++) {
          await new Promise<void>((resolve) => s.after(ms, resolve));
          await Promise.resolve().then(() => Promise.resolve());
          log.push(`${name}@${s.nowUs()}`);
        }
      };
      void loop('a', 20);
      void loop('b', 30);
      void loop('c', 20);
      await s.run();
      return log;
    };
    const first = await once();
    expect(first).toHaveLength(60);
    expect(first.slice(0, 5)).toEqual(['a@20000', 'c@20000', 'b@30000', 'a@40000', 'c@40000']);
    expect(await once()).toEqual(first);
  });

  it('stands at untilUs and goes on from there', async () => {
    const s = createOfflineScheduler();
    const at: number[] = [];
    s.every({ periodUs: 20_000, onTick: (t) => at.push(t.dueUs) });
    await s.run(50_000);
    expect([s.nowUs(), at]).toEqual([50_000, [0, 20_000, 40_000]]);
    await s.run(60_000);
    expect(at).toEqual([0, 20_000, 40_000, 60_000]);
  });

  it('stop ends it after the current callback; a later run goes on', async () => {
    const s = createOfflineScheduler();
    const at: number[] = [];
    s.every({
      periodUs: 1000,
      onTick: (t) => {
        at.push(t.index);
        if (t.index % 3 === 2) s.stop();
      },
    });
    await s.run();
    expect(at).toEqual([0, 1, 2]);
    await s.run();
    expect(at).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('close ends it for good', async () => {
    const s = createOfflineScheduler();
    let ran = 0;
    s.every({ periodUs: 1000, onTick: (t) => (t.index === 4 ? s.close() : void ran++) });
    await s.run();
    await s.run();
    expect(ran).toBe(4);
  });

  it('lets the event loop have its turn, so that it can be stopped from outside', async () => {
    const s = createOfflineScheduler();
    s.every({ periodUs: 1000, onTick: () => {} });
    const run = s.run();
    const loop = (async () => {
      for (let i = 0; i < 3; i++) await tick();
      s.stop();
    })();
    await Promise.all([run, loop]);
    expect(s.nowUs()).toBeGreaterThan(0);
  });

  it('is one run while it runs', async () => {
    const s = createOfflineScheduler();
    s.after(5, () => {});
    const run = s.run();
    expect(s.run()).toBe(run);
    await run;
    expect(s.nowUs()).toBe(5000);
  });
});

describe('synchronous ticks', () => {
  it('run up to 16 at a time between promise continuations', async () => {
    const s = createOfflineScheduler();
    const log: number[] = [];
    const ticker = s.every({
      periodUs: 1000,
      synchronous: true,
      onTick: ({ index }) => {
        if (index === 0) void Promise.resolve().then(() => log.push(s.nowUs()));
        if (index === 20) void Promise.resolve().then(() => log.push(s.nowUs()));
        if (index === 100) ticker.stop();
      },
    });
    await s.run();
    expect(log).toEqual([15_000, 31_000]);
  });

  it('still wait for what holds time, at once', async () => {
    const s = createOfflineScheduler();
    const log: string[] = [];
    const ticker = s.every({
      periodUs: 1000,
      synchronous: true,
      onTick: ({ index }) => {
        log.push(`tick ${index}`);
        if (index === 3) s.hold(tick().then(() => log.push('held')));
        if (index === 5) ticker.stop();
      },
    });
    await s.run();
    expect(log).toEqual(['tick 0', 'tick 1', 'tick 2', 'tick 3', 'held', 'tick 4', 'tick 5']);
  });

  it('leave other callbacks their continuations', async () => {
    const s = createOfflineScheduler();
    const at: number[] = [];
    const ticker = s.every({ periodUs: 1000, synchronous: true, onTick: ({ index }) => index === 100 && ticker.stop() });
    void (async () => {
      for (let i = 0; i < 20; i++) {
        await new Promise<void>((resolve) => s.after(3, resolve));
        at.push(s.nowUs());
      }
    })();
    await s.run();
    expect(at).toEqual(Array.from({ length: 20 }, (_, i) => 3000 * (i + 1)));
  });

  it('end at untilUs and at stop', async () => {
    const s = createOfflineScheduler();
    let ticks = 0;
    s.every({
      periodUs: 1000,
      synchronous: true,
      onTick: () => {
        if (++ticks === 9) s.stop();
      },
    });
    await s.run(4000);
    expect([ticks, s.nowUs()]).toEqual([5, 4000]);
    await s.run();
    expect([ticks, s.nowUs()]).toEqual([9, 8000]);
  });
});

describe('hold', () => {
  it('stops time and callbacks until it settles, either way', async () => {
    const s = createOfflineScheduler();
    const log: string[] = [];
    s.after(10, () => {
      const work = tick()
        .then(tick)
        .then(() => {
          log.push(`work@${s.nowUs()}`);
          throw new Error('read');
        });
      s.hold(work);
    });
    s.after(10, () => log.push(`same@${s.nowUs()}`));
    s.after(11, () => log.push(`next@${s.nowUs()}`));
    await s.run();
    expect(log).toEqual(['work@10000', 'same@10000', 'next@11000']);
  });

  it('waits for several, and for what they schedule at the end', async () => {
    const s = createOfflineScheduler();
    const log: string[] = [];
    const read = async (name: string, turns: number): Promise<void> => {
      for (let i = 0; i < turns; i++) await tick();
      s.after(1, () => log.push(`${name}@${s.nowUs()}`));
    };
    s.hold(read('a', 5));
    s.hold(read('b', 2));
    await s.run();
    expect(log).toEqual(['b@1000', 'a@1000']);
  });

  it('that never settles can be stopped', async () => {
    const s = createOfflineScheduler();
    s.hold(new Promise(() => {}));
    s.after(1, () => expect.unreachable());
    const run = s.run();
    await tick();
    s.stop();
    await run;
    expect(s.nowUs()).toBe(0);
  });
});

describe('faults', () => {
  it('reject the run at its end, after everything else ran', async () => {
    const s = createOfflineScheduler();
    let ran = 0;
    s.after(1, () => {
      throw new Error('broken');
    });
    s.after(2, () => ran++);
    await expect(s.run()).rejects.toThrow('broken');
    expect(ran).toBe(1);
    await s.run();
  });

  it('go to onError instead if there is one; one that throws is not lost either', async () => {
    const errors: unknown[] = [];
    const s = createOfflineScheduler({
      onError: (e) => {
        errors.push(e);
        throw new Error('handler');
      },
    });
    s.after(1, () => {
      throw new Error('broken');
    });
    await expect(s.run()).rejects.toThrow('handler');
    expect(errors).toHaveLength(1);
  });

  it('time that stands still ends the run', async () => {
    const s = createOfflineScheduler();
    const again = (): void => void s.after(0, again);
    again();
    await expect(s.run()).rejects.toMatchObject({ code: 'TIME_STUCK' });
  });
});
