// One setup (install, build) at a time, also when two `npm start` begin together.
'use strict';
const fs = require('fs');
const path = require('path');
const { root } = require('./node.cjs');

// Beside node_modules, not in it: `npm ci` empties that folder.
const FILE = path.join(root, '.setup.lock');
const POLL_MS = 200;

// A process number alone would match a stranger after a reboot, so its start time goes with it where /proc has one.
function identity(pid) {
  try {
    const stat = fs.readFileSync('/proc/' + pid + '/stat', 'utf8');
    return pid + ' ' + stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (_error) {
    if (fs.existsSync('/proc/self/stat')) return undefined;
  }
  try {
    process.kill(Number(pid), 0);
    return String(pid);
  } catch (error) {
    return error.code === 'EPERM' ? String(pid) : undefined;
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (_error) {
    return undefined;
  }
}

// link() either makes the complete file or fails: nobody ever reads a half-written lock.
function take(me, file) {
  const mine = file + '.' + process.pid;
  fs.writeFileSync(mine, me);
  try {
    fs.linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

// The owner died. Another waiter may see that too and be quicker: what was moved away is looked at again, and put back if alive.
function removeStale(owner, file) {
  const aside = file + '.stale.' + process.pid;
  try {
    fs.renameSync(file, aside);
  } catch (_error) {
    return;
  }
  if (read(aside) !== owner) {
    try {
      fs.linkSync(aside, file);
    } catch (_error) {
      // A third process holds the lock by now, which is as good.
    }
  }
  fs.rmSync(aside, { force: true });
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Runs `work` while no other process runs its own under the same lock; waits for it, saying so once. Returns what `work` returns. */
function withLock(work, file) {
  const lock = file || FILE;
  const me = identity(process.pid) || String(process.pid);
  let told = false;
  while (!take(me, lock)) {
    const owner = read(lock);
    if (owner === undefined) continue;
    if (identity(owner.split(' ')[0]) !== owner) {
      removeStale(owner, lock);
      continue;
    }
    if (!told) console.error('Waiting for another voxgraph command to finish its setup (process ' + owner.split(' ')[0] + ').');
    told = true;
    sleep(POLL_MS);
  }
  try {
    return work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

module.exports = { withLock };
