// `npm test [-- vitest arguments]`: installs and builds what is missing, then runs the tests. With `--peers`, all peers must be there.
'use strict';
const fs = require('fs');
const { environment } = require('./lib/node.cjs');
const { ensureInstalled } = require('./lib/install.cjs');
const { ensureChromium } = require('./ensure-chromium.cjs');
const { ensurePeers } = require('./ensure-peers.cjs');
const { TEST_RESULTS } = require('./lib/results.cjs');
const { build } = require('./build.cjs');
const { run } = require('./run.cjs');

async function main() {
  // Whoever counts results must not find those of an earlier run.
  fs.rmSync(TEST_RESULTS, { force: true });
  ensureInstalled();
  const chromium = ensureChromium();
  const built = build();
  const args = process.argv.slice(2);
  const peers = ensurePeers(args.indexOf('--peers') !== -1 || process.env.CI === 'true');
  const env = Object.assign(environment(), peers, chromium ? { CHROMIUM_PATH: chromium } : {});
  const words = args.filter(function (word) {
    return word !== '--peers';
  });
  const code = await run('vitest', ['run'].concat(words), { env: env });
  if (!built) console.error('The build failed before the tests ran; see above.');
  return code || (built ? 0 : 1);
}

main().then(
  function (code) {
    process.exitCode = code;
  },
  function (error) {
    console.error(error.message);
    process.exitCode = 1;
  },
);
