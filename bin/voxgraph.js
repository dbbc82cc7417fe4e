#!/usr/bin/env node
// Starts the command line on a Node that can run it. Old Nodes read this file too: no `import` statements, no new syntax.

function isRecent(version) {
  var parts = version.split('.').map(Number);
  return parts[0] > 22 || (parts[0] === 22 && parts[1] >= 13);
}

function stop(sentence, code) {
  console.error(sentence);
  process.exit(code);
}

// On an old Node: the project's own Node if a checkout has one (scripts/bootstrap-node.cjs puts it there).
function restart() {
  var tooOld =
    'voxgraph needs Node 22.13 or newer; this is ' + process.version + '. Install a newer Node from https://nodejs.org.';
  return Promise.all([import('path'), import('fs')]).then(function (found) {
    var path = found[0].default;
    var here = path.dirname(found[1].default.realpathSync(process.argv[1]));
    var lib = path.join(here, '..', 'scripts', 'lib');
    return Promise.all([import(path.join(lib, 'node.cjs')), import(path.join(lib, 'run-child.cjs'))]).then(
      function (parts) {
        var node = parts[0].default.rightNode();
        if (!node) return stop(tooOld, 3);
        var args = [path.join(here, 'voxgraph.js')].concat(process.argv.slice(2));
        return parts[1].default.runChild(node, args, { follow: true }).then(function (code) {
          process.exit(code);
        });
      },
      function () {
        stop(tooOld, 3);
      },
    );
  });
}

// Whoever started us through scripts/lib/run-child.cjs holds the other end: if it is killed outright, end as well.
function followParent() {
  var fd = Number(process.env.VOXGRAPH_PARENT_PIPE);
  delete process.env.VOXGRAPH_PARENT_PIPE;
  if (!fd) return undefined;
  return import('net').then(function (net) {
    var pipe = new net.Socket({ fd: fd, readable: true, writable: false });
    pipe.on('error', function () {});
    pipe.on('close', function () {
      process.kill(process.pid, 'SIGTERM');
    });
    pipe.resume();
    pipe.unref();
  });
}

function start() {
  return Promise.all([import('fs'), import('module'), import('url'), import('path'), followParent()]).then(function (found) {
    var fs = found[0].default;
    var path = found[3].default;
    var main = path.join(path.dirname(fs.realpathSync(process.argv[1])), '..', 'dist', 'bundle', 'main.js');
    if (!fs.existsSync(main))
      return stop('voxgraph is not built yet. Run "npm run build" in ' + path.resolve(main, '..', '..', '..') + '.', 3);
    // Halves the time to load what has been loaded before; where the cache cannot be written, nothing is lost.
    found[1].enableCompileCache();
    return import(found[2].pathToFileURL(main).href);
  });
}

function failed(error) {
  var reason = error && error.message ? error.message : String(error);
  if (process.env.VOXGRAPH_DEBUG && error && error.stack) console.error(error.stack);
  if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package/.test(reason)) {
    stop('voxgraph is not installed completely: ' + reason.split(' imported from')[0] + '. Run "npm ci".', 3);
  }
  stop('voxgraph met a fault of its own: ' + reason + '. Please report it.', 1);
}

(isRecent(process.versions.node) ? start() : restart()).catch(failed);
