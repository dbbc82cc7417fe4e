import { describe, expect, it } from 'vitest';
import { SpeakingWatch } from '../../src/calls/speaking.js';
import { createAudioFrame, type AudioFrame } from '../../src/media/frame.js';
import { createVirtualScheduler } from '../../src/time/index.js';

function watched() {
  const scheduler = createVirtualScheduler();
  const told: string[] = [];
  const watch = new SpeakingWatch(
    scheduler,
    (speaking) => void told.push(`${speaking ? 'on' : 'off'} ${scheduler.nowUs() / 1000}`),
  );
  /** Pulls so much at a level, in dBov of a square wave. */
  const hears = async (ms: number, dbov: number | undefined) => {
    for (let at = 0; at < ms; at += 20) {
      watch.frame(dbov === undefined ? undefined : square(dbov));
      await scheduler.play(20);
    }
  };
  return { scheduler, told, watch, hears };
}

function square(dbov: number): AudioFrame {
  const frame = createAudioFrame(1);
  frame.planes[0]!.fill(10 ** (dbov / 20));
  frame.silent = false;
  return frame;
}

describe('who speaks', () => {
  it('is told once 40 ms were loud, and when half a second was not', async () => {
    const { hears, told } = watched();
    await hears(1000, -70);
    await hears(1000, -30);
    await hears(1000, -70);
    // The second loud frame is pulled at 1020, the last one at 1980.
    expect(told).toEqual(['on 1020', 'off 2480']);
  });

  it('is not told of clicks, nor of pauses between words', async () => {
    const { hears, told } = watched();
    for (let i = 0; i < 20; i++) {
      await hears(20, -10);
      await hears(40, -70);
    }
    expect(told).toEqual([]);
    for (let i = 0; i < 5; i++) {
      await hears(300, -25);
      await hears(400, -70);
    }
    expect(told).toHaveLength(1);
  });

  it('has hysteresis: a level between the two bounds begins nothing and ends nothing', async () => {
    const { hears, told } = watched();
    await hears(2000, -48);
    expect(told).toEqual([]);
    await hears(100, -44);
    await hears(5000, -48);
    expect(told).toHaveLength(1);
    await hears(1000, -51);
    expect(told).toHaveLength(2);
  });

  it('ends when he is muted, gone, or nobody pulls him any more', async () => {
    const { hears, told, watch, scheduler } = watched();
    await hears(100, -30);
    await hears(600, undefined);
    expect(told).toEqual(['on 20', 'off 580']);
    await hears(100, -30);
    watch.end();
    watch.end();
    expect(told.slice(2)).toEqual(['on 720', 'off 800']);
    await hears(100, -30);
    await scheduler.play(5000);
    expect(told.slice(4)).toEqual(['on 820', 'off 1380']);
    expect(scheduler.flush()).toBe(0);
  });

  it('goes by the levels of packets where nobody pulls, also when they cease', async () => {
    const { hears, told, watch, scheduler } = watched();
    for (let i = 0; i < 10; i++) {
      watch.packet(-30);
      await scheduler.play(20);
    }
    await scheduler.play(1000);
    expect(told).toEqual(['on 20', 'off 680']);
    // What is heard counts more than what a packet claims.
    for (let i = 0; i < 50; i++) {
      watch.packet(-10);
      await hears(20, -80);
    }
    expect(told).toHaveLength(2);
  });
});
