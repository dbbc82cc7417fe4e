import type { Problem } from '../errors.js';
import type { EngineEvent, StampedEvent } from '../events/event.js';
import type { Json, JsonObject } from '../events/json.js';
import type { EngineState } from '../events/state.js';
import { pluginAudio } from '../nodes/plugins/audio.js';
import { pluginVideo } from '../nodes/plugins/video.js';
import type { PluginDefinition } from '../plugins/plugin-types.js';
import { memoryStorage, pluginStorage, type PluginStorage, type StorageBackend } from '../plugins/storage.js';
import type { AudioInput } from './audio-script.js';
import { drawCommands, readSteps } from './command-marbles.js';
import type { RenderedAudio, RenderedNode, RenderedPlugin } from './rendered.js';
import { renderNode } from './render-node.js';
import type { MarbleTest, PluginTest, TestedCommand, TestPluginSettings } from './plugin-test.js';
import { TestEngine } from './test-engine.js';
import type { RenderedPicture, VideoInput } from './video-script.js';

/** The time at which tests begin unless told otherwise. */
const START_MS = Date.UTC(2026, 0, 1);

/**
 * Loads a plugin into an engine without calls and media, in virtual time. Needs no test runner of any make.
 *
 * @throws VoxError when it cannot be loaded.
 * @example
 * ```ts
 * const test = await testPlugin<{ greeted: number }>(greeter, { config: { text: 'Hi' } });
 * await test.emit({ type: 'participant.joined', call: 'room:lobby', participantId: 'ada' });
 * expect(test.state).toEqual({ greeted: 1 });
 * await test.kill();
 * expect(test.state).toEqual({ greeted: 1 });
 * await test.close();
 * ```
 */
export async function testPlugin<S = Json>(
  definition: PluginDefinition,
  settings: TestPluginSettings = {},
): Promise<PluginTest<S>> {
  const test = new Testing(definition, settings);
  await test.start();
  return test as unknown as PluginTest<S>;
}

class Testing implements PluginTest<unknown> {
  readonly commands: TestedCommand[] = [];
  readonly problems: Problem[] = [];
  readonly told: { what: string; data: JsonObject }[] = [];
  readonly storage: PluginStorage;
  events: StampedEvent[] = [];
  readonly #definition: PluginDefinition;
  readonly #settings: TestPluginSettings;
  readonly #storage: StorageBackend;
  readonly #key: string;
  readonly #startMs: number;
  #config: Readonly<Record<string, unknown>>;
  #engine!: TestEngine;

