import { describe, expect, it } from 'vitest';
import { longFiles, MOST_LINES, THINK_AGAIN_LINES } from './size.js';
import { readSources } from './sources.js';

describe('size of the files of src', () => {
  it(`stays within ${MOST_LINES} lines`, () => {
    const long = longFiles(readSources(), THINK_AGAIN_LINES);
    if (long.length > 0) console.warn(`Past ${THINK_AGAIN_LINES} lines, think again:\n${long.join('\n')}`);
    expect(longFiles(readSources(), MOST_LINES)).toEqual([]);
  });
});

describe('the size check', () => {
  const file = (path: string, count: number) => ({ path, text: 'x\n'.repeat(count) });

  it('names files past the limit, longest first', () => {
    expect(longFiles([file('a.ts', 400), file('b.ts', 401), file('c.ts', 500)], 400)).toEqual([
      'src/c.ts: 500 lines',
      'src/b.ts: 401 lines',
    ]);
  });

  it('counts a last line without a line feed', () => {
    expect(longFiles([{ path: 'a.ts', text: 'x\n'.repeat(400) + 'x' }], 400)).toHaveLength(1);
  });

  it('leaves out the error table', () => {
    expect(longFiles([file('errors.ts', 900)], 400)).toEqual([]);
  });
});
