import { freeze } from 'immer';
import { z } from 'zod';
import { reasonOf, voxError } from '../errors.js';
import { jsonFault, type Json } from '../events/json.js';
import type { Cancel } from '../time/scheduler.js';
import type { PluginServices } from './services.js';
import type { Messages, PluginDefinition, StateSpec } from './plugin-types.js';

/** Where saved states are; no plugin can be called so. */
const NAMESPACE = '(state)';
const savedState = z.object({ stateVersion: z.number(), pluginVersion: z.string(), state: z.json() });

/** Reads the saved state of one plugin, and saves it as it changes: at most once in a while, and at the end. */
export class StateKeeper {
  readonly #key: string;
  readonly #definition: PluginDefinition;
  readonly #services: PluginServices;
  readonly #fault: (where: string, error: unknown) => void;
  #waiting: Cancel | undefined;
  #state: Json | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** @param key the plugin's. */
  constructor(
    key: string,
    definition: PluginDefinition,
    services: PluginServices,
    fault: (where: string, error: unknown) => void,
  ) {
    this.#key = key;
    this.#definition = definition;
    this.#services = services;
    this.#fault = fault;
  }

  /** What the plugin begins with: what was saved, or else its initial state. One that cannot be used is set aside. */
  async begin(config: unknown): Promise<Json> {
    const spec = this.#definition.state!;
    const text = spec.persist ? await this.#read() : undefined;
    if (text !== undefined) {
      try {
        const saved = savedState.parse(JSON.parse(text));
        return carryState(spec, saved.state, saved.stateVersion);
      } catch (error) {
        await this.#setAside(text, error);
      }
    }
    return checkedState(spec.initial({ config }), undefined);
  }

  /** The state is another one. */
  changed(state: Json): void {
    if (!this.#definition.state?.persist) return;
    this.#state = state;
    this.#waiting ??= this.#services.scheduler.after(this.#services.limits.saveMs, () => void this.flush());
  }

  /** Saves what is not saved yet; resolves when everything is. */
  async flush(): Promise<void> {
    this.#waiting?.();
    this.#waiting = undefined;
    const state = this.#state;
    this.#state = undefined;
    // One after the other, so that the newest is the last.
    if (state !== undefined) this.#saving = this.#saving.then(() => this.#save(state));
    await this.#saving;
  }

  async #save(state: Json): Promise<void> {
    const { version, state: spec } = this.#definition;
    const text = JSON.stringify({ stateVersion: spec?.version ?? 1, pluginVersion: version, state });
    try {
      await this.#services.storage.set(NAMESPACE, this.#key, text);
    } catch (error) {
      this.#fault('saving its state', voxError('STORAGE_FAILED', { plugin: this.#key, reason: reasonOf(error) }));
    }
  }

  async #read(): Promise<string | undefined> {
    try {
      return await this.#services.storage.get(NAMESPACE, this.#key);
    } catch (error) {
      throw voxError('STORAGE_FAILED', { plugin: this.#key, reason: reasonOf(error) });
    }
  }

  async #setAside(text: string, error: unknown): Promise<void> {
    const aside = `${this.#key} set aside at ${new Date(this.#services.nowMs()).toISOString()}`;
    await this.#services.storage.set(NAMESPACE, aside, text);
    await this.#services.storage.delete(NAMESPACE, this.#key);
    const reason = error instanceof z.ZodError ? (error.issues[0]?.message ?? 'it does not fit') : reasonOf(error);
    this.#fault('its saved state', voxError('PLUGIN_STATE_WRONG', { plugin: this.#key, reason, aside }));
  }
}

/**
 * A state of the present form out of one that was saved, or that another version of the code made.
 *
 * @param version the form that it has.
 * @throws when it cannot be used.
 */
export function carryState(spec: StateSpec<unknown, unknown, Messages>, saved: Json, version: number): Json {
  const present = spec.version ?? 1;
  if (version === present) return checkedState(saved, spec.schema);
  if (!spec.migrate) throw new Error(`it has form ${version}, the plugin knows form ${present} and cannot migrate`);
  return checkedState(spec.migrate(saved, version), spec.schema);
}

function checkedState(state: unknown, schema: z.ZodType | undefined): Json {
  const fault = jsonFault(state);
  if (fault !== undefined) throw new TypeError(`the state must be plain JSON, but ${fault}`);
  if (schema) {
    const checked = schema.safeParse(state);
    const issue = checked.error?.issues[0];
    if (issue) throw new TypeError(`${issue.path.map(String).join('.') || 'it'}: ${issue.message}`);
  }
  // A copy: what the plugin holds on to cannot change it, and what is frozen is ours.
  return freeze(structuredClone(state), true) as Json;
}
