import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TelegramPort } from '../../../src/calls/telegram/port.js';
import { type DataCentre, startDataCentre } from '../../harness/telegram/data-centre.js';
import { connectAs, expectClean } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

interface Written {
  readonly id: number;
  readonly message: string;
}

/**
 * What the local data centre gives to whoever missed updates that carry a pts (https://core.telegram.org/api/updates). Calls need none of it,
 * as their updates carry none; other clients that are tested against it do.
 */
describe.each(Object.keys(LIBRARIES))('what was missed comes by the difference, with %s', (name) => {
  let centre: DataCentre;
  let port: TelegramPort;
  let anna: bigint;
  let bert: bigint;
  beforeAll(async () => {
    centre = await startDataCentre();
    anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna' });
    bert = await centre.addUser({ phone: '491522222222', firstName: 'Bert' });
    port = await connectAs(await LIBRARIES[name]!(), centre, anna);
  });
  afterAll(async () => {
    await port.close();
    await centre.close();
  });

  it.each(['group', 'channel'] as const)('in a %s', async (kind) => {
    const username = kind === 'channel' ? { username: `gap${name}` } : {};
    const chat = await centre.addChat({ kind, title: 'Gap', members: [anna, bert], ...username });
    const heard = new Map<number, string>();
    let pts = 0;
    const take = ({ id, message }: Written): void => void heard.set(id, message);
    const type = kind === 'channel' ? 'UpdateNewChannelMessage' : 'UpdateNewMessage';
    let missing = 0;
    const subscription = port.updates$.subscribe(({ update }) => {
      if (update.className !== type) return;
      const { message, pts: at } = update as unknown as { message: Written; pts: number };
      // A hole in the numbers: something before it is missing.
      if (pts !== 0 && at > pts + 1) missing++;
      else pts = at;
      take(message);
    });
    const peer =
      kind === 'channel'
        ? { ...(await centre.inputOf(bert, 'channel', chat)), _: 'InputPeerChannel' }
        : { _: 'InputPeerChat', chatId: chat };
    const write = (text: string) => centre.invokeAs(bert, { _: 'messages.SendMessage', peer, message: text, randomId: 1n });
    await write('one');
    await expect.poll(() => heard.size).toBe(1);
    await centre.updateFault({ user: anna, update: type, kind: 'drop', times: 2 });
    for (const text of ['two', 'three', 'four']) await write(text);
    // teleproto finds the hole and asks by itself: another implementation takes what the data centre gives.
    if (name === 'teleproto') {
      await expect.poll(() => heard.size).toBe(4);
      const method = kind === 'channel' ? 'updates.GetChannelDifference' : 'updates.GetDifference';
      expect(centre.methods()).toContain(method);
      subscription.unsubscribe();
      return expectClean(centre);
    }
    await expect.poll(() => heard.size).toBe(2);
    expect(missing).toBe(1);
    const { api } = port;
    const got =
      kind === 'channel'
        ? await port.invoke(
            new api.updates.GetChannelDifference({
              channel: await channelOf(chat),
              filter: new api.ChannelMessagesFilterEmpty(),
              pts,
              limit: 100,
            }),
          )
        : await port.invoke(new api.updates.GetDifference({ pts, date: 0, qts: 0 }));
    if (!('newMessages' in got)) throw new Error(got.className);
    for (const message of got.newMessages) take(message as unknown as Written);
    expect([...heard].toSorted(([a], [b]) => a - b).map(([, text]) => text)).toEqual(['one', 'two', 'three', 'four']);
    // Who knows it all is told that there is nothing.
    const state = 'state' in got ? (got.state as { pts: number }) : (got as { pts: number });
    const again =
      kind === 'channel'
        ? await port.invoke(
            new api.updates.GetChannelDifference({
              channel: await channelOf(chat),
              filter: new api.ChannelMessagesFilterEmpty(),
              pts: state.pts,
              limit: 100,
            }),
          )
        : await port.invoke(new api.updates.GetDifference({ pts: state.pts, date: 0, qts: 0 }));
    expect(again.className).toMatch(/DifferenceEmpty$/);
    subscription.unsubscribe();
    expectClean(centre);
  });

  async function channelOf(chat: bigint) {
    const { accessHash } = (await centre.inputOf(anna, 'channel', chat)) as { accessHash?: bigint };
    return new port.api.InputChannel({ channelId: chat as never, accessHash: accessHash as never });
  }
});
