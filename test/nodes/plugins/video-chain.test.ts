import { delay, filter, map, mergeMap, of, pairwise, tap, type OperatorFunction } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { PluginMedia, PluginMediaContext, VideoPart } from '../../../src/graph/plugin-media.js';
import { blankPicture } from '../../../src/media/av/video/blank.js';
import { livePictures } from '../../../src/media/av/video/picture.js';
import { ContentFrame, type VideoContent, type VideoFrame } from '../../../src/media/video-frame.js';
import { VideoChain } from '../../../src/nodes/plugins/video-chain.js';
import { ChainLab, entry, plugin } from './chain-lab.js';

type Op = OperatorFunction<VideoFrame, VideoFrame>;
const video = (name: string, make: (ctx: PluginMediaContext, config: { n: number }) => Op): PluginMedia =>
  plugin(name, undefined, (({ ctx, config }: { ctx: PluginMediaContext; config: { n: number } }) =>
    make(ctx, config)) as VideoPart<never>);

/** Makes a picture of its own for each, one pixel wider. */
const widen = (name: string) => video(name, () => map((one) => new ContentFrame(one.ptsUs, blankPicture(one.width + 2, 2))));

/** A chain of pictures, which checks after each that every picture was released as often as it was retained. */
class VideoLab extends ChainLab {
  readonly pictures: VideoChain;
  #at = 0;

  constructor(plugins: readonly PluginMedia[]) {
    super(plugins);
    const { roster, scheduler } = this;
    this.pictures = new VideoChain({ node: 'fx', kind: 'video', plugins: roster, scheduler, offline: true, debug: false });
    roster.list$.subscribe((active) => this.pictures.set(active.filter(({ media }) => media.video)));
  }

