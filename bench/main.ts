/**
 * Measures voxgraph against its peers on this machine: see README.md beside this file.
 *
 *     npm run bench -- [W1 W1gainecho W1p W2a W3 W4 W5 W6 W6x60 W7 W8 W9 plugins plugin-events storage start loudness console feed telegram room-video] [--runs 3] [--json]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { sentence, type Result } from './lib/result.ts';
import { change } from './workloads/change.ts';
import { consoleCost } from './workloads/console.ts';
import { feed } from './workloads/feed.ts';
import { forty, oneRadio } from './workloads/forty.ts';
import { loudness } from './workloads/loudness.ts';
import { noop } from './workloads/noop.ts';
import { pacing } from './workloads/pacing.ts';
import { passthrough } from './workloads/passthrough.ts';
import { pluginEvents } from './workloads/plugin-events.ts';
import { plugins } from './workloads/plugins.ts';
import { render } from './workloads/render.ts';
import { roomVideo } from './workloads/room-video.ts';
import { start } from './workloads/start.ts';
import { storage } from './workloads/storage.ts';
import { telegram } from './workloads/telegram.ts';

const WORKLOADS: Readonly<Record<string, (runs: number) => Promise<Result>>> = {
  W1: (runs) => render('W1', runs),
  W1gainecho: (runs) => render('W1gainecho', runs),
  W1p: passthrough,
  W2a: (runs) => render('W2a', runs),
  W4: (runs) => render('W4', runs),
  W3: (runs) => render('W3', runs),
  W5: noop,
  W6: () => forty(),
  W6x60: () => forty(60, 10),
  W7: change,
  W8: pacing,
  W9: oneRadio,
  plugins,
  'plugin-events': pluginEvents,
  storage,
  start,
  loudness,
  console: consoleCost,
  feed: () => feed(),
  telegram,
  'room-video': roomVideo,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
  });
  const runs = Number(values.runs);
  const unknown = positionals.filter((name) => !(name in WORKLOADS));
  if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
    console.error(`Usage: npm run bench -- [${Object.keys(WORKLOADS).join(' ')}] [--runs N] [--json]`);
    return 2;
  }
  let failed = false;
  for (const name of positionals.length > 0 ? positionals : Object.keys(WORKLOADS)) {
    const [load = 0] = loadavg();
    if (load > 1) console.error(`Load ${load.toFixed(1)}: other programs are running, so figures of time will be too high.`);
    try {
      const result = await WORKLOADS[name]!(runs);
      console.log(values.json ? JSON.stringify({ ...result, load: Number(load.toFixed(2)) }) : sentence(result));
    } catch (error) {
      failed = true;
      console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed ? 1 : 0;
}

process.exitCode = await main();
