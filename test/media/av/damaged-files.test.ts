import { afterAll, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { runTypeScript } from '../../support/run-typescript.js';
import { makeTempDir, noise, writeSignal } from '../../support/media-fixtures.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

const FILES = 240;

interface Line {
  readonly seed?: number;
  readonly name?: string;
  readonly result?: string;
  readonly code?: string;
  readonly done?: boolean;
  readonly rssMB?: number;
}

describe('damaged files', () => {
  it(`${FILES} of them end or fail clearly, in a process of their own that does not crash`, { timeout: 300_000 }, async () => {
    for (const extension of ['wav', 'mp3', 'flac', 'ogg', 'm4a', 'webm', 'wma', 'aac', 'aiff', 'wv', 'avi', 'mp4']) {
      const tags = { title: 'A title that a damaged length can reach into', artist: 'Nobody' };
      await writeSignal(temp.path(`whole.${extension}`), noise(0.3), 48_000 * 2, { tags });
    }
    const child = fileURLToPath(new URL('./children/read-damaged.ts', import.meta.url));
    const { code, signal, stdout, stderr } = await runTypeScript(child, [temp.dir, '1', String(FILES)], 280_000);
    const lines = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
    const last = lines.at(-1);
    expect({ code, signal, stderr, last }).toMatchObject({ code: 0, signal: null, stderr: '', last: { done: true } });
    const results = lines.filter((line) => line.result !== undefined);
    expect(results).toHaveLength(FILES);
    const allowed = /^(ended|failed MEDIA_(CORRUPT|TRUNCATED)|refused (MEDIA_(UNREADABLE|NO_AUDIO)|CODEC_MISSING))$/;
    const odd = results.filter(({ result, code: reason }) => !allowed.test(reason ? `${result} ${reason}` : (result ?? '')));
    expect(odd).toEqual([]);
    // A test in which nothing plays, or nothing is refused, would test nothing.
    expect(results.filter(({ result }) => result === 'ended').length).toBeGreaterThan(20);
    expect(results.filter(({ result }) => result === 'refused').length).toBeGreaterThan(20);
    expect(last?.rssMB).toBeLessThan(600);
  });
});
