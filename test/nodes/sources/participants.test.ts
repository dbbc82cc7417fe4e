import { describe, expect, it } from 'vitest';
import { participants } from '../../../src/nodes/sources/participants.js';
import { drawMarbles, renderNode } from '../../../src/testing/index.js';
import { fakeGateway, joins } from '../support/gateway.js';

describe('source.participants', () => {
  it('gives a branch for each participant, pulled once a tick', async () => {
    const gateway = fakeGateway();
    gateway.participants$.next(joins('ann', 0.01));
    gateway.participants$.next(joins('bob', 0.02, 'concealed'));
    const { outputs, counters } = await renderNode(participants, { gateway, durationMs: 60 });
    const { ann, bob } = outputs.audio!.branches;
    expect(drawMarbles(ann!)).toBe('aaa');
    expect(drawMarbles(bob!)).toBe('bbb');
    expect(ann!.frames.map((frame) => frame.ptsUs)).toEqual([0, 20_000, 40_000]);
    expect(counters).toEqual({ concealed: 3 });
  });

  it('ends the branch of who leaves, and begins one for who comes back', async () => {
    const gateway = fakeGateway();
    gateway.participants$.next(joins('ann', 0.01));
    let seen = 0;
    gateway.participants$.next({
      type: 'joined',
      participantId: 'clock',
      audio: {
        participantId: 'clock',
        pull: (out) => {
          for (const plane of out.planes) plane.fill(0);
          out.silent = true;
          if (++seen === 2) gateway.participants$.next({ type: 'left', participantId: 'ann' });
          if (seen === 4) gateway.participants$.next(joins('ann', 0.03));
          return 'silent';
        },
      },
    });
    const { outputs } = await renderNode(participants, { gateway, durationMs: 120 });
    expect(outputs.audio!.branches['ann']!.frames.map(({ tick, planes }) => [tick, planes[0]![0]!.toFixed(2)])).toEqual([
      [0, '0.01'],
      [1, '0.01'],
      [4, '0.03'],
      [5, '0.03'],
    ]);
  });

  it("leaves out the listener's own voice in a personal mix", async () => {
    const gateway = fakeGateway();
    gateway.participants$.next(joins('ann', 0.01));
    gateway.participants$.next(joins('bob', 0.02));
    const { outputs } = await renderNode(participants, { gateway, personalMixOf: 'ann', durationMs: 40 });
    expect(Object.keys(outputs.audio!.branches)).toEqual(['bob']);
  });

  it('hears at most so many, and the next when one leaves', async () => {
    const gateway = fakeGateway();
    for (const id of ['a', 'b', 'c']) gateway.participants$.next(joins(id, 0.01));
    const full = await renderNode(participants, { gateway, options: { maxSpeakers: 2 }, durationMs: 20 });
    expect(Object.keys(full.outputs.audio!.branches)).toEqual(['a', 'b']);
    gateway.participants$.next({ type: 'left', participantId: 'a' });
    const { outputs } = await renderNode(participants, { gateway, options: { maxSpeakers: 2 }, durationMs: 20 });
    expect(drawMarbles(outputs.audio!.branches['c']!)).toBe('a');
  });

  it('ends with the call', async () => {
    const gateway = fakeGateway();
    gateway.participants$.next(joins('ann', 0.01));
    gateway.participants$.complete();
    const { outputs } = await renderNode(participants, { gateway });
    expect(outputs.audio!.end).toEqual({ tick: 0 });
    expect(drawMarbles(outputs.audio!.branches['ann']!)).toBe('|');
  });

  it('has nobody in a rendering without a call, and refuses to run live without one', async () => {
    const { outputs } = await renderNode(participants);
    expect(outputs.audio!.end).toBeDefined();
    await expect(renderNode(participants, { offline: false })).rejects.toThrow(/needs a call/);
  });
});
