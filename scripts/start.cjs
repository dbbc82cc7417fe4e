// `npm start [-- my-song.mp3] [-- options]`: installs and builds what is missing, then plays the radio graph.
'use strict';
const path = require('path');
const { root, rightNode, environment } = require('./lib/node.cjs');
const { ensureInstalled } = require('./lib/install.cjs');
const { runChild } = require('./lib/run-child.cjs');
const { startArgs } = require('./lib/start-args.cjs');
const { build } = require('./build.cjs');

async function main() {
  // npm runs scripts in the package's folder; paths mean the folder the user stands in.
  const cwd = process.env.INIT_CWD || process.cwd();
  const inside = path.relative(cwd, root) === '';
  const radio = inside ? 'graphs/radio.json' : path.join(root, 'graphs', 'radio.json');
  const args = startArgs(process.argv.slice(2), cwd, radio);
  ensureInstalled();
  if (!build()) return 1;
  return runChild(rightNode(), [path.join(root, 'bin', 'voxgraph.js')].concat(args), {
    cwd: cwd,
    env: environment(),
    follow: true,
  });
}

main().then(
  function (code) {
    process.exitCode = code;
  },
  function (error) {
    console.error(error.message);
    process.exitCode = error.exit || 1;
  },
);
