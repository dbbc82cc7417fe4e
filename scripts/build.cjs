// `npm run build`: compiles src to dist if anything changed, copies what is not TypeScript beside it, bundles it,
// and builds the console.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { root, rightNode, environment } = require('./lib/node.cjs');
const { ensureInstalled } = require('./lib/install.cjs');
const { withLock } = require('./lib/lock.cjs');

const src = path.join(root, 'src');
const dist = path.join(root, 'dist');
const stampFile = path.join(dist, '.build.json');
const infoFile = path.join(dist, '.tsbuildinfo');
const consoleStampFile = path.join(dist, '.console.json');
/** What of src is in the console. */
const CONSOLE_PARTS = ['src/events', 'src/calls/room/page'];

function walk(folder, prefix, found) {
  fs.readdirSync(folder, { withFileTypes: true }).forEach(function (entry) {
    const name = prefix + entry.name;
    if (entry.isDirectory()) walk(path.join(folder, entry.name), name + '/', found);
    else found.push(name);
  });
  return found;
}

function isSource(name) {
  return /\.ts$/.test(name) && !/\.d\.ts$/.test(name);
}

/** The files of dist that a file of src leads to. */
function outputsOf(name) {
  if (!isSource(name)) return [name];
  const stem = name.slice(0, -3);
  return [stem + '.js', stem + '.js.map', stem + '.d.ts'];
}

/** Names, sizes and times of everything the build reads: a change to any changes it, and so does a removed file. */
function signatureOf(files) {
  const watched = files.map(function (name) {
    return path.join('src', name);
  });
  const more = ['tsconfig.json', 'scripts/build.cjs', 'scripts/bundle.mjs', 'scripts/lib/licences.mjs', 'package-lock.json'];
  return stamps(watched.concat(more));
}

/** The same of the console. */
function consoleSignature() {
  const files = ['console'].concat(CONSOLE_PARTS).reduce(function (found, folder) {
    return walk(path.join(root, folder), folder + '/', found);
  }, []);
  return stamps(files.concat('scripts/build.cjs', 'scripts/lib/licences.mjs', 'package-lock.json'));
}

function stamps(names) {
  return names.map(function (name) {
    const stat = fs.statSync(path.join(root, name));
    return name + ' ' + stat.size + ' ' + stat.mtimeMs;
  });
}

function isFresh(file, signature) {
  try {
    return fs.readFileSync(file, 'utf8') === JSON.stringify(signature);
  } catch (_error) {
    return false;
  }
}

function missingOutputs(files) {
  if (!fs.existsSync(path.join(dist, 'bundle', 'LICENCES.md'))) return true;
  return files.some(function (name) {
    return outputsOf(name).some(function (output) {
      return !fs.existsSync(path.join(dist, output));
    });
  });
}

function copyAssets(files) {
  files
    .filter(function (name) {
      return !isSource(name);
    })
    .forEach(function (name) {
      const target = path.join(dist, name);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.copyFileSync(path.join(src, name), target);
    });
}

function prune(files) {
  const kept = new Set(['.build.json', '.console.json', '.tsbuildinfo']);
  files.forEach(function (name) {
    outputsOf(name).forEach(function (output) {
      kept.add(output);
    });
  });
  walk(dist, '', []).forEach(function (name) {
    if (!kept.has(name) && !/^(bundle|console)\//.test(name)) fs.rmSync(path.join(dist, name), { force: true });
  });
}

/** Joins what was compiled into the files that are really loaded. */
function bundle() {
  const script = path.join(root, 'scripts', 'bundle.mjs');
  const result = spawnSync(rightNode(), [script], { cwd: root, env: environment(), stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) console.error('The build failed: its parts could not be joined.');
  return result.status === 0;
}

function compile() {
  const files = walk(src, '', []).sort();
  const signature = signatureOf(files);
  if (isFresh(stampFile, signature) && !missingOutputs(files)) return true;
  console.error(fs.existsSync(infoFile) ? 'Building voxgraph.' : 'Building voxgraph (half a minute, only this once).');
  fs.mkdirSync(dist, { recursive: true });
  fs.rmSync(stampFile, { force: true });
  // The compiler trusts its notes of what it wrote; after a removed output only a full run restores it.
  if (missingOutputs(files)) fs.rmSync(infoFile, { force: true });
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [
    tsc,
    '-p',
    'tsconfig.json',
    '--incremental',
    '--tsBuildInfoFile',
    infoFile,
    '--pretty',
    process.stderr.isTTY ? 'true' : 'false',
  ];
  const result = spawnSync(rightNode(), args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  process.stderr.write(result.stdout);
  prune(files);
  copyAssets(files);
  if (result.status !== 0) {
    console.error('The build failed.');
    return false;
  }
  if (!bundle()) return false;
  fs.writeFileSync(stampFile, JSON.stringify(signature));
  return true;
}

/** Makes the page that shows what runs. It takes a tenth of the time that the compiler takes. */
function buildConsole() {
  const signature = consoleSignature();
  if (isFresh(consoleStampFile, signature) && fs.existsSync(path.join(dist, 'console', 'index.html'))) return true;
  fs.rmSync(consoleStampFile, { force: true });
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', '--config', path.join(root, 'console', 'vite.config.ts')];
  const result = spawnSync(rightNode(), args, { cwd: root, env: environment(), stdio: ['ignore', 'ignore', 'inherit'] });
  if (result.status !== 0) {
    console.error('The build failed: the console could not be made.');
    return false;
  }
  fs.writeFileSync(consoleStampFile, JSON.stringify(signature));
  return true;
}

/** Brings dist up to date; quiet when it is. @returns whether it is up to date now. */
function build() {
  return withLock(function () {
    return compile() && buildConsole();
  });
}

module.exports = { build };

if (require.main === module) {
  try {
    ensureInstalled();
    process.exitCode = build() ? 0 : 1;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
