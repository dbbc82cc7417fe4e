// The browser tests need a Chromium: finds one, or installs one if it may.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { root, rightNode, environment } = require('./lib/node.cjs');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const NOT_FOUND =
  'No Chromium was found: install one (on Debian: apt-get install chromium), or set CHROMIUM_PATH to its executable.';

function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch (_error) {
    return false;
  }
}

function list(folder) {
  try {
    return fs.readdirSync(folder);
  } catch (_error) {
    return [];
  }
}

function playwrightBrowsers() {
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH || path.join(os.homedir(), '.cache', 'ms-playwright');
  const found = [];
  list(cache)
    .filter(function (name) {
      return /^chromium/.test(name);
    })
    .sort()
    .reverse()
    .forEach(function (name) {
      list(path.join(cache, name)).forEach(function (inner) {
        ['chrome', 'headless_shell', 'chrome-headless-shell'].forEach(function (file) {
          found.push(path.join(cache, name, inner, file));
        });
      });
    });
  return found;
}

/** Path of a Chromium or Chrome executable, or undefined. CHROMIUM_PATH decides alone if it is set. */
function findChromium() {
  if (process.env.CHROMIUM_PATH) return isExecutable(process.env.CHROMIUM_PATH) ? process.env.CHROMIUM_PATH : undefined;
  const onPath = [];
  NAMES.forEach(function (name) {
    (process.env.PATH || '').split(path.delimiter).forEach(function (folder) {
      if (folder) onPath.push(path.join(folder, name));
    });
  });
  return onPath.concat(playwrightBrowsers()).find(isExecutable);
}

// Ubuntu's /usr/bin/chromium-browser can be a note that says "install the snap" and fails.
function starts(file) {
  return spawnSync(file, ['--version'], { stdio: 'ignore', timeout: 60000 }).status === 0;
}

function run(command, args, env) {
  const result = spawnSync(command, args, {
    env: Object.assign({}, env || process.env, { DEBIAN_FRONTEND: 'noninteractive' }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600000,
    cwd: root,
  });
  if (result.status === 0) return true;
  const lines = String(result.stderr || result.error || '')
    .trim()
    .split('\n');
  console.error(command + ' ' + args[args.length - 1] + ' failed: ' + lines[lines.length - 1]);
  return false;
}

function installByApt() {
  if (!isExecutable('/usr/bin/apt-get')) return false;
  const isRoot = process.getuid && process.getuid() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return false;
  const prefix = isRoot ? [] : ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND'];
  const apt = prefix.concat('apt-get', '-o', 'DPkg::Lock::Timeout=120');
  console.error('Installing chromium with apt-get for the browser tests.');
  // A stale package list is the usual reason for a failing install, and a failing update need not be fatal.
  run(apt[0], apt.slice(1).concat('update'));
  return run(apt[0], apt.slice(1).concat('install', '-y', '--no-install-recommends', 'chromium'));
}

function installByPlaywright() {
  const cli = path.join(root, 'node_modules', 'playwright-core', 'cli.js');
  const node = rightNode();
  if (!node || !fs.existsSync(cli)) return false;
  console.error('Fetching a Chromium for the browser tests.');
  return run(node, [cli, 'install', 'chromium'], environment());
}

/** Finds or installs a Chromium; its path, or undefined after saying that there is none. Never throws: the browser tests then fail. */
function ensureChromium() {
  let found = findChromium();
  if (found && starts(found)) return found;
  if (!process.env.CHROMIUM_PATH) {
    if (installByApt()) found = findChromium();
    if ((!found || !starts(found)) && installByPlaywright()) found = playwrightBrowsers().find(isExecutable);
    if (found && starts(found)) return found;
  }
  console.error(NOT_FOUND);
  return undefined;
}

module.exports = { findChromium, ensureChromium, NOT_FOUND };

if (require.main === module) {
  const found = ensureChromium();
  if (found) console.log(found);
  process.exitCode = found ? 0 : 3;
}
