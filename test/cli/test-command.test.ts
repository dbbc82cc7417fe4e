import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register } from '../../src/cli/commands/test.js';
import { CommandExit } from '../../src/cli/io.js';
import { VoxError } from '../../src/errors.js';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vox-test-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GRAPH = {
  version: 1,
  nodes: {
    mic: { type: 'source.tone', options: { frequencyHz: 1000, levelDb: -6 } },
    room: { type: 'source.participants' },
    gain: { type: 'effect.gain', in: { audio: 'mic' }, options: { gainDb: -6 } },
    mix: { type: 'mix.sum', in: { audio: ['gain', 'room'] } },
    opus: { type: 'encode.opus', in: { audio: 'mix' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  },
};

async function run(test: object, graph: object = GRAPH, ...args: string[]) {
  writeFileSync(join(folder, 'g.json'), JSON.stringify(graph, null, 2));
  writeFileSync(join(folder, 'g.test.json'), JSON.stringify({ version: 1, durationSec: 2, ...test }, null, 2));
  let out = '';
  const io = { stdout: (text: string) => (out += text), stderr: () => {}, cwd: folder, color: false };
  const program = new Command().exitOverride();
  register(program, io);
  try {
    await program.parseAsync(['test', 'g.json', ...args], { from: 'user' });
  } catch (reason) {
    if (reason instanceof CommandExit) return { out, code: reason.exitCode };
    if (reason instanceof VoxError) return { out: reason.message, code: 2 };
    throw reason;
  }
  return { out, code: 0 };
}

describe('voxgraph test', () => {
  it('passes what holds: levels, tones, silence, lengths, packets, wires', async () => {
    const { out, code } = await run({
      expect: [
        { peakDb: { min: -12.1, max: -11.9 }, frequencyHz: { min: 999, max: 1001 }, clicks: { max: 0 } },
        { wire: 'mic', level: { hz: 1000, min: -6.1, max: -5.9 } },
        { wire: 'room', silence: true },
        { seconds: { min: 2, max: 2 }, packets: { min: 100, max: 102 } },
        { counter: 'clipped', node: 'opus' },
      ],
    });
    expect(out).toContain('1 of 1 test passed.');
    expect(code).toBe(0);
  });

  it('fails what does not, with the place and the figure', async () => {
    const { out, code } = await run({ expect: [{ rmsDb: { min: -10 } }, { silence: true }, { event: 'stream.ended' }] });
    expect(code).toBe(1);
    expect(out).toMatch(/FAILED {2}output: rms −15\.01 dB \(at least −10 dB\) {2}g\.test\.json:5:\d+/);
    expect(out).toContain('silence expected');
    expect(out).toContain('stream.ended events 0 (at least 1)');
    expect(out).toContain('0 of 1 test passed.');
  });

  it('plays participants who come, speak and go, and sources it stands in for', async () => {
    const { out, code } = await run({
      sources: { mic: [{ toneHz: 300, levelDb: -20, fromSec: 1 }] },
      participants: { ada: { joinSec: 0.2, leaveSec: 1.5, says: [{ toneHz: 2000, levelDb: -20, fromSec: 0.4, toSec: 0.8 }] } },
      expect: [
        { toSec: 0.38, silence: true },
        { fromSec: 0.45, toSec: 0.78, frequencyHz: { min: 1998, max: 2002 } },
        { fromSec: 1.1, frequencyHz: { min: 298, max: 302 }, peakDb: { min: -26.1, max: -25.9 } },
      ],
    });
    expect(out).toContain('1 of 1 test passed.');
    expect(code).toBe(0);
  });

  it('changes options and gives commands at their time', async () => {
    const { out } = await run({
      at: [{ sec: 1, node: 'gain', set: { gainDb: -26 } }],
      expect: [
        { toSec: 1, peakDb: { min: -12.1, max: -11.9 } },
        { fromSec: 1.02, peakDb: { min: -32.1, max: -31.9 } },
        { event: 'node.options-changed', node: 'gain', fromSec: 1, toSec: 1, count: { min: 1, max: 1 } },
      ],
    });
    expect(out).toContain('1 of 1 test passed.');
  });

  it('fails on a refused option', async () => {
    const { out, code } = await run({ at: [{ sec: 1, node: 'gain', set: { gainDb: 99 } }], expect: [{ silence: false }] });
    expect(out).toMatch(/FAILED {2}.*gainDb.*must be at most 24/);
    expect(code).toBe(1);
  });

  it('says where a test is wrong: syntax, shape, unknown nodes, a graph that does not load', async () => {
    const shape = await run({ durationSec: 'long', expect: [{ rmsdb: { min: 1 } }] });
    expect(shape.code).toBe(2);
    expect(shape.out).toMatch(/g\.test\.json:3:\d+.*"durationSec": must be a number/);
    expect(shape.out).toMatch(/"expect\[0\]\.rmsdb" is not known. Did you mean "rmsDb"\?/);
    expect((await run({ expect: [{ wire: 'gian', silence: true }] })).out).toMatch(/no node "gian". Did you mean "gain"\?/);
    expect((await run({ expect: [{ silence: true }] }, { version: 1, nodes: {} })).code).toBe(2);
    expect((await run({ expect: [] })).out).toMatch(/"expect"/);
  });

  it('prints JSON for scripts', async () => {
    const { out, code } = await run({ expect: [{ silence: false }, { silence: true }] }, GRAPH, '--json');
    expect(code).toBe(1);
    const [result] = JSON.parse(out) as [{ passed: boolean; expectations: { passed: boolean }[] }];
    expect(result.passed).toBe(false);
    expect(result.expectations.map(({ passed }) => passed)).toEqual([true, false]);
  });
});
