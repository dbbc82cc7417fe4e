import { formatProblem } from '../errors.js';
import { jsonFault, type Json } from '../events/json.js';
import type { EngineEvent, StampedEvent } from '../events/event.js';
import { stateHash } from '../events/journal/state-hash.js';
import { EMPTY_STATE, type EngineState } from '../events/state.js';
import { optionDocs } from '../graph/option-schema.js';
import type { NodeDefinition } from '../graph/define-node.js';
import { stageOf, type StageKind } from '../graph/plugin-media.js';
import { pluginAudio } from '../nodes/plugins/audio.js';
import { pluginVideo } from '../nodes/plugins/video.js';
import type { PluginDefinition } from '../plugins/plugin-types.js';
import { reduceAll, type ReduceFault } from '../plugins/reduce.js';
import { impuritiesIn } from './impurities.js';
import { nodeContract, type ContractCase, type NodeContractSettings } from './node-contract.js';
import { PLUGIN_HISTORY } from './plugin-history.js';
import { renderNode } from './render-node.js';
import type { NodeInput } from './rendered.js';
import type { TestPluginSettings } from './plugin-test.js';
import { testPlugin } from './test-plugin.js';

/** What the contract needs to know of a plugin. */
export interface PluginContractSettings extends Pick<TestPluginSettings, 'config' | 'others' | 'execute'> {
  /** What happens to it; default {@link PLUGIN_HISTORY}, an evening in a room. */
  readonly events?: readonly EngineEvent[];
  /** Messages that it is sent after those events: payloads by name. */
  readonly messages?: Readonly<Record<string, Json>>;
  /** What of its saved state a killed process must find again. Default: all; what a plugin ends by itself then, such as calls, is not. */
  readonly outlives?: (state: never) => unknown;
  /** Of its sound operator: a config that it changes to while it runs, and sizes of frames that must be equal to it. */
  readonly audio?: {
    /** Must not click. */
    readonly change?: Readonly<Record<string, unknown>>;
    /** See `nodeContract`. */
    readonly frameSizes?: readonly number[];
  };
  /** Of its node types, by type: see `nodeContract`. */
  readonly nodes?: Readonly<Record<string, NodeContractSettings>>;
}

/**
 * The contract every plugin keeps, as cases for any test runner: what it declares, that it comes and goes without a trace, what its state
 * and its reducers are like, and what its operators and nodes do with frames.
 *
 * @example
 * ```ts
 * for (const { name, run } of pluginContract(greeter)) it(name, run);
 * ```
 */
export function pluginContract(definition: PluginDefinition, settings: PluginContractSettings = {}): ContractCase[] {
  const { events = PLUGIN_HISTORY, messages = {} } = settings;
  const cases: ContractCase[] = [];
  const hold = (name: string, run: () => Promise<void>) => cases.push({ name, run });
  const live = async () => {
    const test = await testPlugin(definition, settings);
    await test.emit(...events);
    for (const [message, payload] of Object.entries(messages)) await test.send(message, payload);
    // Longer than reactions wait before they begin again, and than states wait to be saved.
    await test.advance(5000);
    return test;
  };

  hold('says what it and each of its settings and messages is for', async () => checkWords(definition));
  hold('comes and goes in order, twice, and does nothing when it is gone', async () => {
    for (let time = 0; time < 2; time++) {
      const test = await live();
      await test.close();
      const given = test.commands.length;
      await test.emit(...events).catch(() => {});
      if (test.commands.length > given) throw new Error('it still gives commands when it is unloaded');
    }
  });
  hold('copes with everything that happens in a call', async () => {
    const test = await live();
    await test.close();
    const [first] = test.problems;
    if (first) throw new Error(formatProblem(first));
  });
  hold('gives no commands while it is disabled, and works again afterwards', async () => {
    const test = await live();
    await test.disable();
    const given = test.commands.length;
    await test.emit(...events);
    await test.advance(5000);
    if (test.commands.length > given) throw new Error(`it gave ${test.commands[given]!.command.type} while it was disabled`);
    await test.enable();
    await test.emit(...events);
    await test.close();
  });
  if (definition.state) holdState(definition, settings, live, hold);
  for (const media of MEDIA) holdMedia(definition, settings, media, hold, cases);
  for (const node of definition.nodes) {
    const contract = nodeContract(node, settings.nodes?.[node.type] ?? {});
    cases.push(...contract.map((one) => ({ name: `${node.type} ${one.name}`, run: () => one.run() })));
  }
  return cases;
}

type Hold = (name: string, run: () => Promise<void>) => void;

function checkWords({ name, version, description, config, messages }: PluginDefinition): void {
  const missing = optionDocs(config).filter((option) => !option.description);
  if (missing.length > 0) throw new Error(`the settings ${missing.map((option) => option.name).join(', ')} have no description`);
  if (!/[.!?]$/.test(description)) throw new Error(`the description of ${name} ${version} is no sentence: ${description}`);
  const mute = Object.keys(messages).filter((message) => !messages[message]!.description);
  if (mute.length > 0) throw new Error(`the messages ${mute.join(', ')} have no description: message(schema, { description })`);
}

