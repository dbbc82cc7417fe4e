import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Problem } from '../../src/errors.js';
import { graphFromObject } from '../../src/graph/load.js';
import { makeTempDir, noise, readAll, sine, writeSignal, writeWav } from '../support/media-fixtures.js';
import { toneDb } from './support/listen.js';

const root = join(import.meta.dirname, '../..');
const temp = makeTempDir();
afterAll(() => temp.remove());

/** Renders a graph through the engine; its problems. */
async function render(nodes: object, output?: string, durationSec?: number): Promise<readonly Problem[]> {
  const engine = createEngine();
  const problems: Problem[] = [];
  engine.events$.subscribe((event) => {
    if (event.type === 'node.told' && event.data.problem) problems.push(event.data.problem);
  });
  try {
    const plan = graphFromObject({ version: 1, nodes }, { registry: engine.registry, cwd: temp.dir });
    const session = await engine.render(plan, {
      ...(output !== undefined && { output }),
      ...(durationSec !== undefined && { durationUs: durationSec * 1e6 }),
    });
    await session.ended;
  } finally {
    await engine.close();
  }
  return problems;
}

const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const wav = (name: string, samples: number, hz = 440) =>
  writeWav(temp.path(name), sine(hz, 0.3), samples, { channels: 2, sample: 'f32' });
