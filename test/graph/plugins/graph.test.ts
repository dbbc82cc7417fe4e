import { map } from 'rxjs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkGraphText, graphFromObject } from '../../../src/graph/load.js';
import { latencyLedger } from '../../../src/graph/plan/latency.js';
import { latencyText, planText, planReport } from '../../../src/graph/plan/report.js';
import { passthroughOf } from '../../../src/graph/plan/passthrough.js';
import type { PluginMedia } from '../../../src/graph/plugin-media.js';
import { createRegistry } from '../../../src/graph/registry.js';
import type { AudioFrame } from '../../../src/media/frame.js';
import { builtinNodes } from '../../../src/nodes/index.js';
import { adder, entry, plugin, samples } from '../../nodes/plugins/chain-lab.js';
import { packetsOf, same } from '../passthrough/rig.js';
import { PluginRig, supplyOf } from './rig.js';

const TUNE = fileURLToPath(new URL('../../../media/tune.opus', import.meta.url));
const registry = createRegistry(builtinNodes);
const late = (name: string, latencyMs: unknown): PluginMedia =>
  plugin(name, { latencyMs, stage: () => map((frame: AudioFrame) => frame) } as never);
/** With the sink of the rig. */
const rigRegistry = () => new PluginRig(nodes, []).registry;
const nodes = {
  tone: { type: 'source.tone', options: { durationMs: 4000, channels: 1 } },
  fx: { type: 'plugin.audio', in: { audio: 'tone' } },
  ear: { type: 'sink.ear', in: { audio: 'fx' } },
};

describe('the plan of a graph with plugins', () => {
  const supply = supplyOf(
    late('look', ({ aheadMs = 5 }) => aheadMs),
    late('vocoder', 10),
    late('off', 99),
    adder('plus'),
  );
  const plugins = { look: { config: { aheadMs: 7.5 } }, vocoder: { priority: 5 }, off: { enabled: false }, plus: {} };
  const load = (more: object) => graphFromObject({ version: 1, plugins, nodes: more }, { registry, pluginSupply: supply });

  it('has the delay that operators declare for their configs, and shows whose it is', () => {
    const plan = load({ ...nodes, ear: { type: 'sink.null', in: { audio: 'fx' } } });
    expect(plan.nodes[1]!.operators).toEqual([
      { plugin: 'vocoder', latencyMs: 10 },
      { plugin: 'look', latencyMs: 7.5 },
      { plugin: 'plus', latencyMs: 0 },
    ]);
    expect(latencyLedger(plan, registry)[0]!.totalMs).toBe(17.5);
    expect(latencyText(plan, registry)).toMatch(/fx +plugin\.audio +17\.5 ms +17\.5 ms +vocoder 10 ms, look 7\.5 ms\n/);
  });

  it('holds another branch of the same source back for them', () => {
    const plan = load({
      tone: nodes.tone,
      fx: { ...nodes.fx, options: { only: ['look'] } },
      mix: { type: 'mix.sum', in: { audio: ['tone', 'fx'] } },
      out: { type: 'sink.null', in: { audio: 'mix' } },
    });
    expect(plan.nodes.find(({ type }) => type === 'flow.delay')!.options).toEqual({ delayMs: 7.5 });
  });

  it('is made although a declaration is nonsense: that is told when it runs', () => {
    const odd = supplyOf(
      late('odd', () => {
        throw new Error('no idea');
      }),
      late('odder', NaN),
    );
    const plan = graphFromObject(
      { version: 1, plugins: { odd: {}, odder: {} }, nodes: { ...nodes, ear: { type: 'sink.null', in: { audio: 'fx' } } } },
      { registry, pluginSupply: odd },
    );
    expect(plan.nodes[1]!.operators!.map(({ latencyMs }) => latencyMs)).toEqual([0, 0]);
  });

  it('copies Opus packets as long as no operator is active', () => {
    const music = {
      song: { type: 'source.file', options: { src: TUNE } },
      fx: { type: 'plugin.audio', in: { audio: 'song' } },
      call: { type: 'sink.call', in: { audio: 'fx' } },
    };
    const bare = graphFromObject({ version: 1, nodes: music }, { registry });
    expect(passthroughOf(bare, registry)).toEqual([{ nodes: ['song', 'fx', 'call~opus'], active: [] }]);
    const busy = load(music);
    expect(passthroughOf(busy, registry)).toEqual([{ nodes: ['song', 'fx', 'call~opus'], active: ['fx'] }]);
    expect(planText(planReport(busy, registry))).toContain('are copied while "fx" is inactive');
  });

  it('names only plugins that there are', () => {
    const graph = { version: 1, nodes: { ...nodes, fx: { ...nodes.fx, options: { only: ['vocoder', 'vocodre'] } } } };
    const text = JSON.stringify(graph, undefined, 2);
    const { problems } = checkGraphText(text, 'g.json', { registry: rigRegistry(), plugins: ['vocoder', 'look'] });
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'UNKNOWN_PLUGIN',
        node: 'fx',
        message: expect.stringMatching(/vocodre.*Did you mean "vocoder"/) as string,
        place: expect.objectContaining({ line: text.split('\n').findIndex((line) => line.includes('vocodre')) + 1 }) as object,
      }),
    ]);
    expect(checkGraphText(text, 'g.json', { registry: rigRegistry() }).problems).toEqual([]);
  });

  it('does not make a node anew for another chain', async () => {
    const rig = new PluginRig(nodes, [adder('plus')], {});
    await rig.start();
    await rig.beats(2);
    await Promise.all([rig.run.change(rig.load(nodes, { plus: { config: { plus: 4 } } })), rig.beats(5)]);
    await rig.beats(1);
    expect(rig.last()! > 3).toBe(true);
    expect(rig.events.filter(({ type }) => type === 'graph.changed')).toEqual([]);
    await rig.run.stop();
  });
});

