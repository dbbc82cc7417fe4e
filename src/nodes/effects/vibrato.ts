import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';
import { Lfo } from '../../media/dsp/lfo.js';
import { DELAY_CHUNK, ModulatedDelay, SHORTEST_DELAY } from '../../media/dsp/modulated-delay.js';
import { Ramp } from '../../media/dsp/ramp.js';
import { SAMPLE_RATE } from '../../media/format.js';
import { frameSamples } from '../../media/frame.js';
import { applyEffect, type Effect } from '../support/effect.js';

/** How far the delay swings to each side at full depth, in samples: 2.5 ms, as FFmpeg's. */
const SWING = SAMPLE_RATE / 400;
/** The delay it swings about, in samples. */
const CENTRE = SWING + SHORTEST_DELAY;
/** 20 ms: a new depth moves the delay, so in less the pitch would be bent too far. */
const DEPTH_RAMP = SAMPLE_RATE / 50;

const options = () =>
  z.strictObject({
    frequencyHz: z.number().min(0.1).max(20).default(5).meta({ description: 'How often the pitch goes up and down, in hertz.' }),
    depth: z.number().min(0).max(1).default(0.5).meta({
      description:
        'How far: 1 moves the sound by 2.5 ms to each side. The pitch goes 27 cents × frequencyHz × depth up and down, so about two thirds of a semitone by default.',
    }),
  });

/** `effect.vibrato`: a wavering pitch. */
export const vibrato = defineNode({
  type: 'effect.vibrato',
  summary: 'Make the pitch of a signal waver.',
  details:
    "A delay that swings in a sine, as in FFmpeg's and Lavalink's `vibrato`, read by a polynomial of fifth degree rather than a straight line, " +
    'so that highs do not flutter. The delay is 2.56 ms on average, at any depth.',
  inputs: { audio: audio('Signal to bend.') },
  outputs: { audio: audio('Bent signal.') },
  options,
  latencyMs: () => (CENTRE * 1000) / SAMPLE_RATE,
  create: ({ inputs, options$ }) => ({ audio: applyEffect(inputs.audio, options$, createVibrato) }),
});

function createVibrato(): Effect<z.output<ReturnType<typeof options>>> {
  const lfo = new Lfo(0);
  const depth = new Ramp(0, DEPTH_RAMP);
  const lines: ModulatedDelay[] = [];
  let delays = new Float64Array(0);
  let cosines = new Float64Array(0);
  return {
    set(next, first) {
      lfo.frequencyHz = next.frequencyHz;
      if (first) depth.jump(next.depth);
      else depth.to(next.depth);
    },
    run(input, output) {
      const n = frameSamples(input);
      const channels = input.planes.length;
      // A second channel that appears goes on from what the first has.
      while (lines.length < channels) lines.push(lines[0]?.clone() ?? new ModulatedDelay(CENTRE + SWING));
      lines.length = channels;
      if (input.silent && lines.every(isEmpty)) {
        lfo.skip(n);
        depth.advance(n);
        return input;
      }
      if (delays.length !== n) {
        delays = new Float64Array(n);
        cosines = new Float64Array(n);
      }
      lfo.fill(delays, cosines);
      for (let i = 0; i < n; i++) delays[i] = CENTRE + SWING * depth.at(i + 1) * delays[i]!;
      for (let c = 0; c < channels; c++) {
        const line = lines[c]!;
        const out = output.planes[c]!;
        out.fill(0);
        for (let start = 0; start < n; start += DELAY_CHUNK) {
          const end = Math.min(n, start + DELAY_CHUNK);
          line.write(input.planes[c]!, input.silent, start, end);
          line.addTap(delays, 1, out, start, end);
        }
      }
      depth.advance(n);
      output.silent = false;
      return output;
    },
  };
}

const isEmpty = (line: ModulatedDelay): boolean => line.empty;
