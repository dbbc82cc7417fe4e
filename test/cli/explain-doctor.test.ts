import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { doctorCommand } from '../../src/cli/commands/doctor.js';
import { register } from '../../src/cli/commands/explain.js';
import { ERRORS } from '../../src/errors.js';

function quietIo() {
  const io = { out: '', stdout: (text: string) => void (io.out += text), stderr: () => {}, cwd: '.', color: false };
  return io;
}

async function explain(...args: string[]): Promise<string> {
  const io = quietIo();
  const program = new Command().exitOverride();
  register(program, io);
  await program.parseAsync(['explain', ...args], { from: 'user' });
  return io.out;
}

describe('voxgraph explain', () => {
  it('says what a code means, what to do, and the exit code', async () => {
    const text = await explain('port-taken');
    expect(text).toContain('PORT_TAKEN');
    expect(text).toContain('fix:');
    expect(text).toContain(ERRORS.PORT_TAKEN.fix.split(/[{.]/)[0]);
    expect(text).toContain('the exit code is 3');
    expect(text).not.toContain('{');
  });

  it('lists all, and gives JSON', async () => {
    expect((await explain()).trim().split('\n')).toHaveLength(Object.keys(ERRORS).length);
    expect(JSON.parse(await explain('USAGE', '--json'))).toMatchObject({ code: 'USAGE', exit: 2 });
  });

  it('names the nearest code', async () => {
    await expect(explain('PORT_TAKE')).rejects.toThrow(/Did you mean "PORT_TAKEN"/);
  });
});

describe('voxgraph doctor', () => {
  it('finds the library, the encoders, and how many calls go here', async () => {
    const io = quietIo();
    expect(await doctorCommand({ json: true, seconds: 0.2 }, io)).toBe(0);
    const found = JSON.parse(io.out) as { missing: string[]; callsPerCore: number; opusUs: { median: number } };
    expect(found.missing).toEqual([]);
    expect(found.opusUs.median).toBeGreaterThan(0);
    expect(found.callsPerCore).toBeGreaterThanOrEqual(1);
  });

  it('prints a line for each', async () => {
    const io = quietIo();
    await doctorCommand({ seconds: 0.1 }, io);
    for (const name of ['Node', 'FFmpeg', 'encoders', 'ticks', 'Opus', 'calls', 'yt-dlp']) expect(io.out).toContain(`  ${name} `);
  });
});
