import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole } from '../../src/media/whole-file.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vox-whole-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('a file that is written whole', () => {
  it('is made, for those who may read it, and nothing else is left', () => {
    const file = join(folder, 'a.json');
    writeWhole(file, 'one', { mode: 0o600 });
    writeWhole(file, 'two', { mode: 0o600 });
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(modeOf(file)).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('keeps who may read it', () => {
    const file = join(folder, 'a.json');
    writeFileSync(file, 'one');
    chmodSync(file, 0o664);
    writeWhole(file, 'two');
    expect(modeOf(file)).toBe(0o664);
  });

  it('stays behind its link', () => {
    mkdirSync(join(folder, 'real'));
    const real = join(folder, 'real', 'a.json');
    const link = join(folder, 'link.json');
    writeFileSync(real, 'one');
    symlinkSync(real, link);
    writeWhole(link, 'two');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'real'))).toEqual(['a.json']);
  });

  it('is as it was when it cannot be written, and nothing is left beside it', () => {
    const file = join(folder, 'a');
    mkdirSync(file);
    writeFileSync(join(file, 'inside'), '');
    expect(() => writeWhole(file, 'two')).toThrow();
    expect(readdirSync(folder)).toEqual(['a']);
    expect(existsSync(join(file, 'inside'))).toBe(true);
    expect(() => writeWhole(join(folder, 'no', 'a'), 'two')).toThrow();
  });
});
