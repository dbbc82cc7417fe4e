import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BroadcastChange, BroadcastPlayer } from '../../../../src/calls/telegram/media/broadcast-player.js';
import { createAudioFrame } from '../../../../src/media/frame.js';
import type { IncomingAudio, IncomingQuality } from '../../../../src/media/gateway.js';
import { makePart, second } from '../../../harness/telegram/broadcast/make-part.js';

const T0 = 1_700_000_000_000;

describe('the player of a broadcast', () => {
  let nowUs: number;
  let changes: string[];
  let voices: Map<number, IncomingAudio>;
  let failures: unknown[];
  let player: BroadcastPlayer;
  const parts: Buffer[] = [];
  beforeAll(async () => {
    for (let n = 0; n < 14; n++) {
      const timeMs = T0 + n * 1000;
      // In the sixth second he gives his channel to somebody else, half-way.
      const talkers = [{ source: 7, channel: 0, fromFrame: 0 }, ...(n === 5 ? [{ source: 8, channel: 0, fromFrame: 50 }] : [])];
      parts.push(await makePart([second(500, timeMs)], talkers));
    }
  });
  beforeEach(() => {
    nowUs = 0;
    [changes, voices, failures] = [[], new Map(), []];
    player = new BroadcastPlayer({ nowUs: () => nowUs }, false, {
      began: () => changes.push('began'),
      voice: (change: BroadcastChange) => {
        changes.push(`${change.type} ${change.ssrc}`);
        if (change.type === 'started') voices.set(change.ssrc, change.audio);
      },
      failed: (error) => failures.push(error),
    });
  });

  const push = (n: number): Promise<void> => player.push(T0 + n * 1000, parts[n]!);

  /** Pulls for so long; what was heard on each beat. */
  function listen(ms: number, source = 7): IncomingQuality[] {
    const frame = createAudioFrame(1);
    return Array.from({ length: ms / 20 }, () => {
      const quality = voices.get(source)!.pull(frame);
      nowUs += 20_000;
      return quality;
    });
  }
  const count = (heard: readonly IncomingQuality[]): number => heard.filter((one) => one === 'audio').length;

  it('begins with two parts in hand, goes on while they come, and again with two when they had run out', async () => {
    await push(0);
    expect(changes).toEqual(['started 7', 'began']);
    expect(count(listen(200))).toBe(0);
    await push(1);
    expect(count(listen(2000))).toBe(100);
    // Nothing came in time.
    expect(count(listen(1000))).toBe(0);
    await push(2);
    expect(count(listen(200))).toBe(0);
    await push(3);
    expect(count(listen(2000))).toBe(100);
  });

  it('leaves out the oldest when too many come at once, and is not silent for that', async () => {
    for (let n = 0; n < 14; n++) await push(n);
    expect(count(listen(4000))).toBe(200);
  });

  it('gives a channel to another from the moment on that its table says', async () => {
    await push(5);
    await push(6);
    const frame = createAudioFrame(1);
    const loud = (source: number): boolean => {
      voices.get(source)!.pull(frame);
      return frame.planes[0]!.some((x) => Math.abs(x) > 0.05);
    };
    const heard: string[] = [];
    for (let beat = 0; beat < 50; beat++) {
      heard.push(`${loud(7) ? 7 : '-'}${loud(8) ? 8 : '-'}`);
      nowUs += 20_000;
    }
    expect(heard.slice(2, 24).every((one) => one === '7-')).toBe(true);
    expect(heard.slice(26).every((one) => one === '-8')).toBe(true);
  });

  it('ends the voice that no part speaks of any more', async () => {
    for (let n = 5; n < 11; n++) await push(n);
    expect(changes.at(-1)).toBe('ended 8');
    player.close();
    expect(changes.at(-1)).toBe('ended 7');
    await push(11);
    expect(changes.at(-1)).toBe('ended 7');
  });

  it('passes over parts that cannot be read, and says so after five in a row', async () => {
    for (let n = 0; n < 4; n++) await player.push(T0 + n * 1000, Buffer.from('nonsense'));
    expect(failures).toEqual([]);
    await push(4);
    for (let n = 5; n < 10; n++) await player.push(T0 + n * 1000, Buffer.from('nonsense'));
    expect(failures).toMatchObject([{ code: 'TELEGRAM_BROADCAST_FORMAT' }]);
  });
});
