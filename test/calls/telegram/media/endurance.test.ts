import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Party } from '../support/party.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const AT_ONCE = 10;
const ROUNDS = 20;

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'UDPWrap').length;
}

it('200 times joining and leaving keeps neither memory nor sockets', async () => {
  const party = await Party.start();
  const before = sockets();
  const grown: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const names = Array.from({ length: AT_ONCE }, (_, n) => `guest ${n}`);
    const guests = await Promise.all(names.map((name) => party.join(name)));
    await guests[0]!.say(1000);
    await party.until(() => guests.at(-1)!.media.stats().connection!.incoming.length === AT_ONCE - 1);
    for (const guest of guests) guest.leave();
    await Promise.all(guests.map((guest) => guest.media.close()));
    await party.stopTalking();
    party.callers.clear();
    if (round % 5 === 4) grown.push(heapMb());
  }
  expect(party.sfu.size).toBe(0);
  await expect.poll(sockets).toBe(before);
  // After the first fifty everything is loaded and compiled.
  expect(grown.at(-1)! - grown[0]!, `heap after 50, 100, 150 and 200, in MB: ${grown.join(', ')}`).toBeLessThan(3);
  await party.end();
}, 120_000);
