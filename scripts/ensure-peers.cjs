// The tests in test/interop need peers that npm does not have. They are made once, in node_modules/.cache/voxgraph-peers.
'use strict';
const { spawnSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { root } = require('./lib/node.cjs');

const FOLDER = path.join(root, 'node_modules', '.cache', 'voxgraph-peers');
const SUPPORT = path.join(root, 'test', 'interop', 'support');
const PION = path.join(root, 'test', 'interop', 'pion');
const LIMIT_MS = 600000;

const PEERS = [
  {
    name: 'ntgcalls',
    variable: 'VOXGRAPH_NTGCALLS',
    // What it is made of; when that changes it is made anew.
    from: [path.join(SUPPORT, 'requirements.txt')],
    needs: [['python3', ['-m', 'pip', '--version'], 'Python 3.10 to 3.14 with pip (on Debian: apt-get install python3-pip)']],
    make: function (to) {
      const options =
        '-m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes --target';
      return run('python3', options.split(' ').concat(to, '-r', path.join(SUPPORT, 'requirements.txt')), root);
    },
    // A Python that is not there any more cannot load what was made for it.
    tag: function () {
      return String(spawnSync('python3', ['--version']).stdout);
    },
    path: function (folder) {
      return folder;
    },
  },
  {
    name: 'pion',
    variable: 'VOXGRAPH_PION',
    from: ['go.mod', 'go.sum', 'main.go', 'join.go', 'client.go', 'media.go'].map(function (file) {
      return path.join(PION, file);
    }),
    needs: [['go', ['version'], 'Go 1.24 or newer (https://go.dev/dl; on Debian 13: apt-get install golang-go)']],
    make: function (to) {
      return run('go', ['build', '-mod=readonly', '-buildvcs=false', '-o', path.join(to, 'sfu'), '.'], PION);
    },
    tag: function () {
      return '';
    },
    path: function (folder) {
      return path.join(folder, 'sfu');
    },
  },
];

function starts(command) {
  return spawnSync(command[0], command[1], { stdio: 'ignore', timeout: 60000 }).status === 0;
}

/** Runs a command; undefined when it succeeded, else the last thing that it said. */
function run(program, args, cwd) {
  const result = spawnSync(program, args, { cwd: cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS });
  if (result.status === 0) return undefined;
  const lines = String(result.stderr || result.error || '')
    .trim()
    .split('\n');
  return program + ' ' + args.slice(0, 3).join(' ') + ' failed: ' + lines[lines.length - 1];
}

function digest(peer) {
  const hash = crypto.createHash('sha256').update(peer.tag());
  peer.from.forEach(function (file) {
    hash.update(fs.readFileSync(file));
  });
  return hash.digest('hex').slice(0, 16);
}

/** { path } or { missing: a sentence }. Makes what is missing if it may. */
function ensure(peer, mayMake) {
  const lacks = peer.needs.filter(function (need) {
    return !starts(need);
  });
  if (lacks.length > 0) return { missing: peer.name + ' needs ' + lacks[0][2] + '.' };
  const folder = path.join(FOLDER, peer.name + '-' + digest(peer));
  if (!fs.existsSync(folder)) {
    if (!mayMake) return { missing: peer.name + ' is not installed; `npm run test:interop` does it.' };
    console.error('Getting ' + peer.name + ', which calls are tried with.');
    const partial = folder + '.partial';
    fs.rmSync(partial, { recursive: true, force: true });
    fs.mkdirSync(partial, { recursive: true });
    const problem = peer.make(partial);
    if (problem) return { missing: peer.name + ' could not be had: ' + problem };
    fs.renameSync(partial, folder);
    // What it was made of before is of no use any more.
    fs.readdirSync(FOLDER).forEach(function (name) {
      const other = path.join(FOLDER, name);
      if (name.indexOf(peer.name + '-') === 0 && other !== folder) fs.rmSync(other, { recursive: true, force: true });
    });
  }
  return { path: peer.path(folder) };
}

/**
 * Finds the peers; makes those that are missing if they are required, that is in CI and by `npm run test:interop`. Returns the variables by which the
 * tests know them; with `names` only those. Never throws: where peers are required, their tests fail with the reason.
 */
function ensurePeers(required, names) {
  const variables = required ? { VOXGRAPH_PEERS: 'required' } : {};
  PEERS.filter(function (peer) {
    return !names || names.indexOf(peer.name) !== -1;
  }).forEach(function (peer) {
    const found = ensure(peer, required);
    if (found.path) variables[peer.variable] = found.path;
    else {
      variables[peer.variable + '_MISSING'] = found.missing;
      console.error(found.missing + (required ? '' : ' Its tests are passed over.'));
    }
  });
  return variables;
}

module.exports = { ensurePeers };
