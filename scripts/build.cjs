// `npm run build`: compiles src to dist if anything changed, copies what is not TypeScript beside it, and
// bundles it.
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
  return watched.concat('tsconfig.json', 'scripts/build.cjs', 'scripts/bundle.mjs', 'package-lock.json').map(function (name) {
    const stat = fs.statSync(path.join(root, name));
    return name + ' ' + stat.size + ' ' + stat.mtimeMs;
  });
}

function isFresh(signature) {
  try {
    return fs.readFileSync(stampFile, 'utf8') === JSON.stringify(signature);
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
  const kept = new Set(['.build.json', '.tsbuildinfo']);
  files.forEach(function (name) {
    outputsOf(name).forEach(function (output) {
      kept.add(output);
    });
  });
  walk(dist, '', []).forEach(function (name) {
    if (!kept.has(name) && !/^bundle\//.test(name)) fs.rmSync(path.join(dist, name), { force: true });
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
  if (isFresh(signature) && !missingOutputs(files)) return true;
  console.error('Building voxgraph.');
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

/** Brings dist up to date; quiet when it is. @returns whether it is up to date now. */
function build() {
  return withLock(compile);
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
