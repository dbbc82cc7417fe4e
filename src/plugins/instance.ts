import { BehaviorSubject, distinctUntilChanged, filter, map, type Observable } from 'rxjs';
import { createActor } from 'xstate';
import { reasonOf, voxError, type Problem } from '../errors.js';
import type { EngineCommand } from '../events/command.js';
import { checkCommand } from '../events/check-command.js';
import type { Json, JsonObject } from '../events/json.js';
import { boundTo, inNameOf, type FaultOwner } from '../graph/run/attribution.js';
import { createPluginMachine, type PluginActor, type PluginFact } from '../machines/plugin.js';
import { xstateClock } from '../time/xstate-clock.js';
import { Disposers } from './disposers.js';
import { FaultLog } from './fault-log.js';
import { OpenCalls, plainData, pluginContext, type ContextOwner } from './plugin-context.js';
import type { PluginContext, PluginDefinition, PluginScope, SetupContext } from './plugin-types.js';
import { RateLimit } from './rate-limit.js';
import { runReactions } from './reactions.js';
import { outside, sees, within } from './scope.js';
import type { PluginServices } from './services.js';
import { StateKeeper } from './state-keeper.js';

/** What an instance is made of; everything checked. */
export interface InstanceOptions {
  /** Its key in state and events. */
  readonly key: string;
  /** Where it belongs. */
  readonly scope: PluginScope;
  /** Its code. */
  readonly definition: PluginDefinition;
  /** The file or package that came from. */
  readonly from?: string;
  /** Higher comes first. */
  readonly priority: number;
  /** Whether it works once it is loaded. */
  readonly enabled: boolean;
  /** As written. */
  readonly written: JsonObject;
  /** Complete. */
  readonly config: JsonObject;
  /** What its media code is called for the media host. */
  readonly module: string;
  /** Whether it is to take another's place: until then nothing of it shows. */
  readonly replaces?: boolean;
  /** The state it begins with instead of its own. */
  readonly carried?: Json;
}

/** What an instance needs of its host. */
export interface InstanceHost {
  /** A step of its life. */
  lived(instance: PluginInstance, fact: PluginFact): void;
  /** It began, or stopped, to work. */
  workChanged(instance: PluginInstance): void;
  /** Adds its node types; returns their removal. */
  addNodes(definition: PluginDefinition): () => void;
  /** Passes a message on. */
  send(from: PluginInstance, to: string, message: string, payload: Json, chain: readonly string[]): Promise<unknown>;
}

/** One plugin in one place: its code, its config, and what runs of it. */
export class PluginInstance implements ContextOwner, FaultOwner {
  readonly options: InstanceOptions;
  readonly key: string;
  readonly scope: PluginScope;
  readonly definition: PluginDefinition;
  readonly config$: BehaviorSubject<JsonObject>;
  readonly faults: FaultLog;
  readonly keeper: StateKeeper;
  readonly actor: PluginActor;
  /** Its config as written, by whoever did so last. */
  written: JsonObject;
  /** Its config as a file or program that installs it has it: only another one takes back what commands set since. */
  installed: JsonObject;
  /** Higher comes first. */
  priority: number;
  /** Whether it works. */
  working = false;
  /** Whether nothing of it may have an effect any more. */
  over = false;
  /** While code takes another's place, the steps of neither are told. */
  silent: boolean;
  /** The state it begins with. */
  begins: Json | undefined;
  readonly #services: PluginServices;
  readonly #host: InstanceHost;
  readonly #calls = new OpenCalls();
  readonly #disposers: Disposers;
  readonly #abort = new AbortController();
  readonly #commands: RateLimit;
  readonly #told: RateLimit;
  readonly #messages: RateLimit;
  #step = 'it has not begun';
  #removeNodes: (() => void) | undefined;

