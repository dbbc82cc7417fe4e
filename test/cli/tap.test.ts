import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register } from '../../src/cli/commands/tap.js';
import { createEngine, type Engine } from '../../src/engine.js';
import { VoxError } from '../../src/errors.js';
import { openAudioFile } from '../../src/media/av/audio-reader.js';
import { goertzelDb } from '../../src/media/dsp/measure.js';
import { createAudioFrame } from '../../src/media/frame.js';

let folder = '';
let engine: Engine;
let url = '';

const GRAPH = {
  version: 1,
  title: 'Tapped',
  nodes: {
    tone: { type: 'source.tone', options: { frequencyHz: 800, levelDb: -12 } },
    quiet: { type: 'effect.gain', in: { audio: 'tone' }, options: { gainDb: -20 } },
    room: { type: 'source.participants' },
    mix: { type: 'mix.sum', in: { audio: ['quiet', 'room'] } },
    opus: { type: 'encode.opus', in: { audio: 'mix' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vox-tap-'));
  writeFileSync(join(folder, 'g.json'), JSON.stringify(GRAPH));
  engine = createEngine();
  const server = await engine.serveRooms({ port: 0, token: 'secret' });
  url = `http://127.0.0.1:${server.port}`;
  await engine.run(join(folder, 'g.json'), { call: 'room:tap' });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function tap(...args: string[]): Promise<string> {
  let out = '';
  const io = { stdout: (text: string) => (out += text), stderr: () => {}, cwd: folder, color: false };
  const program = new Command().exitOverride();
  register(program, io);
  await program.parseAsync(['tap', '--url', url, '--token', 'secret', ...args], { from: 'user' });
  return out;
}

describe('voxgraph tap', () => {
  it('shows the level of any wire', async () => {
    expect(await tap('tone', '--seconds', '0.2')).toMatch(/^tone {2}[█|·]+ {2}rms {2}−15\.0 dB {2}peak {2}−12\.0 dB/);
    const lines = (await tap('quiet', '--seconds', '0.3', '--json')).trim().split('\n');
    const levels = lines.map((line) => JSON.parse(line) as { peakDb: number; durationMs: number; positionMs: number });
    expect(levels).toHaveLength(3);
    for (const { peakDb, durationMs } of levels) {
      expect(peakDb).toBeCloseTo(-32, 1);
      expect(durationMs).toBe(100);
    }
    // More where a busy machine skipped beats between them.
    expect(levels[2]!.positionMs - levels[0]!.positionMs).toBeGreaterThanOrEqual(200);
  });

  it('writes the sound of a wire', async () => {
    expect(await tap('quiet', '--wav', 'q.wav', '--seconds', '0.5')).toContain('q.wav: 0.50 s');
    const reader = await openAudioFile(join(folder, 'q.wav'));
    expect(reader.info.durationUs).toBe(500_000);
    const frame = createAudioFrame(2, 24_000);
    expect(reader.read(frame)).toBe(24_000);
    expect(goertzelDb(frame.planes[1]!, 800, 48_000)).toBeCloseTo(-32, 0);
    reader.close();
  });

  it('says what is wrong: no such wire, a wrong token, no engine, a bad address', async () => {
    const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
      promise.catch((error: unknown) => (error instanceof VoxError ? [error.code, error.message] : error));
    expect(await codeOf(tap('qiet'))).toEqual(['UNKNOWN_WIRE', expect.stringContaining('Did you mean "quiet"?')]);
    expect(await codeOf(tap('opus'))).toEqual(['UNKNOWN_WIRE', expect.anything()]);
    expect(await codeOf(tap('tone', '--token', 'wrong'))).toEqual(['TOKEN_WRONG', expect.anything()]);
    expect(await codeOf(tap('tone', '--graph', 'none'))).toEqual(['UNKNOWN_GRAPH', expect.anything()]);
    expect(await codeOf(tap('tone', '--url', 'http://127.0.0.1:1'))).toEqual(['ENGINE_NOT_FOUND', expect.anything()]);
    expect(await codeOf(tap('tone', '--url', 'nowhere'))).toEqual(['USAGE', expect.anything()]);
  });
});
