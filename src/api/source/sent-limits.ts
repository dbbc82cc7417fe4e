import { problem, type Problem } from '../../errors.js';
import type { Plan, PlanNode } from '../../graph/plan-types.js';
import type { Registry } from '../../graph/registry.js';
import { filesIn } from './plugin-files.js';

/** Types whose options are commands that this machine runs. */
const RUNS_COMMANDS = new Set(['source.process']);

/**
 * What a text that came over HTTP may not bring in, since whoever shows a token is not thereby the machine's owner: commands to run and
 * files to write that no text of the owner has. What it may play is not limited: `call.play` plays it too.
 */
export class SentLimits {
  readonly #owned = new Set<string>();
  readonly #registry: Registry;

  /** @param registry the types. */
  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** What the owner himself wrote. */
  allow(plan: Plan): void {
    for (const { node, what } of this.#critical(plan)) this.#owned.add(`${node.type} ${JSON.stringify(what)}`);
    for (const { key } of pluginFiles(plan)) this.#owned.add(key);
  }

  /** What of a plan is not allowed. */
  problems(plan: Plan): Problem[] {
    const files = pluginFiles(plan)
      .filter(({ key }) => !this.#owned.has(key))
      .map(({ path, name }) => problem('TEXT_FORBIDDEN', { what: `a file of a plugin (${name})` }, { path }));
    const nodes = this.#critical(plan)
      .filter(({ node, what }) => !this.#owned.has(`${node.type} ${JSON.stringify(what)}`))
      .map(({ node, path, what }) => {
        const told = RUNS_COMMANDS.has(node.type) ? 'a command to run' : `a file to write (${String(what)})`;
        return problem('TEXT_FORBIDDEN', { what: told }, { path, node: node.id, nodeType: node.type });
      });
    return [...nodes, ...files];
  }

  #critical(plan: Plan, prefix = ''): { readonly node: PlanNode; readonly path: string; readonly what: unknown }[] {
    return plan.nodes.flatMap((node) => {
      const at = `${prefix}nodes.${node.id}.options`;
      const files = (this.#registry.get(node.type)?.outputFileOptions ?? [])
        .filter((option) => node.options[option] !== undefined)
        .map((option) => ({ node, path: `${at}.${option}`, what: node.options[option] }));
      const commands = RUNS_COMMANDS.has(node.type) ? [{ node, path: at, what: node.options }] : [];
      const inside = node.subgraph ? this.#critical(node.subgraph, `${at}.`) : [];
      return [...files, ...commands, ...inside];
    });
  }
}

/** What a plan's plugins write to. */
function pluginFiles({ plugins }: Plan): { readonly key: string; readonly path: string; readonly name: string }[] {
  return Object.entries(plugins).flatMap(([plugin, { config }]) =>
    filesIn(config).map(([name, value]) => ({
      key: `${plugin} ${name} ${JSON.stringify(value)}`,
      path: `plugins.${plugin}.config.${name}`,
      name: `"${name}" of "${plugin}"`,
    })),
  );
}
