/**
 * The entry that `bin/voxgraph.js` loads: runs this process's command line and ends the process.
 * @module
 */
import { voxgraph } from './program.js';

const exitCode = await voxgraph(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  cwd: process.cwd(),
  color: process.stdout.isTTY && !process.env['NO_COLOR'],
});
// What a command leaves open must not keep the process; what it wrote must still get out.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
