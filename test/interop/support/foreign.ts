import { describe, it } from 'vitest';

/** The peers that are not in package.json, and the variables by which scripts/test.cjs tells where they are. */
const VARIABLES = { ntgcalls: 'VOXGRAPH_NTGCALLS', pion: 'VOXGRAPH_PION' } as const;

/**
 * Where a peer is that the tests' set-up gets.
 *
 * @throws Error that says what to install.
 */
export function peerPath(name: keyof typeof VARIABLES): string {
  const path = process.env[VARIABLES[name]];
  if (path) return path;
  throw new Error(process.env[`${VARIABLES[name]}_MISSING`] ?? `${name} is not there; \`npm run test:interop\` gets it.`);
}

/**
 * Tests with a peer of that kind. Where peers must be had (in CI, and by `npm run test:interop`) there is, without it, a test that fails and says what
 * to install; elsewhere they are passed over, which scripts/test.cjs says.
 */
export function describeWith(name: keyof typeof VARIABLES, title: string, tests: () => void): void {
  if (process.env[VARIABLES[name]]) describe(title, tests);
  else if (process.env['VOXGRAPH_PEERS'] === 'required') it(title, () => void peerPath(name));
  else describe.skip(title, tests);
}
