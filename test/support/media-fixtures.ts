/**
 * Media files for tests, made on the spot: by voxgraph's own writer, and WAV in any sample format by hand. Nothing here needs
 * an ffmpeg command.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openAudioFile,
  openAudioFileWriter,
  type AudioFileOptions,
  type AudioOutcome,
  type AudioWriterOptions,
} from '../../src/media/av/index.js';
import { createAudioFrame } from '../../src/media/frame.js';

/** A folder of its own under the system's temporary one. */
export function makeTempDir(): { readonly dir: string; path(name: string): string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'voxgraph-media-'));
  return { dir, path: (name) => join(dir, name), remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Sample `i` of channel `channel` of a signal. */
export type Signal = (i: number, channel: number) => number;

/** A sine of that frequency at 48 kHz (or another rate); a number per channel gives each its own. */
export function sine(freqHz: number | readonly number[], amplitude = 0.5, rateHz = 48_000): Signal {
  const freqs = typeof freqHz === 'number' ? [freqHz] : freqHz;
  return (i, channel) => amplitude * Math.sin((2 * Math.PI * (freqs[channel] ?? freqs[0]!) * i) / rateHz);
}

/** Repeatable noise in −amplitude … amplitude, different in every sample, so that any offset shows. */
export function noise(amplitude = 0.5): Signal {
  return (i, channel) => {
    let x = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(channel + 1, 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    return amplitude * (((x ^ (x >>> 15)) >>> 0) / 2 ** 31 - 1);
  };
}

/** Writes `samples` samples of a signal to an audio file, in frames of 960; the format is the extension's. */
export async function writeSignal(
  path: string,
  signal: Signal,
  samples: number,
  options: AudioWriterOptions = {},
): Promise<string> {
  const channels = options.channels ?? 2;
  const writer = await openAudioFileWriter(path, options);
  let frame = createAudioFrame(channels);
  for (let at = 0; at < samples; at += 960) {
    const count = Math.min(960, samples - at);
    if (count < 960) frame = createAudioFrame(channels, count);
    for (let c = 0; c < channels; c++) for (let i = 0; i < count; i++) frame.planes[c]![i] = signal(at + i, c);
    writer.write(frame);
  }
  await writer.finish();
  return path;
}

/** Everything in a file, decoded. */
export interface Decoded {
  readonly planes: Float32Array[];
  readonly samples: number;
  readonly outcome: AudioOutcome | undefined;
  readonly badPackets: number;
}

/** Opens a file and reads all of it. Fails after `limitSamples`, so that an endless stream is a failure and not a hang. */
export async function readAll(path: string, options: AudioFileOptions = {}, limitSamples = 48_000 * 60): Promise<Decoded> {
  const reader = await openAudioFile(path, options);
  try {
    const frame = createAudioFrame(reader.channels);
    const chunks: Float32Array[][] = [];
    let samples = 0;
    for (let got = reader.read(frame); got > 0; got = reader.read(frame)) {
      chunks.push(frame.planes.map((plane) => plane.slice(0, got)));
      samples += got;
      if (samples > limitSamples) throw new Error(`${path} does not end`);
    }
    const planes = frame.planes.map((_, c) => {
      const whole = new Float32Array(samples);
      let at = 0;
      for (const chunk of chunks) {
        whole.set(chunk[c]!, at);
        at += chunk[c]!.length;
      }
      return whole;
    });
    return { planes, samples, outcome: reader.outcome, badPackets: reader.badPackets };
  } finally {
    reader.close();
  }
}

/** How a WAV file stores its samples. */
export type WavSample = 'u8' | 's16' | 's24' | 's32' | 'f32' | 'f64';

/** What a WAV file is made of. */
export interface WavOptions {
  readonly rateHz?: number;
  readonly channels?: number;
  readonly sample?: WavSample;
  /** The size the header claims for the data; default: what there is. */
  readonly claimedBytes?: number;
}

const WAV_BYTES: Readonly<Record<WavSample, number>> = { u8: 1, s16: 2, s24: 3, s32: 4, f32: 4, f64: 8 };

/** The bytes of a WAV file (RIFF, plain header without channel mask) with `samples` samples per channel of a signal. */
export function wavBytes(signal: Signal, samples: number, options: WavOptions = {}): Buffer {
  const { rateHz = 48_000, channels = 2, sample = 's16' } = options;
  const width = WAV_BYTES[sample];
  const size = samples * channels * width;
  const out = Buffer.alloc(44 + size);
  out.write('RIFF', 0, 'latin1');
  out.writeUInt32LE(Math.min(0xffff_ffff, 36 + (options.claimedBytes ?? size)), 4);
  out.write('WAVEfmt ', 8, 'latin1');
  out.writeUInt32LE(16, 16);
  out.writeUInt16LE(sample === 'f32' || sample === 'f64' ? 3 : 1, 20);
  out.writeUInt16LE(channels, 22);
  out.writeUInt32LE(rateHz, 24);
  out.writeUInt32LE((rateHz * channels * width) >>> 0, 28);
  out.writeUInt16LE(channels * width, 32);
  out.writeUInt16LE(width * 8, 34);
  out.write('data', 36, 'latin1');
  out.writeUInt32LE(options.claimedBytes ?? size, 40);
  let at = 44;
  for (let i = 0; i < samples; i++) {
    for (let c = 0; c < channels; c++, at += width) writeWavSample(out, at, signal(i, c), sample);
  }
  return out;
}

function writeWavSample(out: Buffer, at: number, value: number, sample: WavSample): void {
  if (sample === 'f32') out.writeFloatLE(value, at);
  else if (sample === 'f64') out.writeDoubleLE(value, at);
  else if (sample === 'u8') out.writeUInt8(Math.round(value * 127) + 128, at);
  else {
    const bits = WAV_BYTES[sample] * 8;
    out.writeIntLE(
      Math.max(-(2 ** (bits - 1)), Math.min(2 ** (bits - 1) - 1, Math.round(value * 2 ** (bits - 1)))),
      at,
      bits / 8,
    );
  }
}

/** Writes {@link wavBytes} to a file. */
export function writeWav(path: string, signal: Signal, samples: number, options: WavOptions = {}): string {
  writeFileSync(path, wavBytes(signal, samples, options));
  return path;
}

/** A repeatable source of integers in 0 … below−1 (mulberry32). */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Damages a copy of a file's bytes, in a way and at places that follow from the seed. */
export function damage(bytes: Buffer, seed: number): Buffer {
  const random = seededRandom(seed);
  const out = Buffer.from(bytes);
  switch (random(7)) {
    case 0: // single bits anywhere
      for (let n = 1 + random(40); n > 0; n--) out[random(out.length)]! ^= 1 << random(8);
      return out;
    case 1: // cut off
      return out.subarray(0, 1 + random(out.length));
    case 2: {
      // two stretches swapped
      const size = 1 + random(Math.floor(out.length / 3));
      const [a, b] = [random(out.length - size), random(out.length - size)];
      out.copyWithin(a, b, b + size);
      bytes.copy(out, b, a, a + size);
      return out;
    }
    case 3: // a header of noise bytes behind an intact magic number
      for (let i = 4 + random(8); i < Math.min(out.length, 64 + random(400)); i++) out[i] = random(256);
      return out;
    case 4: // all noise behind an intact magic number
      for (let i = 12; i < out.length; i++) out[i] = random(256);
      return out;
    case 5: // sizes and counts of the header as large as they go
      for (let n = 1 + random(6); n > 0; n--) out.fill(0xff, ...span(4 + random(Math.min(200, out.length - 8)), 1 + random(4)));
      return out;
    default: {
      // a stretch missing, another doubled
      const size = 1 + random(Math.floor(out.length / 4));
      const gap = random(out.length - size);
      return Buffer.concat([
        out.subarray(0, gap),
        out.subarray(gap + size),
        out.subarray(gap, gap + size),
        out.subarray(gap, gap + size),
      ]);
    }
  }
}

function span(start: number, length: number): [number, number] {
  return [start, start + length];
}
