// Starts the real program as a child, and behaves towards its caller as if it were that program.
'use strict';
const { spawn } = require('child_process');
const os = require('os');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGWINCH'];
// Ctrl-C comes twice: from the terminal to the whole group, and once more from npm, which passes it on.
const SAME_SIGNAL_MS = 250;
const PARENT_POLL_MS = 500;

/**
 * Runs a command with this process's input and output. The child has a group of its own, so that a signal reaches it
 * once, through this process. With `follow`, the child gets pipe 3, which closes if this process is killed outright;
 * bin/voxgraph.js watches it. Under npm, a SIGTERM for npm ends only the shell between npm and this process: the child
 * then gets a SIGTERM as well.
 * @returns a promise of the exit code; 128 + n if a signal ended it.
 */
function runChild(command, args, options) {
  return new Promise(function (resolve, reject) {
    const posix = process.platform !== 'win32';
    const settings = options || {};
    const follow = posix && Boolean(settings.follow);
    const env = Object.assign({}, settings.env || process.env);
    if (follow) env.VOXGRAPH_PARENT_PIPE = '3';
    const child = spawn(command, args, {
      cwd: settings.cwd,
      env: env,
      stdio: ['inherit', 'inherit', 'inherit'].concat(follow ? 'pipe' : []),
      detached: posix,
    });
    const last = {};
    const handlers = SIGNALS.map(function (signal) {
      return function () {
        const now = performance.now();
        if (last[signal] === undefined || now - last[signal] >= SAME_SIGNAL_MS) child.kill(signal);
        last[signal] = now;
      };
    });
    SIGNALS.forEach(function (signal, index) {
      process.on(signal, handlers[index]);
    });
    const parent = process.ppid;
    const watch = process.env.npm_lifecycle_event
      ? setInterval(function () {
          if (process.ppid === parent) return;
          clearInterval(watch);
          child.kill('SIGTERM');
        }, PARENT_POLL_MS)
      : undefined;
    function done() {
      clearInterval(watch);
      SIGNALS.forEach(function (signal, index) {
        process.removeListener(signal, handlers[index]);
      });
    }
    if (child.stdio[3]) child.stdio[3].on('error', function () {});
    child.on('error', function (error) {
      done();
      reject(new Error(command + ' could not be started: ' + error.message + '.'));
    });
    child.on('exit', function (code, signal) {
      done();
      if (child.stdio[3]) child.stdio[3].destroy();
      resolve(signal ? 128 + os.constants.signals[signal] : code);
    });
  });
}

module.exports = { runChild };
