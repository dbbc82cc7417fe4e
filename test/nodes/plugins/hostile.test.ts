import {
  delay,
  EMPTY,
  filter,
  from,
  map,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  switchMap,
  tap,
  throwError,
  type OperatorFunction,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { AudioStage, PluginMedia, PluginMediaContext } from '../../../src/graph/plugin-media.js';
import { createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import { inNameOf } from '../../../src/graph/run/attribution.js';
import { takeUnhandledErrors } from '../../../src/host/unhandled.js';
import { watchProcess } from '../../graph/run/harness.js';
import { ChainLab, constant, plugin, samples } from './chain-lab.js';

type Op = OperatorFunction<AudioFrame, AudioFrame>;
const hostile = (make: (ctx: PluginMediaContext) => Op): PluginMedia => plugin('hostile', ({ ctx }) => make(ctx));
const gives = (make: (frame: AudioFrame) => unknown): PluginMedia => hostile(() => map((frame) => make(frame) as AudioFrame));
const frame = (change: object): AudioFrame => Object.assign(createAudioFrame(1), { silent: false }, change);

/** What each does, what is said of it, and whether it is left out for good. */
const WRONG: readonly (readonly [string, PluginMedia, RegExp])[] = [
  [
    'throws when it is made',
    plugin('hostile', (() => {
      throw new Error('not today');
    }) as AudioStage<never>),
    /not today/,
  ],
  ['gives no operator', plugin('hostile', (() => 7) as never), /no RxJS operator/],
  ['gives no Observable', hostile(() => (() => 7) as never), /no Observable/],
  [
    'throws while it is subscribed to',
    hostile(
      () => () =>
        new Observable(() => {
          throw new Error('at once');
        }),
    ),
    /at once/,
  ],
  [
    'throws at every frame',
    gives(() => {
      throw new Error('each time');
    }),
    /each time/,
  ],
  [
    'throws something that is no error',
    gives(() => {
      throw 'a string' as unknown as Error;
    }),
    /a string/,
  ],
  [
    'throws in an observer',
    hostile(
      () => (in$) =>
        new Observable<AudioFrame>(
          () =>
            void in$.subscribe(() => {
              throw new Error('seen by nobody');
            }),
        ),
    ),
    /seen by nobody/,
  ],
  ['fails its stream', hostile(() => mergeMap(() => throwError(() => new Error('over')))), /over/],
  ['completes its stream', hostile(() => switchMap(() => EMPTY) as Op), /no frame/],
  [
    'completes at the first frame',
    hostile(() => (in$) => new Observable((out) => in$.subscribe(() => out.complete()))),
    /completed/,
  ],
  ['is complete from the start', hostile(() => () => EMPTY), /completed/],
  ['never gives anything', hostile(() => () => NEVER), /no frame/],
  ['gives nothing for every frame', hostile(() => filter(() => false)), /no frame/],
  ['gives two for one', hostile(() => mergeMap((one) => of(one, one))), /more than one/],
  ['gives a hundred for one', hostile(() => mergeMap((one) => from(Array.from({ length: 100 }, () => one)))), /more than one/],
  ['gives later', hostile((ctx) => delay(5, ctx.scheduler)), /no frame|a frame later/],
  ['gives null', gives(() => null), /no audio frame/],
  ['gives a number', gives(() => 7), /no audio frame/],
  ['gives a picture', gives(() => ({ kind: 'video', retain() {}, release() {} })), /no audio frame/],
  ['gives no planes', gives(() => frame({ planes: [] })), /one plane nor two/],
  ['gives planes that are no list', gives(() => frame({ planes: 'many' })), /one plane nor two/],
  ['gives three planes', gives(() => createAudioFrame(3)), /one plane nor two/],
  ['gives too few samples', gives(() => createAudioFrame(1, 959)), /959 samples for one of 960/],
  [
    'gives planes of different lengths',
    gives(() => frame({ planes: [new Float32Array(960), new Float32Array(96)] })),
    /96 samples/,
  ],
  ['gives plain arrays', gives(() => frame({ planes: [Array(960).fill(0)] })), /no Float32Array/],
  ['gives doubles', gives(() => frame({ planes: [new Float64Array(960)] })), /no Float32Array/],
  [
    'gives memory that was taken away',
    gives(() => {
      const plane = new Float32Array(960);
      structuredClone(plane.buffer, { transfer: [plane.buffer] });
      return frame({ planes: [plane] });
    }),
    /0 samples/,
  ],
  [
    "takes away a frame's own memory, which all frames share",
    gives(() => {
      const away = createAudioFrame(1);
      structuredClone(away.planes[0]!.buffer, { transfer: [away.planes[0]!.buffer as ArrayBuffer] });
      return away;
    }),
    /Cannot transfer/,
  ],
  ['gives no word about silence', gives(() => frame({ silent: undefined })), /"silent"/],
  ['gives a frozen frame', gives(() => Object.freeze({ ...frame({}), ptsUs: -1 })), /read only/],
  [
    'gives a trap',
    gives(() =>
      Object.defineProperty(createAudioFrame(1), 'planes', {
        get: () => {
          throw new Error('a trap');
        },
      }),
    ),
    /a trap/,
  ],
  ['pretends that its sound is the packet it came as', gives((one) => ({ ...one, coded: {} })), /"coded"/],
  ['gives NaN', hostile(() => samples(() => NaN)), /no finite numbers/],
  ['gives infinity', hostile(() => samples((x, i) => (i === 500 ? Infinity : x))), /no finite numbers/],
  ['takes nonsense from the pool', hostile((ctx) => map(() => ctx.pool.take(3 as 2))), /channels is 1 or 2/],
  ['releases what is not of the pool', hostile((ctx) => tap((one) => ctx.pool.release(one))), /not of this pool/],
  [
    'releases twice',
    hostile((ctx) =>
      tap(() => {
        const one = ctx.pool.take(1);
        ctx.pool.release(one);
        ctx.pool.release(one);
      }),
    ),
    /given back already/,
  ],
  [
    'tells what is no JSON',
    hostile((ctx) =>
      tap(() => {
        const round: Record<string, unknown> = {};
        round['round'] = round;
        ctx.tell('it', round);
      }),
    ),
    /no plain JSON/,
  ],
];

const half = plugin('half', () => samples((x) => x / 2));

describe.each(WRONG)('an operator that %s', (_what, media, sentence) => {
  it('is counted, named and left out, and nobody hears it', async () => {
    const back = takeUnhandledErrors();
    const watch = watchProcess();
    const lab = new ChainLab([half, media, plugin('plus', () => samples((x) => x + 1))]);
    lab.set('half', 'hostile', 'plus');
    for (let i = 0; i < 12; i++) {
      // Its neighbours work all the time, and nothing is heard of it.
      const out = lab.frame(constant(0.5)).planes[0]!;
      expect(out).toEqual(new Float32Array(960).fill(1.25));
      await Promise.resolve();
    }
    await watch.settle();
    lab.flush();
    watch.stop();
    back();
    const stats = lab.roster.stats()['hostile']!;
    expect(stats.faults).toBeGreaterThanOrEqual(5);
    expect(stats.bypassedIn).toEqual(['fx']);
    expect(lab.told().join('\n')).toMatch(sentence);
    expect(lab.of('plugin.bypassed')).toHaveLength(1);
    expect(lab.of('plugin.faulted').reduce((sum, event) => sum + Number(event['count']), 0)).toBe(stats.faults);
    for (const event of lab.events) expect(event).toMatchObject({ plugin: 'hostile', where: 'audio', node: 'fx' });
    for (const name of ['half', 'plus']) expect(lab.roster.stats()[name]?.faults ?? 0).toBe(0);
    expect(watch.seen).toEqual([]);
    await lab.chain.close();
  });
});

describe('an operator that', () => {
  it('throws sometimes is counted and goes on', () => {
    let n = 0;
    const lab = new ChainLab([
      gives((one) => {
        if (++n % 3 === 0) throw new Error('third');
        return one;
      }),
    ]);
    lab.set('hostile');
    const given = Array.from({ length: 30 }, () => {
      const one = constant(1);
      return lab.frame(one) === one;
    });
    expect(given).toEqual(Array(30).fill(true));
    expect(lab.flush().roster.stats()['hostile']).toMatchObject({ faults: 10, bypassedIn: [] });
    expect(lab.of('plugin.bypassed')).toEqual([]);
  });

  it('comes back by a fade after a fault, with fresh state', () => {
    let made = 0;
    const lab = new ChainLab([
      plugin('hostile', () => {
        const mine = ++made;
        let n = 0;
        return samples((x, i) => {
          if (i === 0 && ++n === 3 && mine === 1) throw new Error('once');
          return x + mine;
        });
      }),
    ]);
    lab.set('hostile');
    expect(lab.values(0, 3)).toEqual([1, 1, 0]);
    const [first, last] = lab.value(0);
    expect(first).toBeCloseTo(2 / 960, 5);
    expect(last).toBe(2);
    expect(lab.value(0)).toEqual([2, 2]);
  });

  it('gives its frame later as well as at once is heard once, and told of', () => {
    const lab = new ChainLab([hostile((ctx) => (in$) => merge(in$, in$.pipe(delay(5, ctx.scheduler))))]);
    lab.set('hostile');
    expect(lab.values(1, 10)).toEqual(Array(10).fill(1));
    lab.flush();
    expect(lab.roster.stats()['hostile']).toMatchObject({ bypassedIn: [] });
    expect(lab.told()[0]).toMatch(/a frame later/);
  });

  it('never lets go of its input is cut off when it goes', async () => {
    let heard = 0;
    const lab = new ChainLab([
      hostile(() => (in$) => {
        in$.subscribe(() => heard++);
        return in$;
      }),
    ]);
    lab.set('hostile');
    lab.values(1, 3);
    expect(heard).toBe(3);
    lab.set();
    lab.values(1, 5);
    expect(heard).toBe(4);
    await lab.chain.close();
  });

  it('throws while it is taken down does not stop the others', async () => {
    const cleaned: string[] = [];
    const tidy = plugin('tidy', ({ ctx }) => {
      ctx.defer(() => void cleaned.push('first'));
      ctx.defer(async () => {
        await Promise.resolve();
        cleaned.push('last');
        throw new Error('in vain');
      });
      return (in$) =>
        new Observable((out) => {
          const heard = in$.subscribe(out);
          return () => {
            heard.unsubscribe();
            throw new Error('teardown');
          };
        });
    });
    const lab = new ChainLab([tidy, half]);
    lab.set('tidy', 'half');
    lab.value(1);
    await lab.chain.close();
    expect(cleaned).toEqual(['last', 'first']);
    lab.flush();
    expect(lab.roster.stats()['tidy']!.faults).toBe(2);
  });

  it('gave NaN has not poisoned those behind it: they begin anew, and are not blamed', () => {
    const memory = plugin('memory', () => {
      let sum = 0;
      return samples((x) => (sum += x * 0.001));
    });
    let n = 0;
    const lab = new ChainLab([hostile(() => samples((x, i) => (i === 0 && ++n === 2 ? NaN : x))), memory]);
    lab.set('hostile', 'memory');
    lab.values(1, 6);
    expect(lab.value(1).every(Number.isFinite)).toBe(true);
    expect(lab.roster.stats()['hostile']!.faults).toBe(1);
    expect(lab.roster.stats()['memory']?.faults).toBe(0);
  });

  it('is fed NaN from before the chain is not blamed for that, and recovers', () => {
    const memory = plugin('memory', () => {
      let sum = 0;
      return samples((x) => (sum += x * 0.001));
    });
    const lab = new ChainLab([memory]);
    lab.set('memory');
    lab.value(1);
    lab.value(NaN);
    expect(lab.roster.stats()['memory']!.faults).toBe(0);
    lab.values(1, 3);
    expect(lab.value(1).every(Number.isFinite)).toBe(true);
  });

  it('takes frames and never gives them back costs only memory, and is named', async () => {
    const leaky = hostile((ctx) => tap(() => void ctx.pool.take(2)));
    const lab = new ChainLab([leaky]);
    lab.set('hostile');
    expect(lab.values(1, 600)).toEqual(Array(600).fill(1));
    expect(lab.flush().told()).toEqual([expect.stringMatching(/hostile.*did not give back 501 frames/)]);
    const debugging = new ChainLab([leaky], { debug: true });
    debugging.set('hostile');
    debugging.values(1, 3);
    debugging.set();
    debugging.values(1, 2);
    await debugging.chain.close();
    expect(debugging.flush().told()).toEqual([expect.stringMatching(/hostile.*did not give back 4 frames/)]);
    expect(debugging.roster.stats()['hostile']).toMatchObject({ leaked: 4 });
  });

  it('emits frames of the pool gives them back by that, and gets them again', () => {
    const seen = new Set<AudioFrame>();
    const lab = new ChainLab(
      [
        hostile((ctx) =>
          map((one) => {
            const out = ctx.pool.take(1, one.planes[0]!.length);
            expect(out.silent && out.planes[0]!.every((x) => x === 0)).toBe(true);
            const scratch = ctx.pool.take(1, one.planes[0]!.length);
            scratch.planes[0]!.set(one.planes[0]!);
            out.planes[0]!.set(scratch.planes[0]!);
            out.silent = false;
            ctx.pool.release(scratch);
            seen.add(out);
            return out;
          }),
        ),
      ],
      { debug: true },
    );
    lab.set('hostile');
    expect(lab.values(3, 20)).toEqual(Array(20).fill(3));
    expect(seen.size).toBeLessThanOrEqual(4);
    expect(lab.flush().told()).toEqual([]);
  });

  it('throws where no guard sees it is named within two seconds, and heard all the same', async () => {
    const back = takeUnhandledErrors();
    const watch = watchProcess();
    const lab = new ChainLab([
      hostile(() => (in$) => {
        merge(in$, NEVER).subscribe(() => {
          throw new Error('unseen');
        });
        return in$;
      }),
    ]);
    lab.set('hostile');
    // The graph takes what cannot be told apart.
    const unnamed: unknown[] = [];
    const graph = { escaped: (error: unknown) => void unnamed.push(error) };
    expect(inNameOf(graph, () => lab.values(1, 110))).toEqual(Array(110).fill(1));
    await watch.settle();
    expect(unnamed.length).toBeGreaterThan(0);
    // From the first that was told apart on, all are.
    unnamed.length = 0;
    expect(inNameOf(graph, () => lab.values(1, 20))).toEqual(Array(20).fill(1));
    await watch.settle();
    expect(unnamed).toEqual([]);
    lab.flush();
    watch.stop();
    back();
    expect(lab.told()[0]).toMatch(/hostile.*unseen/);
    expect(lab.of('plugin.bypassed')).toEqual([]);
    expect(watch.seen).toEqual([]);
    await lab.chain.close();
  });

  it('writes into its input is named within two seconds, without debug mode too', () => {
    const lab = new ChainLab([
      gives((one) => {
        one.planes[0]!.fill(9);
        return one;
      }),
    ]);
    lab.set('hostile');
    lab.values(1, 110);
    expect(lab.flush().told()[0]).toMatch(/hostile.*had only borrowed/);
  });

  it('says silence of what is none is found in debug mode', () => {
    const lab = new ChainLab([gives((one) => frame({ planes: one.planes, silent: true }))], { debug: true });
    lab.set('hostile');
    expect(lab.values(1, 3)).toEqual([1, 1, 1]);
    expect(lab.flush().told()[0]).toMatch(/marked silent that is not/);
  });

  it('feeds its own input, or changes the chain, from inside a frame comes to no harm', () => {
    const loop$ = new Subject<void>();
    const lab: ChainLab = new ChainLab([half, hostile(() => tap(() => loop$.next()))]);
    lab.set('half', 'hostile');
    let depth = 0;
    loop$.subscribe(() => {
      if (depth++ > 0) return;
      lab.chain.run(constant(4), () => {});
      lab.set('hostile');
    });
    expect(lab.values(1, 4)).toEqual([0.5, 1, 1, 1]);
  });
});

it('a plugin whose code is not there, or whose config does not fit, is told of and passed over', () => {
  const strict = { ...half, name: 'strict', config: half.config.refine(() => false, { error: 'never' }) } as PluginMedia;
  const lab = new ChainLab([half, strict]);
  lab.set('absent', 'strict', 'half');
  expect(lab.value(1)).toEqual([0.5, 0.5]);
  expect(lab.of('plugin.faulted').map(({ plugin: key, where }) => [key, where])).toEqual([
    ['absent', 'media'],
    ['strict', 'media'],
  ]);
});
