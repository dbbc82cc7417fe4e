// Installs what package-lock.json asks for and node_modules lacks.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { root, npmCommand, npmEnvironment, rightNode } = require('./node.cjs');
const { withLock } = require('./lock.cjs');
const { ensureNode } = require('../bootstrap-node.cjs');

function packages(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages || {};
  } catch (_error) {
    return undefined;
  }
}

/** 'none', 'outdated' or 'complete': what of package-lock.json is in node_modules, by content: file times say little after a clone. */
function installState() {
  const wanted = packages('package-lock.json');
  // npm writes this file last, so an interrupted install has none.
  const present = packages(path.join('node_modules', '.package-lock.json'));
  if (!present) return 'none';
  const complete = Object.keys(wanted || {}).every(function (name) {
    if (name === '') return true;
    const want = wanted[name];
    const have = present[name];
    // Optional packages are for other systems as often as not.
    if (!have) return Boolean(want.optional || want.peer);
    return have.version === want.version && have.integrity === want.integrity;
  });
  return complete ? 'complete' : 'outdated';
}

function npm(args) {
  const command = npmCommand();
  const settings = [
    '--include=dev',
    '--include=optional',
    // Said once and plainly by bootstrap-node.cjs instead of in a wall of EBADENGINE lines, or not at all.
    '--engine-strict=false',
    '--loglevel=error',
    '--audit=false',
    '--fund=false',
    '--progress=false',
    '--global=false',
    '--dry-run=false',
    '--package-lock-only=false',
  ];
  const result = spawnSync(command[0], command.slice(1).concat(args, settings), {
    cwd: root,
    env: Object.assign(npmEnvironment(), { INIT_CWD: root }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (result.error) throw new Error('npm could not be started: ' + result.error.message + '.');
  if (result.status !== 0) throw new Error("Installing the packages failed; see npm's message above, and check the network.");
}

/** Installs the packages and, if this Node is too old, the project's own. Quiet when nothing is missing. Throws a plain Error. */
function ensureInstalled() {
  if (installState() === 'complete' && rightNode()) return;
  withLock(function () {
    const state = installState();
    if (state !== 'complete') {
      console.error(state === 'none' ? 'Installing packages (a minute or two, only this once).' : 'Updating packages.');
      // `npm ci` empties node_modules: not under the feet of a voxgraph that may be running from it.
      npm(state === 'none' ? ['ci'] : ['install', '--save=false']);
    }
    // `prepare` did this already, unless npm is set to ignore scripts.
    ensureNode();
  });
}

module.exports = { ensureInstalled, installState };
