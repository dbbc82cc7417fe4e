import { resolve } from 'node:path';
import { openAudioFile } from '../../media/av/audio-reader.js';
import { dbToLinear, FRAME_SAMPLES, SAMPLE_RATE } from '../../media/format.js';
import { clearAudioFrame, createAudioFrame, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { Sound } from './test-file.js';

/** Sound from a script: the frame of any time can be asked for, each in its turn. */
export interface ScriptedSound {
  /** Writes the 20 ms that begin at `atUs`. */
  write(out: AudioFrame, atUs: number): void;
  /** Frees files. */
  close(): void;
}

/**
 * Prepares the sounds of a script; where several overlap they add up.
 *
 * @throws VoxError for a file that cannot be opened.
 */
export async function scriptSounds(sounds: readonly Sound[], baseDir: string): Promise<ScriptedSound> {
  const makers = await Promise.all(sounds.map((sound) => makerOf(sound, baseDir)));
  return {
    write(out, atUs) {
      shapeAudioFrame(out, 2, FRAME_SAMPLES);
      clearAudioFrame(out);
      sounds.forEach((sound, i) => {
        const { fromSec, toSec = Infinity } = sound;
        if (atUs >= toSec * 1e6 || atUs + 20_000 <= fromSec * 1e6) return;
        makers[i]!.add(out, atUs - fromSec * 1e6);
        out.silent = false;
      });
    },
    close: () => makers.forEach((maker) => maker.close()),
  };
}

interface Maker {
  /** Adds the 20 ms that begin `sinceUs` after its own beginning. */
  add(out: AudioFrame, sinceUs: number): void;
  close(): void;
}

async function makerOf(sound: Sound, baseDir: string): Promise<Maker> {
  const amplitude = dbToLinear(sound.levelDb);
  if (sound.file !== undefined) return fileMaker(resolve(baseDir, sound.file), sound.levelDb === -12 ? 1 : amplitude);
  if (sound.toneHz !== undefined) {
    const step = (2 * Math.PI * sound.toneHz) / SAMPLE_RATE;
    return each((n) => amplitude * Math.sin(step * n));
  }
  let state = 1;
  return each(() => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return amplitude * (state / 1_073_741_824 - 1);
  });
}

function each(sample: (n: number) => number): Maker {
  return {
    add(out, sinceUs) {
      const first = Math.round((sinceUs * SAMPLE_RATE) / 1e6);
      for (let i = Math.max(0, -first); i < FRAME_SAMPLES; i++) {
        const x = sample(first + i);
        for (const plane of out.planes) plane[i] = plane[i]! + x;
      }
    },
    close() {},
  };
}

async function fileMaker(path: string, gain: number): Promise<Maker> {
  const reader = await openAudioFile(path);
  const frame = createAudioFrame(2);
  return {
    add(out) {
      reader.read(frame);
      out.planes.forEach((plane, c) => {
        const from = frame.planes[c] ?? frame.planes[0]!;
        for (let i = 0; i < plane.length; i++) plane[i] = plane[i]! + gain * (from[i] ?? 0);
      });
    },
    close: () => reader.close(),
  };
}