  constructor(definition: PluginDefinition, settings: TestPluginSettings) {
    const { graph, storage = memoryStorage(), startMs = START_MS, config = {} } = settings;
    this.#definition = definition;
    this.#settings = settings;
    this.#storage = storage;
    this.#startMs = startMs;
    this.#config = config;
    this.#key = graph ? `${definition.name}@${graph.call ?? graph.graph}` : definition.name;
    this.storage = pluginStorage(storage, this.#key);
  }

  get state(): unknown {
    return this.engine.plugins[this.#key]?.state;
  }

  get engine(): EngineState {
    return this.#engine.state;
  }

  get nowMs(): number {
    return this.#engine.nowMs - this.#startMs;
  }

  async start(atMs = this.#startMs): Promise<void> {
    const { others = [], enabled = true, graph, limits = {}, execute } = this.#settings;
    this.events = [];
    const engine = new TestEngine({
      storage: this.#storage,
      startMs: atMs,
      limits,
      heard: (event) => this.#heard(event),
      commanded: (command, by) => {
        if (by !== this.#key) return undefined;
        this.commands.push({ atMs: engine.nowMs - this.#startMs, command });
        return execute?.(command);
      },
    });
    this.#engine = engine;
    const before = others.map((other) => ('definition' in other ? other : { definition: other }));
    const own = { definition: this.#definition, enabled, config: this.#config };
    if (!graph) {
      await engine.await(engine.host.install([...before, own]));
      return;
    }
    await engine.await(engine.host.install(before));
    await this.#openGraph(graph);
    const place = graph.call ?? graph.graph;
    await engine.await(engine.host.loadGraph({ ...graph, place, installs: [own], overrides: new Map() }));
  }

  async emit(...events: readonly EngineEvent[]): Promise<void> {
    for (const event of events) await this.#engine.await(this.#engine.tell(event));
    await this.#settle();
  }

  async advance(ms: number): Promise<void> {
    await this.#engine.scheduler.play(ms);
    await this.#settle();
  }

  async marbles({ events, commands = '', values, stepMs = 1000 }: MarbleTest): Promise<void> {
    const happening = readSteps(events, values);
    const expected = readSteps(commands, values);
    const from = this.commands.length;
    const fromMs = this.nowMs;
    const steps = Math.max(happening.length, expected.length);
    for (let step = 0; step < steps; step++) {
      for (const letter of happening[step] ?? []) await this.emit(values[letter] as EngineEvent);
      await this.advance(stepMs);
    }
    // What comes at the very end belongs to a step that is not drawn.
    const given = this.commands.slice(from).filter(({ atMs }) => atMs < fromMs + steps * stepMs);
    const wanted = expected.map((letters) => (letters.length > 1 ? `(${letters.join('')})` : (letters[0] ?? '-'))).join('');
    const drawn = drawCommands(given, stepMs, fromMs, values);
    if (drawn === wanted.replace(/-+$/, '')) return;
    const unknown = drawn.includes('?')
      ? `\ncommands: ${given.map(({ command }) => JSON.stringify(command)).join('\n          ')}`
      : '';
    throw new Error(`the commands are not as drawn\n  events: ${events}\nexpected: ${wanted}\n   given: ${drawn}${unknown}`);
  }

  async send(message: string, payload: Json = null): Promise<unknown> {
    const reply = await this.#engine.await(this.#engine.host.send(this.#key, message, payload));
    await this.#settle();
    return reply;
  }

  async configure(config: Readonly<Record<string, unknown>>): Promise<void> {
    this.#engine.host.configure(this.#key, config);
    this.#config = config;
    await this.#settle();
  }

  async enable(): Promise<void> {
    this.#engine.host.enable(this.#key);
    await this.#settle();
  }

  async disable(): Promise<void> {
    this.#engine.host.disable(this.#key);
    await this.#settle();
  }

  async hear(input: AudioInput, durationMs?: number): Promise<{ audio: RenderedAudio; problems: readonly Problem[] }> {
    const { outputs, events } = await renderNode(pluginAudio, {
      inputs: { audio: input },
      plugins: this.#operators(),
      ...(durationMs !== undefined && { durationMs }),
    });
    return { audio: outputs['audio']!, problems: problemsIn(events) };
  }

  async see(
    input: VideoInput,
    durationMs: number,
  ): Promise<{ pictures: readonly RenderedPicture[]; problems: readonly Problem[] }> {
    const { outputs, events } = await renderNode(pluginVideo, {
      inputs: { video: input },
      plugins: this.#operators(),
      durationMs,
    });
    return { pictures: outputs['video']!.pictures, problems: problemsIn(events) };
  }

  async restart(pauseMs = 0): Promise<void> {
    const engine = this.#engine;
    await engine.await(engine.host.close());
    engine.kill();
    await this.start(engine.nowMs + pauseMs);
  }

  async kill(pauseMs = 0): Promise<void> {
    this.#engine.kill();
    await this.start(this.#engine.nowMs + pauseMs);
  }

  async close(): Promise<void> {
    const engine = this.#engine;
    const before = this.problems.length;
    await engine.await(engine.host.close());
    engine.kill();
    const [wrong] = this.problems.slice(before);
    if (wrong) throw new Error(wrong.message);
  }

  #operators(): readonly RenderedPlugin[] {
    return [{ plugin: this.#definition, config: this.#engine.host.find(this.#key).written }];
  }

  async #openGraph({ graph, call }: { readonly graph: string; readonly call?: string }): Promise<void> {
    if (call !== undefined) await this.#engine.tell({ type: 'call.opened', call, address: call });
    await this.#engine.tell({ type: 'graph.loaded', graph, title: graph, ...(call !== undefined && { call }) });
    await this.#engine.tell({ type: 'graph.started', graph });
  }

  #heard(event: StampedEvent): void {
    this.events.push(event);
    if (!('plugin' in event) || event.plugin !== this.#key) return;
    if (event.type === 'plugin.told') this.told.push({ what: event.what, data: event.data });
    if ('problem' in event) this.problems.push(event.problem);
  }

  async #settle(): Promise<void> {
    // What leads to what by promises, storage included.
    for (let turn = 0; turn < 3; turn++) await this.#engine.scheduler.play(0);
  }
}

function problemsIn(events: RenderedNode['events']): Problem[] {
  return events.map(({ event }) => event['problem'] as Problem | undefined).filter((found) => found !== undefined);
}