  /** @param options what it is made of. */
  constructor(options: InstanceOptions, services: PluginServices, host: InstanceHost) {
    const { key, scope, definition, config, written, priority, enabled, carried } = options;
    const { scheduler, limits } = services;
    this.options = options;
    this.key = key;
    this.scope = scope;
    this.definition = definition;
    this.written = written;
    this.installed = written;
    this.priority = priority;
    this.silent = options.replaces ?? false;
    this.begins = carried;
    this.config$ = new BehaviorSubject(config);
    this.#services = services;
    this.#host = host;
    this.faults = new FaultLog(key, scheduler, (event) => void services.tell(event));
    this.#disposers = new Disposers(scheduler, (error) => this.#unclean(error));
    this.keeper = new StateKeeper(key, definition, services, (where, error) => this.faults.add(where, error));
    const flood = (what: string, limit: number) =>
      new RateLimit(scheduler, limit, (count) =>
        this.faults.add(what, voxError('PLUGIN_FLOOD', { plugin: key, limit, what, count })),
      );
    this.#commands = flood('commands', limits.commandsPerSecond);
    this.#told = flood('facts', limits.toldPerSecond);
    this.#messages = flood('messages', limits.messagesPerSecond);
    const machine = createPluginMachine(
      {
        load: (signal) => this.#load(signal),
        waitsFor: () => this.#waitsFor(),
        work: () => this.#work(),
        clean: () => this.#clean(),
      },
      limits.loadMs,
    );
    const { graph, call } = scope;
    const subject = { plugin: key, ...(graph !== undefined && { graph }), ...(call !== undefined && { call }) };
    const inspect = services.machines?.follow(machine, subject);
    this.actor = createActor(machine, {
      input: { plugin: key, enabled },
      clock: xstateClock(scheduler),
      ...(inspect && { inspect }),
    });
    this.actor.on('*', (fact) => host.lived(this, fact));
    this.actor.start();
  }

  get name(): string {
    return this.definition.name;
  }

