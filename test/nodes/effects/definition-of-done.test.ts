/**
 * What every effect owes besides its sound, where the node contract does not say so already (state across frames, any frame size, no
 * click): a changed parameter is there within 20 ms, the declared delay is the real one, and silence costs next to nothing.
 */
import { BehaviorSubject, Subject, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { NodeContext } from '../../../src/graph/context.js';
import { createAudioFrame, type AudioFrame } from '../../../src/media/frame.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { renderNode } from '../../../src/testing/index.js';
import { noise, peakOf } from '../support/signals.js';

type Options = Readonly<Record<string, unknown>>;

interface Owed {
  /** What it runs with; default its own. */
  readonly options?: Options;
  /**
   * A change of how much it does; nothing that moves a phase or a memory, which sound on for a reason. `apart`: it has no such option, or
   * its own test measures it.
   */
  readonly change: Options | 'apart';
  /** How much later than asked for a change may begin, in milliseconds; default 0. */
  readonly startsMs?: number;
  /** How far it may be from its goal when the ramp is over, as a part of full scale; default 1e-5. */
  readonly within?: number;
  /** Peak of the noise it gets for that; default 0.5. */
  readonly peak?: number;
  /** Options with which its sound can be told from its input; default {@link options}. `apart`: its own test measures its delay. */
  readonly clear?: Options | 'apart';
}

const EFFECTS: Readonly<Record<string, Owed>> = {
  'effect.bandpass': { change: { frequencyHz: 3000 }, within: 1e-3, clear: { frequencyHz: 9000, q: 0.1 } },
  'effect.channel-mix': { change: { leftToLeft: 0.2, leftToRight: 0.5 } },
  'effect.chorus': { change: { mix: 0.9 } },
  // The rest is the time it takes to turn down and up, which is its sound.
  'effect.compressor': { options: { thresholdDb: 0, kneeDb: 0 }, change: { makeupDb: 12 } },
  'effect.denoise': { options: { noiseFloorDb: -60 }, change: { reductionDb: 0 }, clear: { noiseFloorDb: -70 } },
  'effect.distortion': { change: { driveDb: 30, mix: 0.8, levelDb: -12 }, within: 1e-3, clear: { driveDb: 0, toneHz: 20_000 } },
  'effect.echo': { options: { delayMs: 50 }, change: { decay: 0.7, dryDb: -6 } },
  // A new band settles as any filter does.
  'effect.equalizer': {
    options: { gainsDb: [3] },
    change: { bands: [{ type: 'peaking', frequencyHz: 2000, gainDb: 9 }] },
    within: 2e-3,
  },
  // Ramps of any length are what it is for.
  'effect.fade': { change: 'apart' },
  // The new chain is opened beside the old one, which takes until the next tick.
  'effect.ffmpeg': { options: { filter: 'volume=0.5' }, change: { filter: 'volume=0.2' }, startsMs: 20 },
  'effect.gain': { change: { gainDb: -9 } },
  'effect.gate': { options: { thresholdDb: -6, attackMs: 5 }, change: { thresholdDb: -60 }, clear: { thresholdDb: -60 } },
  'effect.highpass': { change: { frequencyHz: 2000 }, within: 1e-3 },
  'effect.karaoke': { options: { level: 0.2, monoLevel: 0 }, change: { level: 0.9 } },
  'effect.limiter': { options: { ceilingDb: 0 }, change: { ceilingDb: -20 }, within: 0.05 },
  // It goes to a new target as slowly as to a new loudness, on purpose.
  'effect.loudness': { options: { maxGainDb: 0, maxCutDb: 0 }, change: 'apart' },
  'effect.lowpass': { change: { frequencyHz: 2000 }, within: 1e-3, clear: { frequencyHz: 20_000 } },
  'effect.pan': { change: { pan: -0.8 } },
  'effect.pitch': { options: { semitones: 4 }, change: 'apart', clear: 'apart' },
  'effect.reverb': { options: { decaySec: 0.3, preDelayMs: 0 }, change: { mix: 0.9 }, clear: { mix: 0.1 } },
  'effect.robot': { options: { mode: 'ring', mix: 0.1 }, change: { mix: 0.9 }, clear: { mode: 'ring', mix: 0.3 } },
  'effect.rotation': { change: { depth: 0.2 } },
  'effect.tremolo': { change: { depth: 1 } },
  'effect.vibrato': { change: { depth: 1 }, clear: { depth: 0 } },
};

const effects = builtinNodes.filter(({ type }) => type.startsWith('effect.'));

it('is asked of every effect', () => {
  expect(Object.keys(EFFECTS).sort()).toEqual(effects.map(({ type }) => type).sort());
});

/** A context in which nothing happens by itself. */
function stillContext(holds: Promise<unknown>[]): NodeContext {
  const given: Readonly<Record<string, unknown>> = {
    offline: true,
    hold: (promise: Promise<unknown>) => void holds.push(promise),
    resolvePath: (path: string) => path,
    idle$: new Subject(),
    commands$: new Subject(),
  };
  return new Proxy(given, {
    get: (target, name) => (name in target ? target[name as string] : () => {}),
  }) as unknown as NodeContext;
}

for (const definition of effects) {
  const { type } = definition;
  const { options = {}, change, startsMs = 0, within = 1e-5, peak = 0.5, clear = options } = EFFECTS[type]!;
  const whole = (some: Options) => definition.options.parse(some) as never;

  describe(type, () => {
    it.runIf(change !== 'apart')('has a changed parameter within 20 ms', async () => {
      const next = change as Options;
      const audio = [noise(28_800, peak, 1), noise(28_800, peak, 2)];
      const changed = async (...times: number[]) => {
        const optionChanges = times.map((atMs) => ({ atMs, options: next }));
        return (await renderNode(definition, { inputs: { audio }, options, optionChanges })).outputs.audio!.planes;
      };
      const [never, early, late] = [await changed(), await changed(200), await changed(400)];
      const delayMs = Math.max(definition.latencyMs(whole(options)), definition.latencyMs(whole({ ...options, ...next })));
      const from = Math.ceil((420 + startsMs + delayMs) * 48);
      const part = (planes: readonly Float32Array[]) => planes.map((plane) => plane.subarray(from, from + 2400));
      const apart = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
        Math.max(...part(a).map((plane, c) => peakOf(plane.map((x, i) => x - part(b)[c]![i]!))));
      expect(apart(never, early)).toBeGreaterThan(0.1);
      expect(apart(late, early)).toBeLessThan(within);
    });

    it.runIf(clear !== 'apart')('delays by what it declares', async () => {
      const input = noise(14_400, peak);
      const rendered = await renderNode(definition, { inputs: { audio: [input, input] }, options: clear as Options });
      const output = rendered.outputs.audio!.planes[0]!;
      const match = (lag: number) => {
        let sum = 0;
        for (let i = 4800; i < 14_400; i++) sum += output[i]! * input[i - lag]!;
        return Math.abs(sum);
      };
      let best = 0;
      for (let lag = 0; lag < 4800; lag++) if (match(lag) > match(best)) best = lag;
      expect(Math.abs(best - definition.latencyMs(whole(clear as Options)) * 48)).toBeLessThan(1);
    });

    it('reads no sample of silence once it is done with what came before', async () => {
      const holds: Promise<unknown>[] = [];
      const audio = new Subject<AudioFrame>();
      const made = definition.create({
        inputs: { audio },
        options: whole(options),
        options$: new BehaviorSubject(whole(options)),
        ctx: stillContext(holds),
      } as never) as { audio: Observable<AudioFrame> };
      let newest: AudioFrame | undefined;
      const subscription = made.audio.subscribe((frame) => (newest = frame));
      await Promise.all(holds);
      const sound = noise(960, peak);
      const loud: AudioFrame = { ...createAudioFrame(2), silent: false, planes: [sound, sound] };
      for (let tick = 0; tick < 25; tick++) audio.next({ ...loud, ptsUs: tick * 20_000 });
      const silence = createAudioFrame(2);
      silence.silent = true;
      for (let tick = 25; tick < 1500; tick++) audio.next({ ...silence, ptsUs: tick * 20_000 });
      let touched = 0;
      const watched = silence.planes.map(
        (plane) =>
          new Proxy(plane, {
            get: (target, name) => {
              if (name !== 'length') touched++;
              const value: unknown = Reflect.get(target, name, target);
              return typeof value === 'function' ? (value.bind(target) as unknown) : value;
            },
          }),
      );
      for (let tick = 1500; tick < 1510; tick++) audio.next({ ...silence, ptsUs: tick * 20_000, planes: watched });
      expect(newest?.silent).toBe(true);
      expect(touched).toBe(0);
      subscription.unsubscribe();
    });
  });
}
