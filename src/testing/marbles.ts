import { createAudioFrame, frameSamples, type AudioFrame } from '../media/frame.js';
import type { RenderedAudio } from './rendered.js';
import type { AudioScript, ScriptedAudio } from './audio-script.js';

/** What a letter stands for: a frame whose every sample has that value. */
export type MarbleValues = Readonly<Record<string, number>>;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The values letters have unless told otherwise: a is 0.01, b 0.02 … z 0.26; `0` is a silent frame. */
function valueOf(letter: string, values: MarbleValues): number | undefined {
  const given = values[letter];
  if (given !== undefined) return given;
  if (letter === '0') return 0;
  const index = LETTERS.indexOf(letter);
  return index < 0 ? undefined : (index + 1) / 100;
}

/**
 * An audio input drawn with one character per tick: a letter is a stereo frame, `0` a silent one, `-` nothing on this tick, `|`
 * completion, `#` an error, spaces nothing at all. A drawing without an end goes on with nothing for ever.
 *
 * @param values what letters stand for: the value of every sample; default a = 0.01, b = 0.02 …
 * @throws TypeError on a character it does not know.
 * @example `await renderNode(gain, { inputs: { audio: marbles('a-b|') } })`
 */
export function marbles(drawing: string, values: MarbleValues = {}): ScriptedAudio {
  const steps = [...drawing].filter((character) => character !== ' ');
  for (const step of steps) {
    if (!'-|#'.includes(step) && valueOf(step, values) === undefined) {
      throw new TypeError(`marbles: "${step}" in "${drawing}" is none of a…z, 0, -, |, # and has no value`);
    }
  }
  const script: AudioScript = (tick, frame) => {
    const step = steps[tick] ?? '-';
    if (step === '-') return 'none';
    if (step === '|') return 'complete';
    if (step === '#') return new Error('the error of the marbles');
    const value = valueOf(step, values)!;
    frame.planes = createAudioFrame(2, frameSamples(frame)).planes;
    for (const plane of frame.planes) plane.fill(value);
    frame.silent = value === 0;
    return 'frame';
  };
  return { script: () => script };
}

/**
 * Draws what came out of a node in the same way, to compare with an expectation: a letter for a frame whose every sample has
 * (within 1e-6) that letter's value, `0` for a silent one, `?` for any other frame, `-` for a tick without one, `|` and `#` for the end.
 * Trailing `-` are left out.
 */
export function drawMarbles(output: RenderedAudio, values: MarbleValues = {}): string {
  const drawing: string[] = [];
  for (const frame of output.frames) drawing[frame.tick] = letterOf(frame, { ...defaults(), ...values });
  if (output.end) drawing[output.end.tick] = output.end.error === undefined ? '|' : '#';
  return Array.from(drawing, (character) => character ?? '-').join('');
}

function defaults(): Record<string, number> {
  return Object.fromEntries([...LETTERS].map((letter) => [letter, valueOf(letter, {})!]));
}

function letterOf(frame: AudioFrame, values: MarbleValues): string {
  const is = (value: number) => frame.planes.every((plane) => plane.every((x) => Math.abs(x - value) < 1e-6));
  if (is(0)) return '0';
  return Object.keys(values).find((letter) => is(values[letter]!)) ?? '?';
}
