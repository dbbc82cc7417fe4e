// Media sides of Telegram calls with their graphs in one process, steered as ntgcalls is: `join` gives the parameters of a join, `connect` takes
// its answer.
import { createInterface } from 'node:readline';
import { joinJson, readAnswer } from '../../dist/calls/telegram/join-json.js';
import { TelegramMedia } from '../../dist/calls/telegram/media/telegram-media.js';
import { graphFromObject } from '../../dist/graph/load.js';
import { GraphRun } from '../../dist/graph/run/graph-run.js';
import { createRegistry } from '../../dist/graph/registry.js';
import type { TransportParams } from '../../dist/machines/transport.js';
import { builtinNodes } from '../../dist/nodes/index.js';
import { createRealtimeScheduler } from '../../dist/time/realtime.js';

interface Asked {
  readonly id: number;
  readonly op: 'join' | 'connect';
  readonly call: number;
  /** WAV to send. */
  readonly sound?: string;
  /** Whether everybody else is heard, as one sum. */
  readonly record?: string;
  readonly answer: string;
}

const scheduler = createRealtimeScheduler();
const registry = createRegistry(builtinNodes);
const calls = new Map<number, TelegramMedia>();

async function join({ call, sound, record }: Asked): Promise<object> {
  const media = new TelegramMedia({ addresses: ['127.0.0.1'] }, scheduler);
  const params = (await media.request({ type: 'transport.open', attempt: 1, purpose: 'camera' })) as TransportParams;
  const nodes = {
    ...(sound !== undefined && {
      song: { type: 'source.file', options: { src: sound } },
      // As ntgcalls sends it.
      opus: { type: 'encode.opus', in: { audio: 'song' }, options: { channels: 1, frameMs: 60, bitrateKbps: 32 } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    }),
    ...(record !== undefined && {
      room: { type: 'source.participants', options: { channels: 1 } },
      ear: { type: 'sink.null', in: { audio: 'room' } },
    }),
  };
  const plan = graphFromObject({ version: 1, nodes }, { registry });
  const run = new GraphRun({ id: `call-${call}`, plan, registry, scheduler, gateway: media.gateway, onEvent: () => {} });
  calls.set(call, media);
  // As ntgcalls plays before it is connected.
  await run.start();
  return { params: joinJson(params) };
}

async function connect({ call, answer }: Asked): Promise<object> {
  await calls.get(call)!.request({ type: 'transport.apply', attempt: 1, answer: readAnswer(answer) });
  return {};
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const asked = JSON.parse(line) as Asked;
    (asked.op === 'join' ? join(asked) : connect(asked)).then(
      (answer) => console.log(JSON.stringify({ id: asked.id, ...answer })),
      (error: unknown) => console.log(JSON.stringify({ id: asked.id, error: String(error) })),
    );
  })
  .on('close', () => process.exit(0));
