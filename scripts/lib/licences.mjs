// The licences of what a bundle holds: whoever passes it on passes them on as well.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages that a bundle holds, as folders. */
function packagesIn(output) {
  const folders = new Set();
  for (const chunk of output) {
    for (const id of chunk.moduleIds ?? []) {
      const found = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id.replace(/^\0/, ''));
      if (found) folders.add(found[1]);
    }
  }
  return [...folders];
}

function licenceOf(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file, so it may not be put into the bundle.`);
  return `## ${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

/**
 * Writes them as one file.
 * @param {readonly { moduleIds?: readonly string[] }[]} output what the bundler made
 * @param {string} file
 * @param {readonly string[]} [more] folders of packages that it holds as files rather than as modules
 */
export function writeLicences(output, file, more = []) {
  const folders = [...new Set([...packagesIn(output), ...more])].sort((a, b) => a.localeCompare(b));
  const licences = folders.map(licenceOf);
  writeFileSync(file, `# What this folder contains besides voxgraph's own source\n\n${licences.join('\n')}`);
}
