// The local SFU of the tests in a process of its own, so that its cost is nobody's. Spoken to as the peers of test/interop are.
import { createInterface } from 'node:readline';
import { LocalSfu } from '../../test/harness/telegram/sfu/local-sfu.js';
import { createRealtimeScheduler } from '../../src/time/realtime.js';

interface Asked {
  readonly id: number;
  readonly op: 'join' | 'leave' | 'audible' | 'received';
  readonly call: string;
  readonly user: string;
  readonly params: string;
}

const timers = createRealtimeScheduler();
const sfu = await LocalSfu.start({ timers });
const place = ({ call, user }: Asked) => ({ call, user, source: 0, presentation: false });

async function handle(asked: Asked): Promise<object> {
  if (asked.op === 'join') return { answer: await sfu.join(place(asked), asked.params) };
  const client = sfu.client(place(asked));
  if (!client) throw new Error(`${asked.user} is not in ${asked.call}`);
  switch (asked.op) {
    case 'leave':
      sfu.leave(place(asked));
      return {};
    case 'audible': {
      while (client.audibleUs === undefined) await new Promise((done) => setTimeout(done, 10));
      return { afterMs: (client.audibleUs - client.joinedUs) / 1000 };
    }
    case 'received': {
      const { packets = 0, bytes = 0 } = client.received.get(client.request.source)?.stats ?? {};
      return { packets, bytes, atMs: timers.nowUs() / 1000 };
    }
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const asked = JSON.parse(line) as Asked;
    handle(asked).then(
      (answer) => console.log(JSON.stringify({ id: asked.id, ...answer })),
      (error: unknown) => console.log(JSON.stringify({ id: asked.id, error: String(error) })),
    );
  })
  .on('close', () => process.exit(0));
