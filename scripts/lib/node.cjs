// Which Node and which npm this project's scripts use. Any Node that can run npm reads this file: no modern syntax.
'use strict';
const fs = require('fs');
const path = require('path');

/** Oldest Node that can run voxgraph, as [major, minor]. */
const WANTED = [22, 13];
/** The repository. */
const root = path.join(__dirname, '..', '..');
/** Where bootstrap-node.cjs keeps the project's own Node. */
const home = path.join(root, 'node_modules', '.node');
/** The project's own Node, whether or not it is there. */
const ownNode = path.join(home, 'node_modules', 'node-linux-' + process.arch, 'bin', 'node');

/** Whether a version such as "v20.20.2" can run voxgraph. */
function isRecent(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  return parts[0] > WANTED[0] || (parts[0] === WANTED[0] && parts[1] >= WANTED[1]);
}

/** The Node to run the project's tools with: this one if it is recent, else the project's own. Undefined if there is none. */
function rightNode() {
  if (isRecent(process.versions.node)) return process.execPath;
  return fs.existsSync(ownNode) ? ownNode : undefined;
}

/** The environment with the right Node first on the PATH, for tools that start `node` by name. */
function environment() {
  const first = [path.join(root, 'node_modules', '.bin')];
  const node = rightNode();
  if (node && node !== process.execPath) first.unshift(path.dirname(node));
  return Object.assign({}, process.env, { PATH: first.concat(process.env.PATH || '').join(path.delimiter) });
}

/**
 * Command and leading arguments that start npm. npm runs on the Node it came with, never on the project's own: Debian
 * packages an npm whose parts only its own Node finds.
 */
function npmCommand() {
  const script = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  if (script && node && /^npm/.test(path.basename(script)) && fs.existsSync(script) && fs.existsSync(node)) return [node, script];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** The environment for npm: the caller's, without the project's own programs on the PATH. */
function npmEnvironment() {
  const own = path.join(root, 'node_modules');
  const kept = (process.env.PATH || '').split(path.delimiter).filter(function (folder) {
    return folder.indexOf(own) !== 0;
  });
  return Object.assign({}, process.env, { PATH: kept.join(path.delimiter) });
}

module.exports = { WANTED, root, home, ownNode, isRecent, rightNode, environment, npmCommand, npmEnvironment };
