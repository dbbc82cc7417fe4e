// Runs many graphs in real time in this process and prints how late their ticks were and what they cost.
import { join } from 'node:path';
import { createEngine } from '../../dist/index.js';
import { MUSIC, ROOT } from '../lib/machine.ts';

const [graphs = 0, seconds = 0] = process.argv.slice(2).map(Number);
const engine = createEngine();
const sessions = [];
for (let i = 0; i < graphs; i++) {
  sessions.push(await engine.run(join(ROOT, 'bench/graphs/w6.json'), { call: `room:bench-${i}`, params: { music: MUSIC } }));
}
const cpu = process.cpuUsage();
const from = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const { user, system } = process.cpuUsage(cpu);
const wallUs = (performance.now() - from) * 1000;
const all = await Promise.all(sessions.map(async (session) => (await session.stats()).stats));
console.log(
  JSON.stringify({
    cpuPercent: ((user + system) / wallUs) * 100,
    beats: all.map((stats) => stats.beat),
    underruns: all.reduce((sum, stats) => sum + (stats.nodes['music']?.counters.underruns ?? 0), 0),
    rssMb: process.resourceUsage().maxRSS / 1024,
  }),
);
await engine.close();