  /** Sends a picture of that width through; the width of what came out. */
  send(width = 2): number {
    const input = new ContentFrame((this.#at += 40_000), blankPicture(width, 2));
    this.scheduler.advanceTo(this.#at);
    const seen: number[] = [];
    this.pictures.run(input, (picture) => {
      // Its pixels are there while it is being delivered.
      expect((picture.content as ReturnType<typeof blankPicture>).native.width).toBe(picture.width);
      seen.push(picture.width);
    });
    input.release();
    expect(seen).toHaveLength(1);
    return seen[0]!;
  }

  async end(): Promise<void> {
    await this.pictures.close();
  }
}

describe('a chain of video operators', () => {
  it('hands on the very same picture where there are none', () => {
    const lab = new VideoLab([]);
    const picture = new ContentFrame(0, blankPicture(2, 2));
    lab.pictures.run(picture, (out) => expect(out).toBe(picture));
    picture.release();
  });

  it('releases what operators make, as soon as it is through', async () => {
    const before = livePictures();
    const lab = new VideoLab([widen('a'), widen('b'), video('same', () => map((one) => one))]);
    lab.set('a', 'b', 'same');
    for (let i = 0; i < 20; i++) expect(lab.send()).toBe(6);
    expect(livePictures()).toBe(before);
    lab.set('same');
    expect(lab.send()).toBe(2);
    lab.set('b', 'same', 'a');
    expect(lab.send()).toBe(6);
    await lab.end();
    expect(livePictures()).toBe(before);
    expect(lab.flush().told()).toEqual([]);
  });

  it('lets an operator keep pictures and give them later, with a share', async () => {
    const before = livePictures();
    const late = video('late', () => (in$) => {
      const kept: VideoFrame[] = [];
      return in$.pipe(
        map((one) => {
          kept.push(one.retain());
          return kept.length > 3 ? kept.shift()! : one;
        }),
        (out$) => out$,
      );
    });
    const rewrap = video('rewrap', () => map((one) => new ContentFrame(one.ptsUs, one.content)));
    const lab = new VideoLab([late, rewrap]);
    lab.set('late', 'rewrap');
    expect([2, 4, 6, 8, 10].map((width) => lab.send(width))).toEqual([2, 4, 6, 2, 4]);
    expect(livePictures()).toBe(before + 3);
    await lab.end();
    // It never let go of the last three: told, with their number.
    expect(lab.flush().told()).toEqual([expect.stringContaining('retained 3 pictures')]);
  });

  it.each<readonly [string, (ctx: PluginMediaContext) => Op, RegExp]>([
    [
      'throws',
      () =>
        map(() => {
          throw new Error('no');
        }),
      /no/,
    ],
    ['drops pictures', () => filter(() => false), /no frame/],
    [
      'makes two',
      () =>
        mergeMap((one) => of(new ContentFrame(one.ptsUs, blankPicture(8, 2)), new ContentFrame(one.ptsUs, blankPicture(8, 2)))),
      /more than one/,
    ],
    [
      'gives its own and the one that came in',
      () => mergeMap((one) => of(one, new ContentFrame(one.ptsUs, blankPicture(8, 2)))),
      /more than one/,
    ],
    [
      'makes one and gives it later',
      (ctx) => (in$) =>
        in$.pipe(
          map((one) => new ContentFrame(one.ptsUs, blankPicture(8, 2))),
          delay(5, ctx.scheduler),
        ),
      /no frame|frame later/,
    ],
    [
      'gives one of no size',
      () => map((one) => Object.create(new ContentFrame(one.ptsUs, blankPicture(8, 2)), { width: { value: 0 } }) as VideoFrame),
      /0 × 2/,
    ],
    ['gives sound', () => map(() => ({ kind: 'audio' }) as never), /no video frame/],
    ['gives nothing at all', () => map(() => undefined as never), /no video frame/],
    ['releases what it was lent', () => tap((one) => one.release()), /only lent/],
    [
      'gives an old one that it did not keep',
      () => (in$) =>
        in$.pipe(
          pairwise(),
          map(([old]) => old),
        ),
      /not retained|no frame/,
    ],
    [
      'gives one that it has released',
      () =>
        map((one) => {
          const made = new ContentFrame(one.ptsUs, blankPicture(8, 2));
          made.release();
          return made;
        }),
      /given back|size|0 × 0/,
    ],
    [
      'makes one and fails',
      () =>
        map((one) => {
          const made = blankPicture(8, 2);
          made.release();
          throw new Error(`after ${one.width}`);
        }),
      /after 4/,
    ],
  ])('that %s is left out, and leaks nothing', async (what, make, sentence) => {
    const before = livePictures();
    const lab = new VideoLab([widen('a'), video('hostile', make)]);
    lab.set('a', 'hostile');
    for (let i = 0; i < 10; i++) expect(lab.send()).toBe(4);
    lab.flush();
    await lab.end();
    // One that it had not given yet when it was cut off was never seen here.
    expect(livePictures()).toBeLessThanOrEqual(before + (what === 'makes one and gives it later' ? 1 : 0));
    expect(lab.told().join('\n')).toMatch(sentence);
    expect(lab.of('plugin.bypassed')).toEqual([expect.objectContaining({ plugin: 'hostile', where: 'video' })]);
    expect(lab.roster.stats()['a']!.faults).toBe(0);
  });

  it('is told another config by making the operator anew', async () => {
    const lab = new VideoLab([
      video('by', (_, { n }) => map((one) => new ContentFrame(one.ptsUs, blankPicture(one.width + n, 2)))),
    ]);
    lab.set(entry('by', { config: { n: 2 } }));
    expect(lab.send()).toBe(4);
    lab.set(entry('by', { config: { n: 6 } }));
    expect(lab.send()).toBe(8);
    await lab.end();
  });

  it('survives content that cannot be released', async () => {
    const broken: VideoContent = {
      width: 2,
      height: 2,
      alive: true,
      retain() {},
      release() {
        throw new Error('stuck');
      },
    };
    const lab = new ChainLab([]);
    const made = new VideoLab([video('odd', () => map((one) => new ContentFrame(one.ptsUs, broken)))]);
    made.set('odd');
    made.pictures.run(new ContentFrame(0, blankPicture(2, 2)), () => {});
    expect(made.flush().told()[0]).toMatch(/stuck/);
    await lab.chain.close();
    await made.end();
  });
});
