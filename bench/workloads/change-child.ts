// Changes an effect many times while a graph plays, and prints how long each took to be heard, in ms, and gaps between packets.
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { InProcessHost, builtinNodes, createEngine, createRealtimeScheduler, createRegistry } from '../../dist/bundle/index.js';
import type { CallMediaFactory, Packet } from '../../dist/bundle/index.js';
import { MUSIC, ROOT } from '../lib/machine.ts';

const changes = Number(process.argv[2]);
/** Down to −40 dB and up again: whatever the music does, a packet is above this with the one and below with the other. */
const BETWEEN_DBOV = -40;
const scheduler = createRealtimeScheduler();
const registry = createRegistry(builtinNodes);
let heard: (packet: Packet) => void = () => {};
let expectedUs = -1;
let gaps = 0;

const room: CallMediaFactory = async () => ({
  gateway: {
    participants$: new Subject(),
    personalMixes$: new Subject(),
    sendAudio: (packet) => {
      if (expectedUs >= 0 && packet.ptsUs !== expectedUs) gaps++;
      expectedUs = packet.ptsUs + packet.durationUs;
      heard(packet);
    },
  },
  events$: new Subject(),
  request: async () => null,
  stats: () => null,
  close: async () => {},
});

const engine = createEngine({ registry, scheduler, host: new InProcessHost({ registry, scheduler, backends: { room } }) });
const session = await engine.run(join(ROOT, 'bench/graphs/w6.json'), { call: 'room:change', params: { music: MUSIC } });
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
await pause(500);
const times: number[] = [];
for (let i = 0; i < changes; i++) {
  // At every phase of the 20 ms.
  await pause(100 + ((i * 7) % 20));
  const down = i % 2 === 0;
  const from = performance.now();
  const changed = new Promise<number>((resolve) => {
    heard = ({ levelDbov = 0 }) => {
      if (levelDbov < BETWEEN_DBOV === down) resolve(performance.now() - from);
    };
  });
  await session.setOptions('gain', { gainDb: down ? -60 : -3 });
  times.push(await changed);
}
console.log(JSON.stringify({ times, gaps }));
await engine.close();
scheduler.close();
