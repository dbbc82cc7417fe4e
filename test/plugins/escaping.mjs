/**
 * From dist, which the tests build: a process with a plugin that lets things escape, as its argument says. It prints the faults that were told and then what is still alive.
 * @module
 */
import { createEngine } from '../../dist/engine.js';
import { containEscapes } from '../../dist/graph/run/escapes.js';
import { definePlugin } from '../../dist/plugins/define-plugin.js';

const how = process.argv[2];
containEscapes();
const engine = createEngine();
engine.events$.subscribe((event) => {
  if (event.type === 'plugin.faulted') process.stdout.write(`${event.plugin} ${event.where}: ${event.problem.message}\n`);
});
const escape = () => {
  if (how === 'timer')
    setTimeout(() => {
      throw new Error('in a timer');
    }, 5);
  else if (how === 'promise')
    void Promise.resolve().then(() => {
      throw new Error('in a promise');
    });
  else if (how === 'exit') process.exit(7);
};
await engine.use(definePlugin({ name: 'leaky', version: '1.0.0', description: 'Leaks.', setup: escape }));
if (how === 'nobody')
  setTimeout(() => {
    throw new Error('of nobody');
  }, 5);
await new Promise((resolve) => setTimeout(resolve, 100));
process.stdout.write(
  `alive: ${engine
    .plugins()
    .map(({ name, faults }) => `${name} ${faults}`)
    .join()}\n`,
);
await engine.close();
process.exit(0);
