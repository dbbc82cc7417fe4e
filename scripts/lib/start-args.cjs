// What `npm start` passes on: a music file given by name becomes a param of the graph.
'use strict';
const fs = require('fs');
const path = require('path');

// Options of `voxgraph run` that stand alone. After any other option without "=", the next word is its value.
const FLAGS = new Set([
  '--help',
  '-h',
  '--version',
  '--verbose',
  '-v',
  '--quiet',
  '-q',
  '--json',
  '--open',
  '--watch',
  '--debug',
  '--allow-process',
  '--color',
]);

function isFlag(word) {
  return FLAGS.has(word) || word.indexOf('--no-') === 0 || word.indexOf('=') !== -1;
}

function isUrl(word) {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(word);
}

/** A mistake in the arguments; `exit` is the exit code. */
class StartError extends Error {
  constructor(message) {
    super(message);
    this.exit = 2;
  }
}

function checkFile(word, file) {
  const optionsHint = /^\d+$/.test(word) ? ' Options stand after "--": npm start -- --port ' + word + '.' : '';
  let stat;
  try {
    stat = fs.statSync(file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR')
      throw new StartError('The music file ' + word + ' cannot be read: ' + error.message + '.');
    throw new StartError('The music file ' + word + ' does not exist. Check the path.' + optionsHint);
  }
  if (stat.isDirectory()) throw new StartError(word + ' is a folder. Give one music file.');
}

/**
 * The arguments of the CLI for the arguments of `npm start`.
 * @param words what stands after `npm start --`
 * @param cwd the user's folder, which relative paths start from
 * @param radio the graph that plays when none is named
 * @throws {StartError} if the music file is not there, or two are given.
 */
function startArgs(words, cwd, radio) {
  const options = [];
  let graph;
  let music;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word.length > 1 && word[0] === '-') {
      options.push(word);
      const next = words[i + 1];
      if (!isFlag(word) && next !== undefined && next[0] !== '-') {
        options.push(next);
        i++;
      }
    } else if (/\.jsonc?$/i.test(word)) {
      if (graph !== undefined) throw new StartError('Give one graph file, not both ' + graph + ' and ' + word + '.');
      graph = word;
    } else {
      if (music !== undefined) throw new StartError('Give one music file, not both ' + music + ' and ' + word + '.');
      music = word;
    }
  }
  const args = ['run', graph === undefined ? radio : graph];
  if (music !== undefined) {
    const file = isUrl(music) ? music : path.resolve(cwd, music);
    if (!isUrl(music)) checkFile(music, file);
    args.push('--param', 'music=' + file);
  }
  return args.concat(options);
}

module.exports = { startArgs, StartError };
