import { describe, expect, it } from 'vitest';
import { wallClockReads } from './clock.js';
import { readSources } from './sources.js';

describe('the wall clock', () => {
  it('is read only in src/time', () => {
    expect(wallClockReads(readSources())).toEqual([]);
  });
});

describe('the wall clock check', () => {
  const check = (path: string, text: string): string[] => wallClockReads([{ path, text }]);

  it.each(['new Date()', 'new Date', 'Date()'])('catches %s', (expression) => {
    expect(check('engine.ts', `\nexport const at = ${expression};`)).toEqual([
      'src/engine.ts:2 reads the wall clock; time comes only from src/time',
    ]);
  });

  it('lets a given time be formatted, and src/time read the clock', () => {
    expect(check('engine.ts', 'export const text = (ms: number) => new Date(ms).toISOString();')).toEqual([]);
    expect(check('time/clock.ts', 'export const at = new Date();')).toEqual([]);
  });
});
