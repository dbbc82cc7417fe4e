import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makePart, second } from '../harness/telegram/broadcast/make-part.js';
import { Guest } from '../harness/telegram/guest.js';
import { readBack } from '../graphs/render-graph.js';
import { toneDb } from '../integration/support/listen.js';
import { played, TelegramStack } from './support/telegram-stack.js';

const PEAK_DB = 20 * Math.log10(0.25);
const T0 = 1_700_000_000_000;

/** Everything real but Telegram itself; who speaks is heard by parts that the data centre has. */
describe('a Telegram call that is broadcast, through the whole stack', () => {
  let stack: TelegramStack;
  beforeAll(async () => void (stack = await TelegramStack.start()));
  beforeEach(() => stack.open({ joinMuted: true }));
  afterEach(() => stack.clear());
  afterAll(() => stack.close());

  it('is recorded by a graph, the speaker by his name and tone', async () => {
    const { centre, anna, bert, place } = stack;
    const speaker = new Guest(centre, bert, place.call);
    await speaker.join(777);
    for (let n = 0; n < 12; n++) {
      const timeMs = T0 + n * 1000;
      await centre.addPart(
        place.call,
        timeMs,
        await makePart([second(600, timeMs)], [{ source: 777, channel: 0, fromFrame: 0 }]),
      );
    }
    await centre.set({ clockSec: T0 / 1000 + 11 });
    const engine = await stack.engineFor(anna, 'anna');
    const path = join(stack.folder, '{participant}.flac');
    const session = await stack.run(engine, {
      room: { type: 'source.participants' },
      each: {
        type: 'flow.split',
        in: { audio: 'room' },
        options: { nodes: { file: { type: 'sink.file', in: { audio: 'voice' }, options: { path, channels: 1 } } }, out: 'voice' },
      },
      opus: { type: 'encode.opus', in: { audio: 'each' } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    });
    expect(engine.state.calls[place.address]).toMatchObject({ status: 'live' });
    // Parts come as time goes on.
    for (let n = 12; n < 20; n++) {
      const timeMs = T0 + n * 1000;
      await centre.addPart(
        place.call,
        timeMs,
        await makePart([second(600, timeMs)], [{ source: 777, channel: 0, fromFrame: 0 }]),
      );
    }
    await played(session, 4);
    await session.stop();
    await session.ended;
    await speaker.leave();
    const { planes } = await readBack(join(stack.folder, `${bert}.flac`));
    // It begins with silence while parts are gathered.
    const from = planes[0]!.findIndex((x) => Math.abs(x) > 0.1);
    const whole = planes[0]!.subarray(from);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(whole.length / 48_000).toBeGreaterThan(1.3);
    // A busy machine may leave out beats; what it does not leave out is as loud as it was.
    const levels = Array.from({ length: 10 }, (_, n) => toneDb(whole, 600, 0.1 + n / 10, 0.2 + n / 10)).toSorted((a, b) => b - a);
    expect(levels[0]).toBeGreaterThan(PEAK_DB - 1);
    expect(levels[4]).toBeGreaterThan(PEAK_DB - 3);
    expect(toneDb(whole, 900, 0.1, 1.1)).toBeLessThan(-40);
  }, 60_000);
});
