// Runs as `prepare`: gives this project a recent Node when the machine's own is too old.
// Written for any Node that can run npm, so no modern syntax here.
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const NODE_VERSION = '24.21.0';
const WANTED = [22, 13];
const INTEGRITY = {
  x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  arm64: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};

const root = path.join(__dirname, '..');
const modules = path.join(root, 'node_modules');
const home = path.join(modules, '.node');
const link = path.join(modules, '.bin', 'node');

function isRecent(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  return parts[0] > WANTED[0] || (parts[0] === WANTED[0] && parts[1] >= WANTED[1]);
}

function main() {
  // `npm install --package-lock-only` runs `prepare` too: then there is nothing to serve.
  if (isRecent(process.versions.node) || !fs.existsSync(modules) || fs.existsSync(link)) return;
  const expected = INTEGRITY[process.arch];
  if (process.platform !== 'linux' || !expected) {
    console.error(
      'voxgraph needs Node ' + WANTED.join('.') + ' or newer; this is ' + process.version +
        '. Install a newer Node from https://nodejs.org and run the command again.',
    );
    process.exit(1);
  }
  const name = 'node-linux-' + process.arch;
  console.error('Node ' + process.version + ' is older than ' + WANTED.join('.') + ': fetching Node ' + NODE_VERSION + ' for this project only.');
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(path.join(home, 'package.json'), JSON.stringify({ private: true }));
  const npm = process.env.npm_execpath;
  const args = ['install', '--no-save', '--package-lock=true', '--omit-lockfile-registry-resolved=true', '--ignore-scripts', '--no-audit', '--no-fund', name + '@' + NODE_VERSION];
  const env = Object.assign({}, process.env, { npm_config_local_prefix: home, INIT_CWD: home });
  const stdio = ['ignore', 'ignore', 'inherit'];
  if (npm) execFileSync(process.execPath, [npm].concat(args), { cwd: home, env: env, stdio: stdio });
  else execFileSync('npm', args, { cwd: home, env: env, stdio: stdio });

  const lock = JSON.parse(fs.readFileSync(path.join(home, 'node_modules', '.package-lock.json'), 'utf8'));
  const found = lock.packages['node_modules/' + name];
  if (!found || found.integrity !== expected) {
    fs.rmSync(home, { recursive: true, force: true });
    console.error('The Node ' + NODE_VERSION + ' package does not have the expected checksum; it was removed. Check the package registry that npm uses.');
    process.exit(1);
  }
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.symlinkSync(path.join('..', '.node', 'node_modules', name, 'bin', 'node'), link);
}

main();
