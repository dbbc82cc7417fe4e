import { describe, expect, it } from 'vitest';
import { IdleSound } from '../../../../src/calls/telegram/media/idle-sound.js';
import { NetworkWatch } from '../../../../src/calls/telegram/media/network-watch.js';
import type { Packet } from '../../../../src/media/packet.js';
import { createVirtualScheduler } from '../../../../src/time/virtual.js';

describe('silence while nothing is sent', () => {
  it('flows every 400 ms, in the time of what was sent before', () => {
    const clock = createVirtualScheduler();
    const sent: Packet[] = [];
    const idle = new IdleSound(clock, (packet) => sent.push({ ...packet }));
    clock.advanceBy(1_000);
    expect(sent.map(({ ptsUs }) => ptsUs)).toEqual([400_000, 800_000]);
    expect(sent[0]).toMatchObject({ codec: 'opus', durationUs: 20_000, levelDbov: -127 });
    // The graph plays: nothing is put between.
    for (let i = 0; i < 50; i++) {
      idle.sent({ ...sent[0]!, ptsUs: 7_000_000 + i * 20_000 });
      clock.advanceBy(20);
    }
    expect(sent).toHaveLength(2);
    clock.advanceBy(380);
    expect(sent[2]!.ptsUs).toBe(7_000_000 + 49 * 20_000 + 400_000);
    idle.stop();
    clock.advanceBy(5_000);
    expect(sent).toHaveLength(3);
  });
});

describe('the watch of a network', () => {
  it('tells each change once', () => {
    const clock = createVirtualScheduler();
    const view = { lastHeardUs: 0, fractionLost: undefined as number | undefined };
    const told: string[] = [];
    const watch = new NetworkWatch(
      clock,
      () => view,
      ({ type }) => told.push(type),
    );
    const pass = (ms: number, hears = true) => {
      for (let at = 0; at < ms; at += 100) {
        clock.advanceBy(100);
        if (hears) view.lastHeardUs = clock.nowUs();
      }
    };
    pass(3000);
    pass(4000, false);
    pass(1000);
    expect(told).toEqual([]);
    view.fractionLost = 0.2;
    pass(2000);
    view.fractionLost = 0.05;
    pass(2000);
    expect(told).toEqual(['network.degraded']);
    view.fractionLost = 0.01;
    pass(2000);
    expect(told).toEqual(['network.degraded', 'network.recovered']);
    pass(6000, false);
    expect(told.slice(2)).toEqual(['network.lost']);
    pass(1000);
    expect(told.slice(2)).toEqual(['network.lost', 'network.recovered']);
    watch.stop();
    pass(9000, false);
    expect(told).toHaveLength(4);
  });
});
