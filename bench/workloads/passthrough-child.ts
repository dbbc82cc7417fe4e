// Runs many calls in real time in this process, each of which sends an Opus file as SRTP to a port of this machine, and prints what
// they cost once all run. With "encode" the packets are decoded and encoded again; the last argument joins packets to 40 or 60 ms.
import { createSocket } from 'node:dgram';
import { randomBytes, randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { BehaviorSubject, EMPTY } from 'rxjs';
import { SrtpCipher } from '../../dist/calls/webrtc/srtp-cipher.js';
import { deriveSessionKeys } from '../../dist/calls/webrtc/srtp-keys.js';
import { RtpSender } from '../../dist/calls/webrtc/rtp-sender.js';
import { graphFromObject } from '../../dist/graph/load.js';
import { GraphRun } from '../../dist/graph/run/graph-run.js';
import { createRegistry } from '../../dist/graph/registry.js';
import { builtinNodes } from '../../dist/nodes/index.js';
import { phaseFor } from '../../dist/time/phase.js';
import { createRealtimeScheduler } from '../../dist/time/realtime.js';
import { OPUS } from '../lib/machine.ts';

const [count = '100', seconds = '20', how = 'copy', profile = 'AEAD_AES_128_GCM', frameMs = '20'] = process.argv.slice(2);
const calls = Number(count);

const registry = createRegistry(builtinNodes);
const plan = graphFromObject(
  {
    version: 1,
    nodes: {
      song: { type: 'source.file', options: { src: OPUS, loop: true } },
      gain: { type: 'effect.gain', in: { audio: 'song' } },
      opus: { type: 'encode.opus', in: { audio: 'gain' }, options: { passthrough: how === 'copy', frameMs: Number(frameMs) } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    },
  },
  { registry },
);
const scheduler = createRealtimeScheduler();
// Nothing reads: the kernel drops what does not fit, so that only sending is measured. A socket of this thread would be read by its
// event loop, whether anybody listens or not; the thread that has this one never comes back to its own.
const receiver = new Worker(
  `const { parentPort } = require('node:worker_threads');
  const socket = require('node:dgram').createSocket('udp4');
  socket.bind(0, '127.0.0.1', () => {
    parentPort.postMessage(socket.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });`,
  { eval: true },
);
const port = await new Promise<number>((done) => receiver.once('message', done));

const runs: GraphRun[] = [];
const senders: RtpSender[] = [];
for (let i = 0; i < calls; i++) {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await new Promise((done) => socket.once('listening', done));
  socket.connect(port, '127.0.0.1');
  await new Promise((done) => socket.once('connect', done));
  const keys = deriveSessionKeys(profile as 'AEAD_AES_128_GCM', randomBytes(16), randomBytes(profile.includes('GCM') ? 12 : 14));
  const sender = new RtpSender({
    ssrc: randomInt(2 ** 32),
    payloadType: 111,
    extensions: { audioLevel: 1, transportCc: 3, mid: 4 },
    mid: '0',
    cipher: new SrtpCipher(keys),
    transmit: (datagram) => socket.send(datagram),
    random32: () => randomInt(2 ** 32),
  });
  senders.push(sender);
  const run = new GraphRun({
    id: `call-${i}`,
    plan,
    registry,
    scheduler,
    phaseUs: phaseFor(i, 20_000),
    onEvent: () => {},
    gateway: {
      participants$: EMPTY,
      personalMixes$: new BehaviorSubject<ReadonlySet<string>>(new Set()),
      sendAudio: (packet) => sender.send(packet, scheduler.nowUs()),
    },
  });
  await run.start();
  runs.push(run);
}
await new Promise((done) => setTimeout(done, 3000));
const sent = () => senders.reduce((sum, { stats }) => sum + stats.packets, 0);
const sentBefore = sent();
const cpu = process.cpuUsage();
const from = performance.now();
await new Promise((done) => setTimeout(done, Number(seconds) * 1000));
const { user, system } = process.cpuUsage(cpu);
const wallUs = (performance.now() - from) * 1000;
const packets = sent() - sentBefore;
const counters = runs.map((run) => run.stats().nodes['opus']!.counters);
console.log(
  JSON.stringify({
    cpuPercent: ((user + system) / wallUs) * 100,
    userPercent: (user / wallUs) * 100,
    packets,
    expectedPackets: Math.round((wallUs / 1000 / Number(frameMs)) * calls),
    copied: counters.reduce((sum, { copied = 0 }) => sum + copied, 0),
    encoded: counters.reduce((sum, { encoded = 0 }) => sum + encoded, 0),
    rssMb: process.resourceUsage().maxRSS / 1024,
  }),
);
process.exit(0);
