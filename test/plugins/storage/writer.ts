/**
 * Writes to a database without end until it is killed, and says what was acknowledged: a line `set KEY` or `count N` each.
 * Run as `writer.ts DIR RUN PARALLEL`.
 */
import { writeSync } from 'node:fs';
import { z } from 'zod';
import { pluginStorage } from '../../../src/plugins/storage.js';
import { sqliteStorage } from '../../../src/plugins/sqlite/sqlite-storage.js';

const [dir = '', run = '', parallel = '1'] = process.argv.slice(2);
const storage = pluginStorage(sqliteStorage({ dir }), 'writer');
const say = (line: string) => writeSync(1, `${line}\n`);

async function write(writer: number): Promise<never> {
  for (let n = 0; ; n++) {
    const key = `${run}/${writer}/${n}`;
    await storage.set(key, { key, filler: 'x'.repeat((n * 37) % 3000) });
    say(`set ${key}`);
    say(`count ${await storage.update('count', z.number(), (count = 0) => count + 1)}`);
  }
}

await Promise.all(Array.from({ length: Number(parallel) }, (_, writer) => write(writer)));
