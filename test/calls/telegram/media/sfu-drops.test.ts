import { afterEach, describe, expect, it } from 'vitest';
import { isMedia, isRtcp } from '../../../../src/calls/webrtc/rtp.js';
import { BELIEFS, type Dropped, LocalSfu } from '../../../harness/telegram/sfu/local-sfu.js';
import { Party } from '../support/party.js';

/**
 * What the local SFU does with clients that are gone: each belief stands with its source at `SfuBeliefs`. The times are those of the belief,
 * so that a test fails when either changes.
 */
describe('the local SFU drops', () => {
  let party: Party;
  let dropped: Dropped[];
  /** What of Anna's packets reaches it. */
  let passes: (data: Buffer) => boolean;
  afterEach(() => party.end());

  async function start(): Promise<void> {
    passes = () => true;
    party = await Party.start({
      network: ({ user }) =>
        user === 'anna'
          ? {
              inbound: (data, pass) => void (passes(data) && pass(data)),
              outbound: (data, pass) => void (passes(data) && pass(data)),
            }
          : undefined,
    });
    dropped = [];
    expect(party.sfu).toBeInstanceOf(LocalSfu);
    party.sfu.dropped$.subscribe((one) => dropped.push(one));
  }

  const reasons = (): string[] => dropped.map(({ place, reason }) => `${place.user} ${reason}`);

  it('who never connects, after 20 s', async () => {
    await start();
    passes = () => false;
    await party.caller('anna').join();
    await party.play(BELIEFS.unconnectedMs - 1500);
    expect(reasons()).toEqual([]);
    await party.play(3000);
    expect(reasons()).toEqual(['anna never-connected']);
  });

  it('who vanishes without a word, after 20 s, and nobody else', async () => {
    await start();
    const anna = await party.join('anna');
    await party.join('bert');
    passes = () => false;
    await party.play(BELIEFS.vanishedMs - 1500);
    expect(reasons()).toEqual([]);
    await party.play(3000);
    expect(reasons()).toEqual(['anna vanished']);
    // The client has seen it before: it would join anew.
    expect(anna.transportEvents.map(({ type }) => type)).toContain('network.lost');
  });

  it('who sends no media, after 50 s, though its path is alive; our silence is media', async () => {
    await start();
    await party.join('anna');
    await party.join('bert');
    await party.play(BELIEFS.silentMs! + 3000);
    expect(reasons()).toEqual([]);
    passes = (data) => !isMedia(data) || isRtcp(data);
    await party.play(BELIEFS.silentMs! - 1500);
    expect(reasons()).toEqual([]);
    await party.play(3000);
    expect(reasons()).toEqual(['anna silent']);
  }, 60_000);
});
