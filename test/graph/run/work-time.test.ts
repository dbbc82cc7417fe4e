import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { TIMED_EACH, timing, WorkTime } from '../../../src/graph/run/work-time.js';
import { effectType, Lab, node, plan } from './harness.js';

describe('what a node takes of a beat', () => {
  let nowUs = 0;
  let reads = 0;
  const workClock = () => {
    reads++;
    return nowUs;
  };
  /** An effect whose work takes so long by the clock of the test. */
  const takes = (type: string, us: (beat: number) => number) =>
    effectType(type, (audio$) => {
      let beat = 0;
      return audio$.pipe(
        map((frame) => {
          nowUs += us(beat++);
          return frame;
        }),
      );
    });
  const chain = plan([
    node('from', 'source.value'),
    node('slow', 'effect.slow', { audio: ['from'] }),
    node('quick', 'effect.quick', { audio: ['slow'] }),
    node('rec', 'sink.heard', { audio: ['quick'] }),
  ]);

  it('is its own alone, without what is behind it or who listens to its wire', async () => {
    const lab = new Lab(
      takes('effect.slow', () => 1000),
      takes('effect.quick', (beat) => (beat === 16 * TIMED_EACH ? 9000 : 30)),
    );
    await lab.start(chain, { workClock });
    lab.run.tap('slow', { frame: () => (nowUs += 50_000), end: () => {} });
    lab.ticks(32 * TIMED_EACH);
    const { nodes } = lab.run.stats();
    const near = (us: number, wanted: number) => expect(Math.abs(us / wanted - 1), `${us} for ${wanted} µs`).toBeLessThan(0.1);
    near(nodes['slow']!.work!.p50Us, 1000);
    near(nodes['slow']!.work!.p99Us, 1000);
    near(nodes['quick']!.work!.p50Us, 30);
    near(nodes['quick']!.work!.p99Us, 9000);
    expect(nodes['from']!.work!.p99Us).toBeLessThan(0.05);
    expect(nodes['slow']!.work!.beats).toBe(32);
    await lab.run.stop();
  });

  it('is asked of the clock in one beat of eight, and never where there is no clock', async () => {
    const lab = new Lab(
      takes('effect.slow', () => 1),
      takes('effect.quick', () => 1),
    );
    await lab.start(chain, { workClock });
    lab.ticks(1);
    reads = 0;
    lab.ticks(TIMED_EACH - 1);
    expect(reads).toBe(0);
    lab.ticks(1);
    expect(reads).toBeGreaterThan(0);
    expect(timing).toBe(false);
    await lab.run.stop();
    const other = new Lab(
      takes('effect.slow', () => 1),
      takes('effect.quick', () => 1),
    );
    await other.start(chain);
    other.ticks(2 * TIMED_EACH);
    expect(other.run.stats().nodes['slow']).not.toHaveProperty('work');
    await other.run.stop();
  });

  it('is still told rightly after a fault, and of the node that is made anew', async () => {
    const lab = new Lab(
      takes('effect.slow', (beat) => {
        if (beat === 0) throw new Error('broken');
        return 200;
      }),
      takes('effect.quick', () => 70),
    );
    await lab.start(chain, { workClock });
    lab.ticks(20 * TIMED_EACH);
    const { nodes } = lab.run.stats();
    expect(nodes['slow']!.faults).toBeGreaterThan(0);
    expect(nodes['quick']!.work!.p50Us).toBeGreaterThan(63);
    expect(nodes['quick']!.work!.p50Us).toBeLessThan(77);
    expect(timing).toBe(false);
    await lab.run.stop();
  });
});

describe('the scale', () => {
  const filled = (beats: number, us: (beat: number) => number) => {
    const time = new WorkTime();
    for (let beat = 0; beat < beats; beat++) {
      time.spentUs = us(beat);
      time.count();
    }
    return time.stats()!;
  };

  it('is right to a tenth from 32 ns to a second, and holds what is beyond at its ends', () => {
    for (const us of [0.05, 0.7, 12, 345, 6789, 123_456, 900_000]) {
      const { p50Us, p99Us } = filled(100, () => us);
      expect(Math.abs(p50Us / us - 1)).toBeLessThan(0.1);
      expect(p99Us).toBe(p50Us);
    }
    expect(filled(1, () => 0).p50Us).toBeLessThan(0.04);
    expect(filled(1, () => 1e12).p50Us).toBeGreaterThan(900_000);
  });

  it('forgets what is long ago', () => {
    expect(filled(2000, (beat) => (beat < 100 ? 5000 : 10))).toMatchObject({ beats: 976 });
    expect(filled(2000, (beat) => (beat < 900 ? 5000 : 10)).p99Us).toBeLessThan(11);
    // One in fifty is within the last hundredth that counts.
    expect(filled(1000, (beat) => (beat % 50 === 0 ? 5000 : 10)).p99Us).toBeGreaterThan(4500);
  });
});
