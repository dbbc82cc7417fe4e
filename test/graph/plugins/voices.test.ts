import { map } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { AudioFrame } from '../../../src/media/frame.js';
import { adder, entry, plugin, samples } from '../../nodes/plugins/chain-lab.js';
import { joins } from '../../nodes/support/gateway.js';
import { PluginRig } from './rig.js';

const nodes = {
  room: { type: 'source.participants', options: { channels: 1 } },
  fx: { type: 'plugin.audio', in: { audio: 'room' } },
  mix: { type: 'mix.sum', in: { audio: 'fx' }, options: { channels: 1 } },
  ear: { type: 'sink.ear', in: { audio: 'mix' } },
};

let made: (string | undefined)[] = [];
let frames = 0;
const who = plugin('who', ({ ctx }) => {
  made.push(ctx.participantId);
  return map((frame: AudioFrame) => (frames++, frame));
});
const square = plugin('square', () => samples((x) => x * x));

let rig: PluginRig;
afterEach(async () => {
  await rig.run.stop();
  made = [];
  frames = 0;
});

const begin = async (plugins = [square, who]) => {
  rig = new PluginRig(nodes, plugins, { square: {}, who: {} });
  await rig.start();
  rig.gateway.participants$.next(joins('ann', 0.2));
  rig.gateway.participants$.next(joins('ben', 0.4));
  await rig.beats(3);
};

describe('plugins on the voices of a call', () => {
  it('stand in the plan as plugin.voices, without a mix before them', () => {
    rig = new PluginRig(nodes, []);
    expect(rig.plan.nodes.map(({ id, type }) => `${id} ${type}`)).toEqual([
      'room source.participants',
      'fx plugin.voices',
      'mix mix.sum',
      'ear sink.ear',
    ]);
    rig.run = { stop: async () => {} } as never;
  });

  it('work on each voice by itself', async () => {
    await begin();
    // 0.2² + 0.4², and not (0.2 + 0.4)²
    expect(rig.last()).toBeCloseTo(0.2, 3);
    expect(made).toEqual(['ann', 'ben']);
    rig.gateway.participants$.next({ type: 'left', participantId: 'ann' });
    await rig.beats(3);
    expect(rig.last()).toBeCloseTo(0.16, 3);
  });

  it('give each listener the others as they are heard by all, and work once however many listen', async () => {
    await begin();
    rig.listeners$.next(new Set(['ann', 'ben', 'cay']));
    await rig.beats(3);
    expect(rig.last('ann')).toBeCloseTo(0.16, 3);
    expect(rig.last('ben')).toBeCloseTo(0.04, 3);
    expect(rig.last('cay')).toBeCloseTo(0.2, 3);
    expect(rig.last()).toBeCloseTo(0.2, 3);
    expect(made).toEqual(['ann', 'ben']);
    const before = frames;
    await rig.beats(10);
    expect(frames - before).toBe(20);
    rig.gateway.participants$.next(joins('cay', 0.5));
    await rig.beats(3);
    expect(rig.last('cay')).toBeCloseTo(0.2, 3);
    expect(rig.last('ann')).toBeCloseTo(0.41, 3);
    expect(made).toEqual(['ann', 'ben', 'cay']);
    rig.gateway.participants$.next({ type: 'left', participantId: 'ben' });
    await rig.beats(3);
    expect(rig.last('ann')).toBeCloseTo(0.25, 3);
    expect(rig.last('ben')).toBeCloseTo(0.29, 3);
  });

  it('keep what concerns one voice to it: a fault there is no fault of the others', async () => {
    const grudge = plugin('who', ({ ctx }) =>
      map((frame: AudioFrame) => {
        if (ctx.participantId === 'ben') throw new Error('not him');
        return frame;
      }),
    );
    await begin([square, grudge]);
    await rig.beats(70);
    expect(rig.last()).toBeCloseTo(0.2, 3);
    const told = rig.events.filter(({ type }) => type.startsWith('plugin.'));
    expect(told.map(({ type, node, participantId }) => [type, node, participantId])).toEqual([
      ['plugin.faulted', 'fx', 'ben'],
      ['plugin.faulted', 'fx', 'ben'],
      ['plugin.bypassed', 'fx', 'ben'],
    ]);
    expect(rig.run.stats().plugins!['who']).toMatchObject({ faults: 5, bypassedIn: ['fx'] });
    rig.gateway.participants$.next({ type: 'left', participantId: 'ben' });
    await rig.beats(2);
    expect(rig.run.stats().plugins!['who']).toMatchObject({ bypassedIn: [] });
  });

  it('become another chain for all voices at once, and for those who come later', async () => {
    await begin([square, adder('plus')]);
    rig.run.setPlugins([entry('plus', { config: { plus: -0.1 } })]);
    await rig.beats(3);
    expect(rig.last()).toBeCloseTo(0.4, 3);
    rig.gateway.participants$.next(joins('cay', -0.5));
    await rig.beats(3);
    expect(rig.last()).toBeCloseTo(-0.2, 3);
  });
});

it('one chain for all voices together is made by a mix before it', async () => {
  rig = new PluginRig(
    {
      room: nodes.room,
      all: { type: 'mix.sum', in: { audio: 'room' }, options: { channels: 1 } },
      fx: { type: 'plugin.audio', in: { audio: 'all' } },
      ear: { type: 'sink.ear', in: { audio: 'fx' } },
    },
    [square],
    { square: {} },
  );
  await rig.start();
  rig.gateway.participants$.next(joins('ann', 0.2));
  rig.gateway.participants$.next(joins('ben', 0.4));
  rig.listeners$.next(new Set(['ann']));
  await rig.beats(3);
  expect(rig.last()).toBeCloseTo(0.36, 3);
  expect(rig.last('ann')).toBeCloseTo(0.16, 3);
});

it('inside flow.split plugins work on the voice the copy is made for', async () => {
  rig = new PluginRig(
    {
      room: nodes.room,
      each: {
        type: 'flow.split',
        in: { audio: 'room' },
        options: { nodes: { fx: { type: 'plugin.audio', in: { audio: 'voice' } } }, out: 'fx' },
      },
      mix: { type: 'mix.sum', in: { audio: 'each' }, options: { channels: 1 } },
      ear: { type: 'sink.ear', in: { audio: 'mix' } },
    },
    [square],
    { square: {} },
  );
  await rig.start();
  rig.gateway.participants$.next(joins('ann', 0.2));
  rig.gateway.participants$.next(joins('ben', 0.4));
  await rig.beats(3);
  expect(rig.last()).toBeCloseTo(0.2, 3);
});
