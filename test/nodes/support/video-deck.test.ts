import { describe, expect, it } from 'vitest';
import type { NodeContext } from '../../../src/graph/context.js';
import { blankPicture } from '../../../src/media/av/video/blank.js';
import { livePictures } from '../../../src/media/av/video/picture.js';
import type { ReadPicture, VideoReader } from '../../../src/media/av/video/video-reader.js';
import { VideoDeck } from '../../../src/nodes/support/video-deck.js';

/** A film of 25 pictures a second, each as bright as its number, that is decoded when told. */
class FakeReader {
  readonly info = { codec: 'fake', width: 16, height: 16, frameRate: 25, durationUs: 2e6, still: false };
  rotation = 0;
  outcome: object | undefined;
  next = 0;
  closed = false;
  seeks = 0;
  #waiting: (() => void)[] = [];

  readSync(): ReadPicture | undefined {
    if (this.next >= 50) {
      this.outcome = {};
      return undefined;
    }
    const number = this.next++;
    return {
      picture: blankPicture(16, 16, [16 + number, 128, 128]),
      positionUs: number * 40_000,
      endUs: (number + 1) * 40_000,
      seeks: this.seeks,
    };
  }

  async read(): Promise<ReadPicture | undefined> {
    await new Promise<void>((done) => this.#waiting.push(done));
    return this.closed ? undefined : this.readSync();
  }

  /** Lets so many readings come to their end. */
  async decode(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.#waiting.shift()?.();
      await new Promise((done) => setImmediate(done));
    }
  }

  seek(positionUs: number): void {
    this.seeks++;
    this.next = Math.floor(positionUs / 40_000);
    this.outcome = undefined;
  }

  close(): void {
    this.closed = true;
  }
}

function open(offline: boolean) {
  const reader = new FakeReader();
  const counters: Record<string, number> = {};
  const ctx = { offline, count: (name: string, by = 1) => void (counters[name] = (counters[name] ?? 0) + by) };
  const deck = new VideoDeck(ctx as unknown as NodeContext, reader as unknown as VideoReader);
  const at = (ms: number) => {
    const picture = deck.at(ms * 1000);
    return picture && picture.native.data![0]![0]! - 16;
  };
  const close = async () => {
    const closing = deck.close();
    await reader.decode(1);
    await closing;
    expect(reader.closed).toBe(true);
    expect(livePictures()).toBe(0);
  };
  return { reader, deck, at, counters, close };
}

describe('VideoDeck', () => {
  it('offline gives the picture of a position, whatever the rate: repeated or dropped, and counted', async () => {
    const { at, counters, close } = open(true);
    expect([0, 20, 40, 60, 80].map(at)).toEqual([0, 0, 1, 1, 2]);
    expect(counters).toEqual({ repeated: 2 });
    expect([200, 320, 440].map(at)).toEqual([5, 8, 11]);
    expect(counters).toEqual({ repeated: 2, dropped: 6 });
    await close();
  });

  it('goes back, and far ahead, at once', async () => {
    const { at, counters, close } = open(true);
    expect([1800, 1840, 0, 40, 80].map(at)).toEqual([45, 46, 0, 1, 2]);
    expect(counters['dropped'] ?? 0).toBeLessThan(50);
    await close();
  });

  it('holds the last picture for a tenth of a second at the end, and then none', async () => {
    const { at, close } = open(true);
    expect([1960, 2000, 2090, 2110, 2500].map(at)).toEqual([49, 49, 49, undefined, undefined]);
    await close();
  });

  it('in real time decodes ahead beside the beat, no further than its queue', async () => {
    const { reader, deck, at, close } = open(false);
    deck.fill();
    await reader.decode(30);
    expect(reader.next).toBe(8);
    expect(at(0)).toBe(0);
    await reader.decode(5);
    expect(reader.next).toBe(9);
    await close();
  });

  it('in real time shows the last picture while the next is late, and counts it', async () => {
    const { reader, deck, at, counters, close } = open(false);
    deck.fill();
    await reader.decode(2);
    expect([0, 40, 80, 120].map(at)).toEqual([0, 1, 1, 1]);
    expect(counters).toEqual({ underruns: 2 });
    await reader.decode(4);
    expect(at(160)).toBe(4);
    expect(counters).toEqual({ underruns: 2, dropped: 2 });
    await close();
  });

  it('after a jump shows the old picture until the new one is there, and never one of between', async () => {
    const { reader, deck, at, close } = open(false);
    deck.fill();
    await reader.decode(8);
    expect(at(0)).toBe(0);
    deck.seek(1_000_000);
    expect(at(1000)).toBe(0);
    await reader.decode(4);
    expect(at(1000)).toBe(25);
    await close();
  });
});
