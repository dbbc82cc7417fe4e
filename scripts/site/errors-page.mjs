// The page of errors: each code under a heading of its own, so that a link leads to it.
import { join } from 'node:path';
import { errorSections } from '../lib/error-sections.mjs';

function text(sentence) {
  return sentence.replace(/</g, '&lt;').replace(/([*_])/g, '\\$1');
}

/** The page. @param root the checkout */
export async function errorsPage(root) {
  const { ERRORS } = await import(join(root, 'dist/errors.js'));
  const sections = errorSections(root);
  const lines = [
    '# Errors',
    '',
    'Every error has a code, a sentence and a fix. Words in braces are filled in. The same on the command line: `voxgraph explain CODE`.',
    '',
    'Exit codes: 1 something failed on the way, 2 the input is wrong, 3 this machine lacks something.',
  ];
  let last;
  for (const [code, { message, fix, exit }] of Object.entries(ERRORS)) {
    const heading = sections.get(code);
    if (heading !== last) lines.push('', `## ${heading}`);
    last = heading;
    lines.push(
      '',
      `### ${code}`,
      '',
      text(message),
      '',
      `**What to do:** ${text(fix)} <span class="exit">Exit code ${exit}</span>`,
    );
  }
  return `${lines.join('\n')}\n`;
}
