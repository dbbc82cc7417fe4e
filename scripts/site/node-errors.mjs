// Which errors a node type has of its own: the codes in its file and in those of src/nodes that it is made of.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Files of `support` that many nodes are made of, most of which have no use for what they can refuse. */
const MANY = 6;

/** Codes by node type. @param root the checkout */
export function nodeErrors(root) {
  const nodes = join(root, 'src/nodes');
  const known = new Set(
    [...readFileSync(join(root, 'src/errors.ts'), 'utf8').matchAll(/^ {2}([A-Z][A-Z0-9_]*): \{/gm)].map(([, code]) => code),
  );
  const files = new Map();
  for (const name of readdirSync(nodes, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(join(nodes, name), 'utf8');
    const imports = [...text.matchAll(/from '(\.[^']+)\.js'/g)]
      .map(([, path]) => `${relative(nodes, join(nodes, dirname(name), path))}.ts`)
      .filter((path) => existsSync(join(nodes, path)));
    const codes = [...text.matchAll(/'([A-Z][A-Z0-9_]+)'/g)]
      .map(([, code]) => code)
      .filter((code) => known.has(code) && code !== 'INTERNAL');
    const types = [...text.matchAll(/^ {2}type: '([a-z]+\.[a-z0-9-]+)'/gm)].map(([, type]) => type);
    files.set(name, { imports, codes, types });
  }
  const users = (name) => [...files.values()].filter(({ imports }) => imports.includes(name)).length;
  const result = new Map();
  for (const [name, { types }] of files) {
    if (types.length === 0) continue;
    const seen = new Set();
    const found = new Set();
    const todo = [name];
    for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
      if (seen.has(file) || name === 'index.ts') continue;
      seen.add(file);
      const { imports, codes } = files.get(file);
      codes.forEach((code) => found.add(code));
      todo.push(...imports.filter((path) => path.startsWith('support/') && users(path) <= MANY));
    }
    for (const type of types)
      result.set(
        type,
        [...found].sort((a, b) => (a < b ? -1 : 1)),
      );
  }
  return result;
}
