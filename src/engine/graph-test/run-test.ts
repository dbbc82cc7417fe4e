import { VoxError, problem, reasonOf, type Problem } from '../../errors.js';
import { loadGraph, type LoadOptions } from '../../graph/load.js';
import type { Plan, PlanNode } from '../../graph/plan-types.js';
import { createRegistry, nearestHint, type Registry } from '../../graph/registry.js';
import type { GraphEvent } from '../../graph/run/graph-events.js';
import { GraphRun } from '../../graph/run/graph-run.js';
import { createOfflineScheduler, type OfflineScheduler } from '../../time/offline.js';
import { createPlayback, type Playback } from '../playback.js';
import { judge, type Evidence, type Verdict } from './judge.js';
import { Recording, probeNode, standInNode, withoutFiles } from './probes.js';
import { scriptCall } from './scripted-call.js';
import { scriptSounds, type ScriptedSound } from './sounds.js';
import type { GraphTestFile, LoadedTest } from './test-file.js';

/** A test that ran. */
export interface TestResult {
  /** One per expectation, in the file's order. */
  readonly verdicts: readonly Verdict[];
  /** What went wrong on the way: faults of nodes, refused options; each fails the test. */
  readonly problems: readonly Problem[];
  /** Media that ran, in seconds. */
  readonly seconds: number;
}

/** What a test's graph is checked and run with. Of its plugins the nodes and operators run, and nothing else. */
export type TestCheck = Pick<LoadOptions, 'registry' | 'plugins' | 'pluginProblems' | 'pluginSupply'>;

/**
 * Runs a graph's test in virtual time, as fast as the machine allows; nothing is heard, sent or written, and every run is the same.
 *
 * @throws VoxError when the graph does not load, or the test names nodes it does not have.
 */
export async function runGraphTest(loaded: LoadedTest, check: TestCheck, cwd: string): Promise<TestResult> {
  const { test, baseDir } = loaded;
  const { registry, pluginSupply } = check;
  const plan = loadGraph(loaded.graph, { ...check, params: test.params, cwd });
  checkNames(test, plan);
  const recordings = new Map(wiresOf(test).map((wire) => [wire, new Recording()]));
  const sounds = new Map<string, ScriptedSound>();
  const problems: Problem[] = [];
  const scheduler = createOfflineScheduler({
    onError: (error) => void problems.push(problem('INTERNAL', { reason: reasonOf(error) })),
  });
  const call = await scriptCall(test.participants, baseDir, scheduler);
  try {
    for (const [node, script] of Object.entries(test.sources)) sounds.set(node, await scriptSounds(script, baseDir));
    const events: { atUs: number; event: GraphEvent }[] = [];
    const playbacks = new Map<string, Playback>();
    const run: GraphRun = new GraphRun({
      id: 'test',
      plan: instrument(plan, test, recordings, registry),
      registry: createRegistry([...registry.list().map(withoutFiles), probeNode(recordings), standInNode(sounds)]),
      scheduler,
      ...(pluginSupply && { pluginSupply }),
      gateway: call.gateway,
      durationUs: test.durationSec * 1e6,
      watched: () => true,
      onEvent: (event) => {
        events.push({ atUs: scheduler.nowUs(), event: structuredClone(event) });
        if (event.node !== undefined) playbacks.get(event.node)?.told(event);
        if (event['problem']) problems.push(event['problem'] as Problem);
      },
    });
    for (const node of plan.nodes) {
      if (node.type !== 'source.file' || sounds.has(node.id)) continue;
      playbacks.set(
        node.id,
        createPlayback(String(node.options['src']), { scheduler }, (command) => run.command(node.id, command)),
      );
    }
    act(test, scheduler, run, playbacks, problems);
    const states = askStates(test, scheduler, playbacks);
    await run.start();
    void run.ended.then(() => scheduler.stop());
    await scheduler.run();
    await run.stop('finished');
    const evidence: Evidence = { recordings, events, stats: run.stats(), packets: call.packets(), states };
    for (const playback of playbacks.values()) playback.close();
    const wanted = test.expect.map((expected) => judge(expected, evidence));
    return { verdicts: wanted, problems: unexpected(problems, test), seconds: run.positionUs / 1e6 };
  } finally {
    call.close();
    for (const sound of sounds.values()) sound.close();
    scheduler.close();
  }
}

/** A test that expects a failure of a node is not failed by it. */
function unexpected(problems: readonly Problem[], test: GraphTestFile): Problem[] {
  const expected = test.expect.some(({ event }) => event !== undefined && /fail|fault|bypass|ended|refused/.test(event));
  return expected ? [] : [...problems];
}

function wiresOf(test: GraphTestFile): string[] {
  return [...new Set(test.expect.map(({ wire }) => wire ?? ''))];
}