  get config(): JsonObject {
    return this.config$.value;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get state(): Json | undefined {
    return this.silent ? this.begins : (this.#services.state().plugins[this.key]?.state ?? this.begins);
  }

  /** Whether it is set up. */
  get loaded(): boolean {
    return this.actor.getSnapshot().matches('loaded');
  }

  /** Loads it; resolves with why that failed, if it did. */
  async load(): Promise<Problem | undefined> {
    this.actor.send({ type: 'plugin.load' });
    return this.#settled((snapshot) => snapshot.matches('loaded'));
  }

  /** Unloads it; resolves when everything is cleaned up. */
  async unload(): Promise<void> {
    this.actor.send({ type: 'plugin.unload' });
    await this.#settled(() => false);
  }

  /** Its own part of the present is seen, and its nodes are there, from now on. */
  takePlace(state: Json | undefined): void {
    this.begins = state;
    this.takeNodes();
    this.silent = false;
  }

  /** What its parts are given; `chain` is what a message that it answers came by. */
  context(chain?: readonly string[]): PluginContext<unknown, unknown> {
    return pluginContext(this, this.#services, this.#calls, chain);
  }

  /** Code outside of every guard threw. */
  escaped(error: unknown): void {
    this.faults.add('a callback', error);
  }

  tell(what: string, data: JsonObject): void {
    if (this.over || !this.#told.take()) return;
    void this.#services.tell({ type: 'plugin.told', plugin: this.key, what, data: plainData(what, data) });
  }

  async execute(given: EngineCommand): Promise<void> {
    const command = within(checkCommand(given), this.scope);
    if (!this.#commands.take()) {
      const limit = this.#services.limits.commandsPerSecond;
      throw voxError('PLUGIN_FLOOD', { plugin: this.key, limit, what: 'commands', count: 1 });
    }
    const foreign = outside(command, this.scope, this.#services.state());
    if (foreign === undefined) return this.#services.execute(command, this.key);
    const reason = `plugin "${this.key}" belongs to one graph and may not reach ${foreign}`;
    const refused = voxError('COMMAND_REFUSED', { command: command.type, reason });
    void this.#services.tell({ type: 'command.refused', command, by: this.key, problem: refused.problems[0]! });
    throw refused;
  }

  async send(to: string, message: string, payload: Json, chain: readonly string[]): Promise<unknown> {
    if (this.#messages.take()) return this.#host.send(this, to, message, payload, chain);
    const limit = this.#services.limits.messagesPerSecond;
    throw voxError('PLUGIN_FLOOD', { plugin: this.key, limit, what: 'messages', count: 1 });
  }

  /** Adds its node types, of code that takes another's place. */
  takeNodes(): void {
    this.#removeNodes ??= this.#host.addNodes(this.definition);
  }

  /** Takes its node types back. */
  giveNodes(): void {
    this.#removeNodes?.();
    this.#removeNodes = undefined;
  }

  #settled(done: (snapshot: ReturnType<PluginActor['getSnapshot']>) => boolean): Promise<Problem | undefined> {
    return new Promise((resolve) => {
      const look = (snapshot: ReturnType<PluginActor['getSnapshot']>): boolean => {
        if (snapshot.status === 'active' && !done(snapshot)) return false;
        resolve(snapshot.context.problem);
        return true;
      };
      if (look(this.actor.getSnapshot())) return;
      const subscription = this.actor.subscribe({
        next: (snapshot) => void (look(snapshot) && subscription.unsubscribe()),
        complete: () => look(this.actor.getSnapshot()),
      });
    });
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { definition } = this;
    const stopped = () => {
      if (signal.aborted) throw new Error('it was given up');
    };
    if (definition.state && this.begins === undefined) {
      this.#step = 'its state is being read';
      this.begins = await this.keeper.begin(this.config);
      stopped();
    }
    this.#step = 'its node types are being added';
    if (!this.silent) this.takeNodes();
    if (!definition.setup) return;
    this.#step = 'its setup waits';
    const defer = (dispose: () => void | Promise<void>) => this.#disposers.add(boundTo(this, dispose));
    // Copied as getters, so that config and state stay the present ones.
    const ctx = Object.defineProperties({ defer }, Object.getOwnPropertyDescriptors(this.context()));
    await inNameOf(this, () => definition.setup!(ctx as SetupContext<unknown, unknown>));
    stopped();
  }

  #waitsFor(): string {
    const open = this.#calls.describe();
    if (this.#step !== 'its setup waits') return this.#step;
    return open === undefined
      ? 'a promise that its setup awaits has not settled; it is none of storage, messages or commands'
      : `its setup waits for ${open}`;
  }

  #work(): () => void {
    const { definition, key, scope } = this;
    this.working = true;
    this.#host.workChanged(this);
    const { reactions } = definition;
    const services = this.#services;
    const stop =
      reactions &&
      runReactions({
        key,
        services,
        owner: this,
        make: (events$) => reactions({ events$, state$: this.#state$(), ctx: this.context() }),
        sees: (event) => sees(key, scope, event, services.state()),
        command: (given) => this.#react(given),
        fault: (error) => this.faults.add('reactions', error),
      });
    return () => {
      this.working = false;
      stop?.();
      this.#host.workChanged(this);
    };
  }

  /** What its reactions gave. Nobody waits for what becomes of it: that is an event. */
  #react(given: unknown): void {
    this.execute(given as EngineCommand).catch((error: unknown) => {
      const { code } = error as { code?: string };
      if (code === 'COMMAND_WRONG') this.faults.add('a command of its reactions', error);
    });
  }

  #state$(): Observable<unknown> {
    return this.#services.state$.pipe(
      map(({ plugins }) => plugins[this.key]?.state),
      filter((state) => state !== undefined),
      distinctUntilChanged(),
    );
  }

  async #clean(): Promise<void> {
    this.#abort.abort();
    await this.#disposers.run();
    this.giveNodes();
    await this.keeper.flush();
    for (const limit of [this.#commands, this.#told, this.#messages]) limit.flush();
    this.faults.flush();
    this.config$.complete();
    this.over = true;
  }

  #unclean(error: unknown): void {
    this.faults.add('a disposer', voxError('PLUGIN_UNLOAD_FAILED', { plugin: this.key, reason: reasonOf(error) }));
  }
}
