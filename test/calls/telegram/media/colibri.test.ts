import { beforeEach, describe, expect, it } from 'vitest';
import { Colibri } from '../../../../src/calls/telegram/media/colibri.js';
import { createVirtualScheduler, type VirtualScheduler } from '../../../../src/time/virtual.js';

let clock: VirtualScheduler;
let said: Record<string, unknown>[];
let heights: number[];
let colibri: Colibri;
beforeEach(() => {
  clock = createVirtualScheduler();
  said = [];
  heights = [];
  colibri = new Colibri({
    timers: clock,
    send: (text) => said.push(JSON.parse(text) as Record<string, unknown>),
    onHeight: (lines) => heights.push(lines),
  });
});
const ideal = (idealHeight: unknown) =>
  colibri.receive(JSON.stringify({ colibriClass: 'SenderVideoConstraints', videoConstraints: { idealHeight } }));

describe('the talk over the data channel', () => {
  it('says which videos are wanted when it opens, soon after a change, and every 5 s', () => {
    colibri.want('early', 360);
    clock.advanceBy(9000);
    expect(said).toEqual([]);
    colibri.opened();
    expect(said).toEqual([
      {
        colibriClass: 'ReceiverVideoConstraints',
        defaultConstraints: { maxHeight: 0 },
        constraints: { early: { minHeight: 180, maxHeight: 360 } },
        onStageEndpoints: [],
      },
    ]);
    colibri.want('late', 720);
    colibri.want('early', undefined);
    colibri.want('late', 720);
    clock.advanceBy(99);
    expect(said).toHaveLength(1);
    clock.advanceBy(1);
    expect(said[1]).toMatchObject({ constraints: { late: { maxHeight: 720 } }, onStageEndpoints: ['late'] });
    clock.advanceBy(15_000);
    expect(said).toHaveLength(5);
    colibri.close();
    clock.advanceBy(60_000);
    expect(said).toHaveLength(5);
  });

  it('raises our picture at once, and lowers it when that has lasted', () => {
    ideal(180);
    ideal(720);
    expect(heights).toEqual([180, 720]);
    ideal(0);
    clock.advanceBy(1999);
    ideal(360);
    clock.advanceBy(1999);
    expect(heights).toEqual([180, 720]);
    clock.advanceBy(1);
    expect(heights).toEqual([180, 720, 360]);
  });

  it('passes over what it does not know', () => {
    for (const text of ['', 'null', '[]', '{', '{"colibriClass":"DominantSpeakerEndpointChangeEvent"}']) colibri.receive(text);
    colibri.receive('{"colibriClass":"SenderVideoConstraints"}');
    ideal('much');
    ideal(null);
    expect(heights).toEqual([]);
  });
});
