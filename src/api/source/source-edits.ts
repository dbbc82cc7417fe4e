import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { VoxError, reasonOf, voxError, type Problem } from '../../errors.js';
import { describeDiff } from '../../graph/diff.js';
import { checkGraphText, type CheckedGraph } from '../../graph/load.js';
import { writeWhole } from '../../media/whole-file.js';
import type { ApiHost, RunningGraph } from '../api-host.js';
import { SentLimits } from './sent-limits.js';

/** The text of a running graph. */
export interface SourceText {
  /** What the graph file holds, or what was put in its place. */
  readonly text: string;
  /** The graph file's name. */
  readonly file: string;
  /** Says which text this is. */
  readonly version: string;
  /** Whether the file on disk holds something else. */
  readonly unsaved: boolean;
  /** How many changes can be undone. */
  readonly undo: number;
}

interface Edited {
  /** What was put in the file's place, and what the file held then. */
  applied: { readonly text: string; readonly disk: string } | undefined;
  readonly undo: string[];
  readonly limits: SentLimits;
  /** Changes come one after the other. */
  turn: Promise<unknown>;
}

/** Changes that can be undone. */
const MOST_UNDO = 50;

/** The texts of running graphs: read, checked, applied with a crossfade, undone. */
export class SourceEdits {
  readonly #host: ApiHost;
  readonly #edited = new WeakMap<RunningGraph, Edited>();

  /** @param host the engine. */
  constructor(host: ApiHost) {
    this.#host = host;
  }

  /** The present text. @throws VoxError `NO_GRAPH_FILE`, `GRAPH_NOT_FOUND`. */
  get(graph: RunningGraph): SourceText {
    const file = fileOf(graph);
    const edited = this.#of(graph);
    const disk = readText(file);
    // Who saves the file after a change by the API means that text.
    if (edited.applied && edited.applied.disk !== disk) edited.applied = undefined;
    const text = edited.applied?.text ?? disk;
    return { text, file: basename(file), version: versionOf(text), unsaved: text !== disk, undo: edited.undo.length };
  }

  /** What is wrong with a text in a graph's place. Nothing of it runs. */
  async check(graph: RunningGraph, text: string): Promise<CheckedGraph> {
    const { session, params, cwd } = graph;
    const file = fileOf(graph);
    const declared = await this.#host.declareSent(text, file, session.plan, cwd);
    const checked = checkGraphText(text, basename(file), { ...declared.check, ...(params && { params }), cwd, file });
    if (!checked.plan) return checked;
    const { limits } = this.#of(graph);
    limits.allow(session.plan);
    const problems = limits.problems(checked.plan);
    return problems.length > 0 ? { problems } : checked;
  }

  /**
   * Puts a text in a graph's place while it runs.
   *
   * @returns what changed, in words.
   * @throws VoxError `SOURCE_CHANGED`, everything that is wrong with the text, `CHANGE_REFUSED`, `CHANGE_FAILED`; then nothing has changed.
   */
  put(graph: RunningGraph, text: string, options: { readonly version: string; readonly save: boolean }): Promise<string[]> {
    return this.#inTurn(graph, async (edited) => {
      const before = this.get(graph);
      if (options.version !== before.version) throw voxError('SOURCE_CHANGED', { version: before.version });
      const changes = await this.#apply(graph, text, options.save);
      edited.undo.push(before.text);
      if (edited.undo.length > MOST_UNDO) edited.undo.shift();
      return changes;
    });
  }

  /** Takes the last change back. @throws VoxError `NOTHING_TO_UNDO`, and as {@link put}. */
  undo(graph: RunningGraph, save: boolean): Promise<string[]> {
    return this.#inTurn(graph, async (edited) => {
      const text = edited.undo.at(-1);
      if (text === undefined) throw voxError('NOTHING_TO_UNDO', { graph: graph.session.id });
      const changes = await this.#apply(graph, text, save);
      edited.undo.pop();
      return changes;
    });
  }

  async #apply(graph: RunningGraph, text: string, save: boolean): Promise<string[]> {
    const { plan, problems } = await this.check(graph, text);
    const [first, ...more] = problems as readonly [Problem, ...Problem[]];
    if (!plan) throw new VoxError(first, ...more);
    const diff = await graph.session.change(plan);
    const file = fileOf(graph);
    if (save) writeText(file, text);
    this.#of(graph).applied = { text, disk: readText(file) };
    return describeDiff(diff);
  }

  #inTurn<T>(graph: RunningGraph, work: (edited: Edited) => Promise<T>): Promise<T> {
    const edited = this.#of(graph);
    const result = edited.turn.then(() => work(edited));
    edited.turn = result.catch(() => {});
    return result;
  }

  #of(graph: RunningGraph): Edited {
    const known = this.#edited.get(graph);
    if (known) return known;
    const limits = new SentLimits(this.#host.engine.registry);
    const edited: Edited = { applied: undefined, undo: [], limits, turn: Promise.resolve() };
    this.#edited.set(graph, edited);
    return edited;
  }
}

function fileOf({ session }: RunningGraph): string {
  const { file } = session.plan;
  if (file === undefined) throw voxError('NO_GRAPH_FILE', { graph: session.id });
  return file;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw voxError('GRAPH_NOT_FOUND', { file: basename(file) });
  }
}

function writeText(file: string, text: string): void {
  try {
    writeWhole(file, text);
  } catch (error) {
    throw voxError('OUTPUT_UNWRITABLE', { path: basename(file), reason: reasonOf(error) });
  }
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