const toCall = (source: string) => ({
  opus: { type: 'encode.opus', in: { audio: source } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
});

describe('a rendering', () => {
  const tune = wav('tune.wav', 3 * 48_000);

  it.each(['ogg', 'opus', 'webm', 'mkv', 'mka', 'mp3', 'm4a', 'aac', 'flac', 'wav'])(
    'to .%s is as long and as loud as the source',
    async (ext) => {
      const output = temp.path(`tune-out.${ext}`);
      expect(await render({ music: { type: 'source.file', options: { src: tune } }, ...toCall('music') }, output)).toEqual([]);
      const { planes, samples, outcome } = await readAll(output);
      expect(outcome).toEqual({ kind: 'ended' });
      // A raw .aac stream has no place to say how much is padding.
      expect(Math.abs(samples - 3 * 48_000)).toBeLessThan(ext === 'aac' ? 3000 : 961);
      expect(planes).toHaveLength(2);
      for (const plane of planes) expect(Math.abs(toneDb(plane, 440, 0.2, 2.8) - 20 * Math.log10(0.3))).toBeLessThan(0.5);
    },
  );

  const everything = (name: string) => ({
    music: { type: 'source.file', options: { src: tune, loop: true } },
    tone: { type: 'source.tone', options: { durationMs: 700, wave: 'saw' } },
    quiet: { type: 'source.silence', options: { durationMs: 500 } },
    room: { type: 'source.participants' },
    gain: { type: 'effect.gain', in: { audio: 'music' }, options: { gainDb: -3 } },
    echo: { type: 'effect.echo', in: { audio: 'gain' }, options: { feedback: 0.4 } },
    robot: { type: 'effect.robot', in: { audio: 'tone' } },
    ring: { type: 'effect.robot', in: { audio: 'tee.a' }, options: { mode: 'ring', mix: 0.3 } },
    sum: { type: 'mix.sum', in: { audio: ['ring', 'robot', 'quiet'] } },
    duck: { type: 'mix.duck', in: { bed: 'sum', voice: 'room' } },
    tee: { type: 'flow.tee', in: { audio: 'echo' } },
    level: { type: 'meter.level', in: { audio: 'duck' } },
    ...toCall('level'),
    file: { type: 'sink.file', in: { audio: 'level' }, options: { path: temp.path(`${name}.flac`) } },
    none: { type: 'sink.null', in: { audio: 'tee.b' } },
  });

  it('of every kind of node gives the same bytes ten times', async () => {
    const hashes = new Set<string>();
    for (let n = 0; n < 10; n++) {
      expect(await render(everything('same'), temp.path('same.ogg'), 2)).toEqual([]);
      hashes.add(`${hash(temp.path('same.ogg'))} ${hash(temp.path('same.flac'))}`);
    }
    expect(hashes.size).toBe(1);
    const { samples, planes } = await readAll(temp.path('same.flac'));
    expect(samples).toBe(2 * 48_000);
    expect(toneDb(planes[0]!, 440, 1, 2)).toBeGreaterThan(-20);
  });

  it.each([
    [0.001, 1],
    [0.02, 1],
    [0.0201, 2],
    [0.5, 25],
  ])('of %d s of an endless source is %d frames long', async (sec, frames) => {
    const output = temp.path(`short-${sec}.flac`);
    expect(
      await render({ music: { type: 'source.file', options: { src: tune, loop: true } }, ...toCall('music') }, output, sec),
    ).toEqual([]);
    expect((await readAll(output)).samples).toBe(frames * 960);
  });

  it.each([1, 2, 959, 960, 961])('of a file of %d samples has them all', async (count) => {
    const src = wav(`tiny-${count}.wav`, count);
    const output = temp.path(`tiny-${count}.flac`);
    expect(await render({ music: { type: 'source.file', options: { src } }, ...toCall('music') }, output)).toEqual([]);
    const { planes, samples } = await readAll(output);
    expect(samples).toBe(Math.ceil(count / 960) * 960);
    const signal = sine(440, 0.3);
    for (let i = 0; i < samples; i++) expect(Math.abs(planes[0]![i]! - (i < count ? signal(i, 0) : 0))).toBeLessThan(1e-4);
  });

  it('of a loop of one sample goes round and round', async () => {
    const src = writeWav(temp.path('one.wav'), () => 0.25, 1, { channels: 2, sample: 'f32' });
    const output = temp.path('one.flac');
    expect(
      await render({ music: { type: 'source.file', options: { src, loop: true } }, ...toCall('music') }, output, 0.1),
    ).toEqual([]);
    const { planes, samples } = await readAll(output);
    expect(samples).toBe(4800);
    expect(planes[0]!.every((x) => Math.abs(x - 0.25) < 1e-4)).toBe(true);
  });

  it.each([true, false])('of a file without a sample ends (loop %s)', async (loop) => {
    const src = writeWav(temp.path(`none-${loop}.wav`), () => 0, 0);
    const problems = await render(
      { music: { type: 'source.file', options: { src, loop } }, ...toCall('music') },
      temp.path('none.flac'),
    );
    expect(problems.map(({ code }) => code)).toEqual([]);
  });

  it('mixes mono and stereo sources that come and go', async () => {
    const left = writeWav(temp.path('left.wav'), (i, c) => (c === 0 ? sine(300, 0.2)(i, 0) : 0), 48_000, {
      channels: 2,
      sample: 'f32',
    });
    const mono = writeWav(temp.path('mono.wav'), sine(900, 0.2), 24_000, { channels: 1, sample: 'f32' });
    const output = temp.path('both.flac');
    const problems = await render(
      {
        left: { type: 'source.file', options: { src: left } },
        mono: { type: 'source.file', options: { src: mono, channels: 1 } },
        gain: { type: 'effect.gain', in: { audio: 'mono' }, options: { gainDb: -6 } },
        sum: { type: 'mix.sum', in: { audio: ['left', 'gain'] } },
        ...toCall('sum'),
      },
      output,
    );
    expect(problems).toEqual([]);
    const [l, r] = (await readAll(output)).planes as [Float32Array, Float32Array];
    expect(l.length).toBe(48_000);
    expect(toneDb(l, 300, 0, 1)).toBeCloseTo(20 * Math.log10(0.2), 1);
    expect(toneDb(r, 300, 0, 1)).toBeLessThan(-80);
    for (const plane of [l, r]) {
      expect(toneDb(plane, 900, 0.05, 0.45)).toBeCloseTo(20 * Math.log10(0.2) - 6, 1);
      expect(toneDb(plane, 900, 0.55, 0.95)).toBeLessThan(-60);
    }
  });
});

/** Runs the built command line; `act` is called with what it has said so far, to interrupt it. */
function cli(args: readonly string[], act?: (stdout: string, kill: () => void) => void) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    const child = spawn(process.execPath, [join(root, 'bin/voxgraph.js'), ...args], {
      cwd: temp.dir,
      env: { ...process.env, NO_COLOR: '1' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += String(chunk);
      act?.(stdout, () => child.kill('SIGINT'));
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

describe('the command line', () => {
  const tune = wav('cli.wav', 2 * 48_000);
  const save = (name: string, nodes: object) => {
    writeFileSync(temp.path(name), JSON.stringify({ version: 1, nodes }));
    return temp.path(name);
  };
  const playing = (src: string, options: object = {}) => ({
    music: { type: 'source.file', options: { src, ...options } },
    ...toCall('music'),
  });

  beforeAll(async () => {
    const built = spawn(process.execPath, [join(root, 'scripts/build.cjs')], { stdio: 'ignore' });
    expect(await new Promise((done) => built.on('close', done))).toBe(0);
    const whole = readFileSync(await writeSignal(temp.path('whole.flac'), noise(0.3), 3 * 48_000));
    writeFileSync(temp.path('half.flac'), whole.subarray(0, whole.length >> 1));
    writeFileSync(temp.path('text.wav'), 'this is no sound');
  }, 120_000);

  it('renders and says so with 0', async () => {
    const { code, stdout, stderr } = await cli(['render', save('good.json', playing(tune)), '-o', 'good.ogg']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/2\.0\d s/);
    expect((await readAll(temp.path('good.ogg'))).samples).toBeGreaterThan(95_000);
  });

  it('ends with 2 before anything runs when a file is missing', async () => {
    const { code, stderr } = await cli(['render', save('missing.json', playing('nowhere.wav')), '-o', 'missing.ogg']);
    expect(code).toBe(2);
    expect(stderr).toContain('nowhere.wav');
    expect(existsSync(temp.path('missing.ogg'))).toBe(false);
  });

  it.each([
    ['half.flac', /half\.flac/],
    ['text.wav', /text\.wav/],
  ])('ends with 1 or 2 and one clear sentence for %s', async (src, sentence) => {
    const { code, stderr } = await cli(['render', save('bad.json', playing(src)), '-o', `${src}.ogg`]);
    expect([1, 2]).toContain(code);
    expect(stderr).toMatch(sentence);
    expect(stderr.match(/fix:/g)).toHaveLength(1);
    expect(stderr).not.toMatch(/\bat .*\.js:/);
  });

  it('completes the recording of a call on Ctrl-C, and ends with 0', async () => {
    const graph = save('record.json', {
      ...playing(tune, { loop: true }),
      file: { type: 'sink.file', in: { audio: 'music' }, options: { path: temp.path('record.flac') } },
    });
    let killed = false;
    const { code, stderr } = await cli(['run', graph, '--call', 'file:live.ogg', '--json'], (stdout, kill) => {
      // The stream has begun: what it has recorded by now must be there afterwards.
      if (killed || !stdout.includes('stream.started')) return;
      killed = true;
      kill();
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const recorded = await readAll(temp.path('record.flac'));
    expect(recorded.outcome).toEqual({ kind: 'ended' });
    expect(recorded.samples).toBeGreaterThan(0);
    expect(recorded.samples % 960).toBe(0);
    const sent = await readAll(temp.path('live.ogg'));
    expect(Math.abs(sent.samples - recorded.samples)).toBeLessThan(1000);
    expect(readdirSync(temp.dir).filter((name) => /part|tmp/i.test(name))).toEqual([]);
  });
});
