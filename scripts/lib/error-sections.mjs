// The table of errors has headings, as comments.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SECTION = /^\s*\/\/ — (.+?) —+\s*$/;

/** The section headings of the error table are its comments, which the compiled table no longer has: code → heading. */
export function errorSections(root) {
  const sections = new Map();
  let heading = 'General';
  for (const line of readFileSync(join(root, 'src/errors.ts'), 'utf8').split('\n')) {
    const section = SECTION.exec(line);
    if (section) heading = section[1][0].toUpperCase() + section[1].slice(1);
    const row = /^ {2}([A-Z][A-Z0-9_]*): \{/.exec(line);
    if (row) sections.set(row[1], heading);
  }
  return sections;
}
