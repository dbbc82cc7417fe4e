// Runs as `prepare`: gives this project a recent Node when the machine's own is too old.
// Any Node that can run npm reads this file: no modern syntax.
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { WANTED, root, home, ownNode, isRecent, npmCommand, npmEnvironment } = require('./lib/node.cjs');

const NODE_VERSION = '24.21.0';
const INTEGRITY = {
  x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  arm64: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};
// A user's npmrc or an outer npm's environment may say otherwise to any of these.
const SETTINGS = [
  '--global=false',
  '--dry-run=false',
  '--package-lock-only=false',
  '--install-strategy=hoisted',
  '--package-lock=true',
  '--omit-lockfile-registry-resolved=true',
  '--save=false',
  '--ignore-scripts=true',
  '--audit=false',
  '--fund=false',
  '--loglevel=error',
];

const modules = path.join(root, 'node_modules');
const link = path.join(modules, '.bin', 'node');

function works(node) {
  try {
    return (
      execFileSync(node, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim() ===
      'v' + NODE_VERSION
    );
  } catch (_error) {
    return false;
  }
}

function fail(sentence) {
  fs.rmSync(home, { recursive: true, force: true });
  throw new Error(sentence);
}

function fetchNode(name, expected) {
  console.error(
    'Node ' +
      process.version +
      ' is older than ' +
      WANTED.join('.') +
      ': fetching Node ' +
      NODE_VERSION +
      ' for this project only.',
  );
  fs.rmSync(home, { recursive: true, force: true });
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(path.join(home, 'package.json'), JSON.stringify({ private: true }));
  const npm = npmCommand();
  const env = Object.assign(npmEnvironment(), { npm_config_local_prefix: home, INIT_CWD: home });
  const args = npm.slice(1).concat(['install'], SETTINGS, [name + '@' + NODE_VERSION]);
  try {
    execFileSync(npm[0], args, { cwd: home, env: env, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (_error) {
    fail(
      'Node ' +
        NODE_VERSION +
        ' could not be fetched from the package registry. Check the network, or install Node ' +
        WANTED.join('.') +
        ' or newer.',
    );
  }
  const lock = JSON.parse(fs.readFileSync(path.join(home, 'node_modules', '.package-lock.json'), 'utf8'));
  const found = lock.packages['node_modules/' + name];
  if (!found || found.integrity !== expected) {
    fail(
      'The Node ' +
        NODE_VERSION +
        ' package does not have the expected checksum; it was removed. Check the package registry that npm uses.',
    );
  }
  if (!works(ownNode)) {
    fail(
      'Node ' +
        NODE_VERSION +
        ' does not run on this machine. Install Node ' +
        WANTED.join('.') +
        ' or newer from https://nodejs.org.',
    );
  }
}

/** Makes sure that a recent Node is there: nothing to do if this one is recent. Throws an Error with a plain sentence. */
function ensureNode() {
  // `npm install --package-lock-only` runs `prepare` too: then there is nothing to serve.
  if (isRecent(process.versions.node) || !fs.existsSync(modules)) return;
  const expected = INTEGRITY[process.arch];
  if (process.platform !== 'linux' || !expected) {
    throw new Error(
      'voxgraph needs Node ' +
        WANTED.join('.') +
        ' or newer; this is ' +
        process.version +
        '. Install a newer Node from https://nodejs.org and run the command again.',
    );
  }
  if (!works(ownNode)) fetchNode('node-linux-' + process.arch, expected);
  const target = path.relative(path.dirname(link), ownNode);
  let present;
  try {
    present = fs.readlinkSync(link);
  } catch (_error) {
    present = undefined;
  }
  if (present === target) return;
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.rmSync(link, { force: true });
  fs.symlinkSync(target, link);
}

module.exports = { ensureNode };

if (require.main === module) {
  try {
    ensureNode();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