/** Puts probes on the wires and stand-ins in place of sources. */
function instrument(plan: Plan, test: GraphTestFile, recordings: ReadonlyMap<string, Recording>, registry: Registry): Plan {
  const nodes: PlanNode[] = plan.nodes.map((node) =>
    node.id in test.sources ? { ...node, type: 'test.source', options: {}, inputs: {} } : node,
  );
  for (const wire of recordings.keys()) {
    const from = wire === '' ? heardBySink(plan) : portOf(wire, plan, registry);
    const producer = plan.nodes.find(({ id }) => id === from?.node);
    if (!from || !producer) continue;
    const { domain } = producer;
    const add = (id: string, type: string, options: PlanNode['options'], given: Output, branches: boolean): void =>
      void nodes.push({ id, type, options, inputs: { audio: [{ ...given, branches }] }, domain, implicit: true });
    const branches = registry.get(producer.type)?.outputs[from.port]?.arity === 'many';
    // Who listens to branches hears their sum.
    const sum = registry.get('mix.sum');
    if (branches && sum) add(`test~${wire}~mix`, sum.type, sum.options.parse({}) as PlanNode['options'], from, true);
    add(`test~${wire}`, 'test.probe', { wire }, branches ? { node: `test~${wire}~mix`, port: 'audio' } : from, false);
  }
  return { ...plan, nodes };
}

interface Output {
  readonly node: string;
  readonly port: string;
}

/** What a call or file hears: the sound that goes into it, or into the encoder before it. */
function heardBySink(plan: Plan): Output | undefined {
  const sinks = ['sink.call', 'sink.file', 'sink.null'];
  const sink = sinks.map((type) => plan.nodes.find((node) => node.type === type)).find((node) => node !== undefined);
  const wire = sink?.inputs['audio']?.[0];
  const encoder = plan.nodes.find((node) => node.id === wire?.node && node.type.startsWith('encode.'));
  const from = encoder ? encoder.inputs['audio']?.[0] : wire;
  return from && { node: from.node, port: from.port };
}

function portOf(wire: string, plan: Plan, registry: Registry): Output {
  const [node = '', port] = wire.split('.');
  const outputs = Object.keys(registry.get(plan.nodes.find(({ id }) => id === node)?.type ?? '')?.outputs ?? {});
  return { node, port: port ?? (outputs.includes(node) ? node : (outputs[0] ?? 'audio')) };
}

/** @throws VoxError naming every node that a test speaks of and the graph lacks. */
function checkNames(test: GraphTestFile, plan: Plan): void {
  const ids = plan.nodes.map(({ id }) => id);
  const named = [
    ...Object.keys(test.sources),
    ...test.at.map(({ node }) => node),
    ...test.expect.flatMap(({ node, wire }) => [node, wire?.split('.')[0]]),
  ];
  const missing = [...new Set(named)].filter((name) => name !== undefined && !ids.includes(name));
  const [first, ...rest] = missing.map((name) =>
    problem('TEST_SHAPE', { reason: `the graph has no node "${name!}"${nearestHint(name!, ids)}` }),
  );
  if (first) throw new VoxError(first, ...rest);
}

function act(
  test: GraphTestFile,
  scheduler: OfflineScheduler,
  run: GraphRun,
  playbacks: ReadonlyMap<string, Playback>,
  problems: Problem[],
): void {
  for (const { sec, node, set, command } of test.at) {
    scheduler.after(sec * 1000, () => {
      try {
        if (set) run.setOptions(node, set);
        if (!command) return;
        const playback = playbacks.get(node);
        // Through its machine, as a person would, where it has one that takes it.
        if (playback && command.type === 'pause') playback.actor.send({ type: 'source.pause' });
        else if (playback && command.type === 'play') playback.actor.send({ type: 'source.play' });
        else run.command(node, command);
      } catch (error) {
        problems.push(error instanceof VoxError ? error.problems[0]! : problem('INTERNAL', { reason: reasonOf(error) }));
      }
    });
  }
}

function askStates(
  test: GraphTestFile,
  scheduler: OfflineScheduler,
  playbacks: ReadonlyMap<string, Playback>,
): ReadonlyMap<string, readonly string[]> {
  const states = new Map<string, readonly string[]>();
  for (const { machine, node, fromSec } of test.expect) {
    if (machine === undefined || node === undefined) continue;
    scheduler.after(fromSec * 1000, () => {
      const value = playbacks.get(node)?.actor.getSnapshot().value;
      if (value !== undefined) states.set(`${node}@${fromSec}`, stateNames(value));
    });
  }
  return states;
}

/** Every state a machine is in, outer ones first. */
function stateNames(value: string | object): string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([outer, inner]) => [outer, ...stateNames(inner as string | object)]);
}
