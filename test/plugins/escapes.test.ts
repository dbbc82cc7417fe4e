import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runTypeScript } from '../support/run-typescript.js';

const program = fileURLToPath(new URL('./escaping.mjs', import.meta.url));
const run = (how: string) => runTypeScript(program, [how], 20_000);

describe('what a plugin lets escape from every guard', () => {
  it.each([
    ['timer', 'in a timer'],
    ['promise', 'in a promise'],
  ])('in a %s is named, and the process lives', async (how, sentence) => {
    const { code, stdout, stderr } = await run(how);
    expect(stdout, stderr).toBe(`leaky a callback: a callback of plugin "leaky" failed: ${sentence}\nalive: leaky 1\n`);
    expect(code).toBe(0);
  });

  it('is nobody’s business when it has no owner: the process ends as ever', async () => {
    const { code, stderr } = await run('nobody');
    expect(code).toBe(1);
    expect(stderr).toContain('of nobody');
  });

  it('cannot be contained when it is process.exit', async () => {
    // docs/plugins.md says so: what ends a process ends it for everybody in it.
    const { code, stdout } = await run('exit');
    expect([code, stdout]).toEqual([7, '']);
  });
});
