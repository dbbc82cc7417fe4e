import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { averageInto } from '../../media/dsp/mix.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { multiply, RingModulator } from '../../media/dsp/ring-modulator.js';
import { Vocoder, VOCODER_LATENCY_MS } from '../../media/dsp/vocoder.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

const options = () =>
  z.strictObject({
    mode: z
      .enum(['vocoder', 'ring'])
      .default('vocoder')
      .meta({ description: 'vocoder: speaks on one pitch, every word clear. ring: metallic, as early television robots.' }),
    carrierHz: z.number().min(20).max(1000).default(100).meta({
      description:
        "The robot's pitch, or the ring modulator's frequency, in hertz. 60 to 200 suits the vocoder, 30 to 100 the ring.",
    }),
    mix: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .meta({ description: 'How much robot: 0 is the voice as it was, 1 nothing but robot.' }),
  });
type Options = z.output<ReturnType<typeof options>>;

/** `effect.robot`: a robot's voice. */
export const robot = defineNode({
  type: 'effect.robot',
  summary: 'Turn a voice into that of a robot.',
  details:
    'The vocoder measures the voice in twenty bands and gives the bands of a buzzing carrier the same loudness; it works in mono and costs ' +
    'about as much as an Opus encoder. The ring modulator multiplies the voice by a sine and costs next to nothing. ' +
    'Mode, pitch and mix change without a click.',
  inputs: { audio: audio('A voice.') },
  outputs: { audio: audio('The robot, about as loud.') },
  options,
  latencyMs: ({ mode }) => (mode === 'vocoder' ? VOCODER_LATENCY_MS : 0),
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createRobot) }),
});

function createRobot(): Effect<Options> {
  const ring = new RingModulator();
  const frequency = new Ramp(100);
  /** 0: all vocoder, 1: all ring modulator. */
  const ringShare = new Ramp(0);
  const mix = new Ramp(1);
  const ramps = [frequency, ringShare, mix];
  let vocoder: Vocoder | undefined;
  let voice = new Float32Array(0);
  let vocoded = new Float32Array(0);
  let carrier = new Float32Array(0);

  const vocode = (input: AudioFrame) => {
    vocoder ??= new Vocoder(frequency.target);
    let mono = input.planes[0]!;
    if (input.planes.length > 1) averageInto((mono = voice), input.planes[0]!, input.planes[1]!);
    vocoder.run(mono, vocoded);
  };

  return {
    set(next, first) {
      const share = next.mode === 'ring' ? 1 : 0;
      if (vocoder && next.carrierHz !== frequency.target) vocoder.setCarrier(next.carrierHz);
      if (first) {
        frequency.jump(next.carrierHz);
        ringShare.jump(share);
        mix.jump(next.mix);
        // Its tables are made here rather than in the first tick.
        if (share === 0) vocoder = new Vocoder(next.carrierHz);
      } else {
        frequency.to(next.carrierHz);
        ringShare.to(share);
        mix.to(next.mix);
      }
    },
    run(input, output) {
      const n = frameSamples(input);
      if (voice.length !== n) {
        voice = new Float32Array(n);
        vocoded = new Float32Array(n);
        carrier = new Float32Array(n);
      }
      const settled = ramps.every((ramp) => ramp.settled);
      const allRing = ringShare.settled && ringShare.target === 1;
      if (allRing) vocoder = undefined;
      if (settled && mix.target === 0 && !vocoder) return input;
      if (input.silent && (!vocoder || vocoder.empty)) {
        vocoder?.skip(n);
        ring.skip(n, frequency.target);
        for (const ramp of ramps) ramp.advance(n);
        return input;
      }
      if (!allRing) vocode(input);
      const allVocoder = ringShare.settled && ringShare.target === 0;
      if (allVocoder) ring.skip(n, frequency.target);
      else ring.carrier(frequency, carrier);

      for (let c = 0; c < input.planes.length; c++) {
        const from = input.planes[c]!;
        const to = output.planes[c]!;
        if (!settled) {
          for (let i = 0; i < n; i++) {
            const share = ringShare.at(i + 1);
            const wet = (share === 1 ? 0 : (1 - share) * vocoded[i]!) + share * carrier[i]! * from[i]!;
            const amount = mix.at(i + 1);
            to[i] = amount * wet + (1 - amount) * from[i]!;
          }
          continue;
        }
        if (allRing) multiply(from, carrier, to);
        else to.set(vocoded);
        if (mix.target !== 1) blend(from, to, mix.target);
      }
      if (!settled) for (const ramp of ramps) ramp.advance(n);
      output.silent = false;
      return output;
    },
  };
}

/** `wet = amount · wet + (1 − amount) · dry` */
function blend(dry: Float32Array, wet: Float32Array, amount: number): void {
  const n = wet.length;
  for (let i = 0; i < n; i++) wet[i] = amount * wet[i]! + (1 - amount) * dry[i]!;
}
