// `node scripts/run.cjs NAME args…`: runs a tool of node_modules/.bin, or a .ts, .mjs or .js file, with the right Node.
'use strict';
const fs = require('fs');
const path = require('path');
const { root, rightNode, environment } = require('./lib/node.cjs');
const { ensureInstalled } = require('./lib/install.cjs');
const { runChild } = require('./lib/run-child.cjs');

/** Command and arguments for a tool's or file's name: its script goes straight to the right Node, whatever its first line says. */
function resolveTool(name) {
  if (/\.([cm]?js|[cm]?ts)$/.test(name)) return [rightNode(), path.resolve(root, name)];
  const file = path.join(root, 'node_modules', '.bin', name);
  if (!fs.existsSync(file)) throw new Error('No tool is called ' + name + ' in node_modules/.bin.');
  const real = fs.realpathSync(file);
  const start = fs.readFileSync(real).subarray(0, 64).toString('latin1');
  return /^#!.*\bnode\b/.test(start) || /\.[cm]?js$/.test(real) ? [rightNode(), real] : [real];
}

/** Runs a tool with this process's input and output; a promise of its exit code. */
function run(name, args, options) {
  const command = resolveTool(name);
  return runChild(command[0], command.slice(1).concat(args), Object.assign({ cwd: root, env: environment() }, options));
}

module.exports = { run, resolveTool };

if (require.main === module) {
  Promise.resolve()
    .then(function () {
      if (!process.argv[2]) throw new Error('Usage: node scripts/run.cjs NAME [args…]');
      ensureInstalled();
      return run(process.argv[2], process.argv.slice(3));
    })
    .then(
      function (code) {
        process.exitCode = code;
      },
      function (error) {
        console.error(error.message);
        process.exitCode = 1;
      },
    );
}