function holdState(
  definition: PluginDefinition,
  settings: PluginContractSettings,
  live: () => Promise<Awaited<ReturnType<typeof testPlugin>>>,
  hold: Hold,
): void {
  const outlives = (settings.outlives ?? ((state) => state)) as (state: unknown) => unknown;
  /** What happened to a plugin that lived through everything, and the state it came to. */
  const lived = async (): Promise<{ events: StampedEvent[]; state: EngineState }> => {
    const test = await live();
    const [events, state] = [[...test.events], test.engine];
    await test.close();
    return { events, state };
  };
  const again = (events: readonly StampedEvent[], fault?: (fault: ReduceFault) => void): EngineState =>
    events.reduce(
      (state, event) => reduceAll(state, event, (key) => (nameOf(key) === definition.name ? definition : undefined), fault),
      EMPTY_STATE,
    );
  const own = ({ plugins }: EngineState) => ({ ...EMPTY_STATE, plugins: pick(plugins, definition.name) });

  hold('keeps its state as plain JSON', async () => {
    const { state } = await lived();
    const plugin = state.plugins[definition.name];
    const fault = jsonFault(plugin?.state);
    if (fault !== undefined) throw new Error(`its state is no plain JSON: ${fault}`);
    if (stateHash(own(state)) !== stateHash(own(JSON.parse(JSON.stringify(state)) as EngineState)))
      throw new Error('its state is not the same when it is read back from JSON');
  });
  hold('comes to the same state when the events are replayed', async () => {
    const { events, state } = await lived();
    const replayed = again(JSON.parse(JSON.stringify(events)) as StampedEvent[]);
    if (stateHash(own(state)) === stateHash(own(replayed))) return;
    const [was, is] = [state, replayed].map((one) => JSON.stringify(one.plugins[definition.name]?.state));
    throw new Error(`its state was ${was}, and replayed it is ${is}`);
  });
  hold('reduces without time, chance or anything from outside', async () => {
    const { events } = await lived();
    const faults: ReduceFault[] = [];
    const touched = impuritiesIn(() => void again(events, (fault) => faults.push(fault)));
    if (touched.length > 0) throw new Error(`its reducers call ${touched.join(', ')}; the only time is event.atMs`);
    if (faults[0]) throw new Error(`${faults[0].where} failed`, { cause: faults[0].error });
  });
  if (definition.state?.persist) {
    hold('goes on with its state when the process was killed', async () => {
      const test = await live();
      const before = JSON.stringify(outlives(test.state));
      await test.kill();
      const after = JSON.stringify(outlives(test.state));
      await test.close();
      if (before !== after) throw new Error(`its state was ${before}, and after a kill it is ${after}`);
    });
  }
}

interface MediaKind {
  readonly kind: StageKind;
  /** The node that runs such operators. */
  readonly node: NodeDefinition;
  /** What it is fed. */
  readonly input: NodeInput;
  /** As a sentence has it. */
  readonly word: string;
}

const MEDIA: readonly MediaKind[] = [
  {
    kind: 'audio',
    node: pluginAudio,
    input: (sample: number) => 0.25 * Math.sin((2 * Math.PI * 200 * sample) / 48_000),
    word: 'sound',
  },
  { kind: 'video', node: pluginVideo, input: { video: (tick) => ({ yuv: [50 + (tick % 50), 100, 150] }) }, word: 'pictures' },
];

function holdMedia(
  definition: PluginDefinition,
  { config = {}, audio = {} }: PluginContractSettings,
  { kind, node, input, word }: MediaKind,
  hold: Hold,
  cases: ContractCase[],
): void {
  if (!stageOf(definition, kind)) return;
  const { change, frameSizes } = kind === 'audio' ? audio : {};
  const plugins = [{ plugin: definition, config }];
  hold(`answers each frame of ${word} with exactly one, in time, and gives back what it borrows`, async () => {
    for (const offline of [true, false]) {
      const changes = change ? [{ atMs: 200, plugins: [{ plugin: definition, config: { ...config, ...change } }] }] : [];
      const { events, problems } = await renderNode(node, {
        inputs: { [kind]: input },
        plugins,
        // Disabled in between, so that it is made a second time.
        pluginChanges: [...changes, { atMs: 300, plugins: [] }, { atMs: 400, plugins }],
        durationMs: 600,
        offline,
      });
      const wrong = events.find(({ event }) => event.type === 'plugin.faulted' || event.type === 'plugin.bypassed');
      if (wrong) throw new Error(`at ${wrong.atUs / 1000} ms: ${(wrong.event['problem'] as { message: string }).message}`);
      if (problems.length > 0) throw new Error('a clean-up function of its operator threw', { cause: problems[0] });
    }
  });
  const contract = nodeContract(node, { plugins, ...(frameSizes && { frameSizes }) });
  cases.push(...contract.map((one) => ({ name: `its operator for ${word} ${one.name}`, run: () => one.run() })));
}

function nameOf(key: string): string {
  return key.split('@', 1)[0]!;
}

function pick<T>(values: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.hasOwn(values, key) ? { [key]: values[key]! } : {};
}