describe('a running graph', () => {
  it('hears no change of plugins as a click or a missed beat', async () => {
    const rig = new PluginRig(nodes, [adder('plus'), plugin('half', () => samples((x) => x / 2))]);
    await rig.start();
    const chains = [
      [entry('half')],
      [entry('half'), entry('plus', { config: { plus: 0.1 } })],
      [entry('plus', { config: { plus: 0.1 } }), entry('half')],
      [entry('plus', { config: { plus: 0.1 }, enabled: false }), entry('half')],
      [],
    ];
    for (let i = 0; i < 50; i++) {
      await rig.beats(1);
      rig.run.setPlugins(chains[i % chains.length]!);
    }
    await rig.beats(3);
    expect(rig.ticks).toEqual(rig.ticks.map((_, i) => rig.ticks[0]! + i));
    expect(rig.ticks.length).toBeGreaterThanOrEqual(52);
    expect(rig.events.filter(({ type }) => type.startsWith('plugin.') || type.startsWith('node.'))).toEqual([]);
    await rig.run.stop();
  });

  it('that only forwards an Opus file does so with a plugin.audio between, and encodes while a plugin works', async () => {
    const rig = new PluginRig(
      {
        song: { type: 'source.file', options: { src: TUNE } },
        fx: { type: 'plugin.audio', in: { audio: 'song' } },
        opus: { type: 'encode.opus', in: { audio: 'fx' } },
        call: { type: 'sink.call', in: { audio: 'opus' } },
      },
      [plugin('half', () => samples((x) => x / 2))],
    );
    await rig.start();
    const original = await packetsOf(TUNE);
    await rig.beats(20);
    const copied = () => rig.gateway.sent.map(({ packet }, i) => same(packet.data, original[i]!));
    expect(copied().filter((yes) => !yes)).toEqual([]);
    expect(copied().length).toBeGreaterThan(15);
    rig.run.setPlugins([entry('half')]);
    await rig.beats(20);
    expect(copied().at(-1)).toBe(false);
    rig.run.setPlugins([]);
    await rig.beats(40);
    expect(copied().at(-1)).toBe(true);
    await rig.run.stop();
  });

  it('names in debug mode the plugin that misuses frames, and nobody else', async () => {
    const writer = plugin('writer', () =>
      map((frame: AudioFrame) => {
        frame.planes[0]!.fill(1);
        return frame;
      }),
    );
    const rig = new PluginRig(nodes, [writer, plugin('half', () => samples((x) => x / 2))], { writer: {}, half: {} });
    await rig.start({ debug: true });
    await rig.beats(10);
    await rig.run.stop();
    const problems = rig.events.filter((event) => 'problem' in event);
    expect(new Set(problems.map((event) => event['plugin']))).toEqual(new Set(['writer']));
    expect(rig.run.stats().nodes['fx']).toMatchObject({ faults: 0, state: 'running' });
  });
});
