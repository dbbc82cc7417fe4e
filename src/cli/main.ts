/**
 * The entry that `bin/voxgraph.js` loads: runs this process's command line and ends the process.
 * @module
 */
import { containEscapes } from '../graph/run/escapes.js';
import { standardOutput } from './output.js';
import { voxgraph } from './program.js';

containEscapes();
const stdout = standardOutput(process.stdout);
const stderr = standardOutput(process.stderr);
// Nothing is left that could finish what was begun: Node would end here as if all were well.
process.once('beforeExit', () => {
  process.stderr.write('voxgraph met a fault of its own: it waits for what cannot come. Please report it.\n');
  process.exit(1);
});
const exitCode = await voxgraph(process.argv.slice(2), {
  stdout: stdout.write,
  stderr: stderr.write,
  cwd: process.cwd(),
  color: process.stdout.isTTY && !process.env['NO_COLOR'],
});
// What a command leaves open must not keep the process; what it wrote must still get out.
await stdout.flushed();
const lost = stdout.failure();
if (lost !== undefined) stderr.write(`The output could not be written: ${lost}.\n`);
await stderr.flushed();
process.exit(lost === undefined || exitCode !== 0 ? exitCode : 1);
