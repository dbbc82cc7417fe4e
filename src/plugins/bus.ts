import { reasonOf, VoxError, voxError } from '../errors.js';
import { jsonFault, type Json } from '../events/json.js';
import { checkOptions, optionName } from '../graph/option-problems.js';
import { nearestHint } from '../graph/registry.js';
import type { PluginInstance } from './instance.js';
import type { PluginServices } from './services.js';
import { faultOf } from './fault-log.js';
import { inNameOf } from '../graph/run/attribution.js';
import type { z } from 'zod';

/** What a message from a program, a command line or an HTTP client comes from. */
export const OUTSIDE = '(outside)';

/** Passes messages between plugins, and from outside to them. */
export class MessageBus {
  readonly #services: PluginServices;
  readonly #instances: () => Iterable<PluginInstance>;
  #ids = 0;

  /** @param instances the present plugins. */
  constructor(services: PluginServices, instances: () => Iterable<PluginInstance>) {
    this.#services = services;
    this.#instances = instances;
  }

  /**
   * Delivers a message and resolves with its reply.
   *
   * @param from the sender; undefined: from outside.
   * @param chain what this message answers to, as `plugin.message`, oldest first.
   * @throws VoxError, see `PluginContext.send`.
   */
  async send(
    from: PluginInstance | undefined,
    to: string,
    message: string,
    given: unknown,
    chain: readonly string[],
  ): Promise<unknown> {
    const receiver = this.find(to, from);
    const plugin = receiver.key;
    const { messages, replies } = receiver.definition;
    const spec = Object.hasOwn(messages, message) ? messages[message] : undefined;
    if (!spec) throw voxError('UNKNOWN_MESSAGE', { plugin, message, hint: nearestHint(message, Object.keys(messages)) });
    if (!receiver.working) throw voxError('PLUGIN_DISABLED', { plugin });
    const link = `${plugin}.${message}`;
    if (chain.includes(link))
      throw voxError('MESSAGE_CIRCLE', { chain: [...chain.slice(chain.indexOf(link)), link].join(' → ') });
    // Whoever has nothing to say need not say so by an empty object.
    const sent = given === null && spec.payload.def.type === 'object' ? {} : given;
    const payload = plainPart(spec.payload, sent, (reason) => voxError('BAD_MESSAGE', { plugin, message, reason }));
    const id = ++this.#ids;
    const atMs = this.#services.nowMs();
    const sender = from?.key ?? OUTSIDE;
    await this.#services.tell({ type: 'plugin.message', plugin, from: sender, message, payload, id });
    const reply = replies[message];
    if (!reply) return null;
    const answering = async (): Promise<unknown> => {
      try {
        const ctx = receiver.context([...chain, link]);
        return await inNameOf(receiver, () => reply({ payload, state: receiver.state, from: sender, id, atMs, ctx }));
      } catch (error) {
        // A problem of the table was meant for the sender; anything else was not meant at all.
        if (error instanceof VoxError) throw error;
        receiver.faults.add(`reply ${message}`, error);
        throw voxError('MESSAGE_FAILED', { plugin, message, reason: faultOf(plugin, `reply ${message}`, error).message });
      }
    };
    const answer = await this.#within(receiver, message, answering());
    return plainPart(spec.reply, answer === undefined ? null : answer, (reason) => {
      const wrong = voxError('BAD_REPLY', { plugin, message, reason });
      receiver.faults.add(`reply ${message}`, wrong);
      return wrong;
    });
  }

  /**
   * A plugin by its key, or by its name: in the sender's graph first, then the engine's, then the only one of that name.
   * @throws VoxError `UNKNOWN_PLUGIN`.
   */
  find(to: string, from?: PluginInstance): PluginInstance {
    const all = [...this.#instances()].filter((instance) => instance.loaded);
    const graph = from?.scope.graph;
    const found =
      all.find(({ key }) => key === to) ??
      (graph === undefined ? undefined : all.find(({ name, scope }) => name === to && scope.graph === graph)) ??
      all.find(({ name, scope }) => name === to && scope.graph === undefined) ??
      only(all.filter(({ name }) => name === to));
    // A graph's own plugin does not reach into other graphs.
    if (found && (graph === undefined || found.scope.graph === undefined || found.scope.graph === graph)) return found;
    const names = all
      .filter(({ scope }) => graph === undefined || scope.graph === undefined || scope.graph === graph)
      .map(({ key }) => key);
    throw voxError('UNKNOWN_PLUGIN', { plugin: to, hint: nearestHint(to, names) });
  }

  async #within<T>(receiver: PluginInstance, message: string, answer: Promise<T>): Promise<T> {
    const { scheduler, limits } = this.#services;
    const plugin = receiver.key;
    let cancel = (): void => {};
    let gone = (): void => {};
    const limit = new Promise<never>((_, reject) => {
      cancel = scheduler.after(limits.replyMs, () =>
        reject(voxError('MESSAGE_TIMEOUT', { plugin, message, seconds: limits.replyMs / 1000 })),
      );
      gone = () => reject(voxError('MESSAGE_FAILED', { plugin, message, reason: 'it is being unloaded' }));
      receiver.signal.addEventListener('abort', gone);
    });
    try {
      return await Promise.race([answer, limit]);
    } finally {
      cancel();
      receiver.signal.removeEventListener('abort', gone);
      // Whoever is late is heard by nobody.
      answer.catch(() => {});
    }
  }
}

function only<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

/** What a schema makes of a value, as plain JSON. @throws what `wrong` makes of the reason. */
function plainPart(schema: z.ZodType, given: unknown, wrong: (reason: string) => Error): Json {
  const fault = jsonFault(given);
  if (fault !== undefined) throw wrong(`it must be plain JSON, but ${fault}`);
  let checked;
  try {
    checked = checkOptions(schema, given);
  } catch (error) {
    throw wrong(reasonOf(error));
  }
  const [first] = checked.problems;
  if (first) {
    const name = optionName(first.path);
    throw wrong(first.kind === 'unknown' ? `it has no "${name}"${first.hint}` : `${name ? `"${name}" ` : 'it '}${first.reason}`);
  }
  const made: unknown = checked.options;
  const madeFault = jsonFault(made);
  if (madeFault !== undefined) throw wrong(`its schema gives no plain JSON: ${madeFault}`);
  return structuredClone(made) as Json;
}
