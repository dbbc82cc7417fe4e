import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/api/index.js';
import { served } from '../api/support.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
const examples = [...page.matchAll(/```sh\n(curl .+)\n```/g)].map(([, line]) => line!);

let open: Awaited<ReturnType<typeof served>>;
beforeAll(async () => {
  open = await served();
  await open.scheduler.play(500);
});
afterAll(() => open.close());

/** What a curl command asks, as far as the page's ones go. */
function askedBy(line: string): { method: string; path: string; body: string | undefined } {
  const url = /http:\/\/127\.0\.0\.1:8765([^\s']+)/.exec(line)![1]!;
  return { method: / -X (\w+)/.exec(line)?.[1] ?? 'GET', path: url, body: / -d '(.+)'$/.exec(line)?.[1] };
}

describe('docs/api.md', () => {
  it('has an example for most routes', () => {
    expect(examples.length).toBeGreaterThan(ROUTES.length / 2);
  });

  it.each(examples)('%s', async (line) => {
    const { method, path, body } = askedBy(line);
    if (path.endsWith('/feed')) return;
    const answer = await open.during(open.ask(method, path, body));
    // Of what a radio of one file cannot do, the page shows how it is asked all the same.
    const ok = path.endsWith('/skip') ? 409 : 200;
    expect([answer.status, answer.status === ok ? '' : answer.text]).toEqual([ok, '']);
  });
});
