// Loaded before the command line: leads a stock program to the data centre of the tests, whose key it trusts in this process only.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { key, port } = JSON.parse(process.env.VOXGRAPH_TEST_CENTRE);
const { PromisedNetSockets } = require('telegram/extensions');
const { _serverKeys } = require('telegram/crypto/RSA');
const bigInt = require('big-integer');

_serverKeys.set(key.fingerprint, { n: bigInt(key.n), e: key.e });
const connect = PromisedNetSockets.prototype.connect;
PromisedNetSockets.prototype.connect = function connectToTests() {
  return connect.call(this, port, '127.0.0.1');
};
