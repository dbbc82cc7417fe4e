// Plays a file several times in one process and prints how long each took from `engine.run` to the first packet one can hear, in ms.
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { InProcessHost, builtinNodes, createEngine, createRealtimeScheduler, createRegistry } from '../../dist/bundle/index.js';
import type { CallMediaFactory, Packet } from '../../dist/bundle/index.js';
import { MUSIC, ROOT } from '../lib/machine.ts';

const SILENCE_DBOV = -127;
const plays = Number(process.argv[2]);
const scheduler = createRealtimeScheduler();
const registry = createRegistry(builtinNodes);
let heard: (packet: Packet) => void = () => {};

const room: CallMediaFactory = async () => ({
  gateway: {
    participants$: new Subject(),
    personalMixes$: new Subject(),
    sendAudio: (packet) => heard(packet),
  },
  events$: new Subject(),
  request: async () => null,
  stats: () => null,
  close: async () => {},
});

const engine = createEngine({ registry, scheduler, host: new InProcessHost({ registry, scheduler, backends: { room } }) });
const times: number[] = [];
for (let i = 0; i < plays; i++) {
  const from = performance.now();
  const first = new Promise<number>((resolve) => {
    heard = (packet) => {
      if ((packet.levelDbov ?? 0) > SILENCE_DBOV) resolve(performance.now() - from);
    };
  });
  const session = await engine.run(join(ROOT, 'bench/graphs/w6.json'), { call: `room:start-${i}`, params: { music: MUSIC } });
  times.push(await first);
  await session.stop();
}
console.log(JSON.stringify(times));
await engine.close();
scheduler.close();
