import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { problem, reasonOf, VoxError, type Problem, type SourcePlace } from '../../errors.js';
import type { JsonNode } from '../../graph/json-tree.js';
import { checkOptions, optionName } from '../../graph/option-problems.js';
import { parseJson } from '../../graph/parse.js';

const seconds = z.number().min(0).max(86_400);
const decibels = z.number().min(-200).max(60);

/** A lower and an upper bound; one may be left out. */
const range = z
  .strictObject({
    min: z.number().optional().meta({ description: 'At least this.' }),
    max: z.number().optional().meta({ description: 'At most this.' }),
  })
  .refine((bounds) => bounds.min !== undefined || bounds.max !== undefined, 'give min, max, or both');

/** A sound that a test makes. */
export const soundSchema = z.strictObject({
  toneHz: z.number().positive().max(24_000).optional().meta({ description: 'A sine of this frequency.' }),
  noise: z.literal(true).optional().meta({ description: 'White noise, the same in every run.' }),
  file: z.string().min(1).optional().meta({ description: 'The sound of a file, beside the test file.' }),
  levelDb: decibels
    .default(-12)
    .meta({ description: 'Peak level of a tone or of noise in dBFS; for a file a gain in dB over 0.' }),
  fromSec: seconds.default(0).meta({ description: 'When it begins, in seconds; before that silence.' }),
  toSec: seconds.optional().meta({ description: 'When it ends; absent: never.' }),
});
/** A sound that a test makes. */
export type Sound = z.output<typeof soundSchema>;

const participantSchema = z.strictObject({
  joinSec: seconds.default(0).meta({ description: 'When he joins.' }),
  leaveSec: seconds.optional().meta({ description: 'When he leaves; absent: he stays.' }),
  says: z.array(soundSchema).default([]).meta({ description: 'What he says.' }),
});
/** A participant of the call that a test plays. */
export type ScriptedParticipant = z.output<typeof participantSchema>;

const actionSchema = z.strictObject({
  sec: seconds.meta({ description: 'When, in seconds of media.' }),
  node: z.string().meta({ description: 'The node it is for.' }),
  set: z.record(z.string(), z.unknown()).optional().meta({ description: 'Options to change.' }),
  command: z
    .looseObject({ type: z.string() })
    .optional()
    .meta({ description: 'A command, such as { "type": "seek", "positionMs": 0 }.' }),
});

const expectationSchema = z.strictObject({
  about: z.string().optional().meta({ description: 'What is expected, in words; printed with the result.' }),
  wire: z
    .string()
    .optional()
    .meta({ description: 'Where to listen: `node` or `node.port`. Absent: what the call or file hears, before it is encoded.' }),
  fromSec: seconds.default(0).meta({ description: 'Where the stretch begins that is looked at.' }),
  toSec: seconds.optional().meta({ description: 'Where it ends; absent: at the end.' }),
  rmsDb: range.optional().meta({ description: 'Root mean square level over all channels in dBFS: a full-scale sine is −3.' }),
  peakDb: range.optional().meta({ description: 'Largest sample in dBFS.' }),
  lufs: range.optional().meta({ description: 'Integrated loudness by ITU-R BS.1770-4.' }),
  silence: z.boolean().optional().meta({ description: 'True: no sample above −80 dBFS. False: there is one.' }),
  frequencyHz: range.optional().meta({ description: 'The loudest frequency.' }),
  level: z
    .strictObject({ hz: z.number().positive().max(24_000), min: decibels.optional(), max: decibels.optional() })
    .optional()
    .meta({ description: 'The level of one frequency, as the amplitude of its sine in dBFS.' }),
  clicks: range.optional().meta({ description: 'Jumps of the signal that no sound of its own has.' }),
  seconds: range.optional().meta({ description: 'How much sound came along the wire, in seconds.' }),
  event: z.string().optional().meta({ description: 'An event, such as `stream.ended`; with `count`, `node` and `with`.' }),
  with: z.record(z.string(), z.unknown()).optional().meta({ description: 'Fields the event must have.' }),
  counter: z.string().optional().meta({ description: 'A counter of `node`, such as `underruns`; with `count`.' }),
  packets: range.optional().meta({ description: 'Packets the call was sent over the whole run.' }),
  node: z.string().optional().meta({ description: 'The node that `event`, `counter` or `machine` is about.' }),
  count: range.optional().meta({ description: 'How often. Default for events: at least once; for counters: 0.' }),
  machine: z
    .string()
    .optional()
    .meta({ description: "State of `node`'s playback machine at `fromSec`, such as `playing` or `paused`." }),
});
/** One thing a test expects. */
export type Expectation = z.output<typeof expectationSchema>;

/** A `<name>.test.json`. */
export const testFileSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'For editors.' }),
  version: z.literal(1).meta({ description: 'Of this format.' }),
  graph: z.string().optional().meta({ description: 'The graph file, beside this one. Default: this name without `.test`.' }),
  title: z.string().optional().meta({ description: 'What the test shows.' }),
  params: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .meta({ description: "Values of the graph's params." }),
  durationSec: z.number().positive().max(86_400).meta({ description: 'How much media runs; it ends earlier if the graph does.' }),
  participants: z
    .record(z.string(), participantSchema)
    .default({})
    .meta({ description: 'Who is in the call, by id, and what he says.' }),
  sources: z
    .record(z.string(), z.array(soundSchema))
    .default({})
    .meta({ description: 'Source nodes that the test stands in for, such as a microphone or a URL, with the sound they give.' }),
  at: z.array(actionSchema).default([]).meta({ description: 'What happens meanwhile.' }),
  expect: z.array(expectationSchema).min(1).meta({ description: 'What must hold.' }),
});
/** A test file, complete. */
export type GraphTestFile = z.output<typeof testFileSchema>;

/** A test file that was read. */
export interface LoadedTest {
  /** Its name as it was given. */
  readonly name: string;
  /** Its content. */
  readonly test: GraphTestFile;
  /** Its absolute path's folder. */
  readonly baseDir: string;
  /** The graph's absolute path. */
  readonly graph: string;
  /** Where each expectation stands. */
  readonly places: readonly (SourcePlace | undefined)[];
}

/**
 * Reads a test file.
 *
 * @param name the file, relative to `cwd`; a graph's name stands for the test beside it
 * @throws VoxError with everything that is wrong, with places.
 */
export function loadTest(name: string, cwd: string): LoadedTest {
  const asked = resolve(cwd, name);
  const file = asked.endsWith('.test.json') ? asked : asked.replace(/\.json$/, '.test.json');
  const shown = asked === file ? name : name.replace(/\.json$/, '.test.json');
  if (!existsSync(file)) throw new VoxError(problem('TEST_NOT_FOUND', { file: shown }));
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new VoxError(problem('GRAPH_UNREADABLE', { file: shown, reason: reasonOf(error) }));
  }
  const { tree, problems } = parseJson(text, shown);
  const found: Problem[] = [...problems];
  const checked = tree && checkOptions(testFileSchema, plainOf(tree));
  for (const { path, ...wrong } of checked?.problems ?? []) {
    const reason =
      wrong.kind === 'unknown' ? `"${optionName(path)}" is not known${wrong.hint}` : `"${optionName(path)}": ${wrong.reason}`;
    found.push(problem('TEST_SHAPE', { reason }, { place: placeOf(tree!, path) }));
  }
  const [first, ...rest] = found;
  if (first) throw new VoxError(first, ...rest);
  const test = checked!.options as unknown as GraphTestFile;
  const baseDir = dirname(file);
  const graph = join(baseDir, test.graph ?? basename(file).replace(/\.test\.json$/, '.json'));
  return { name: shown, test, baseDir, graph, places: test.expect.map((_, i) => placeOf(tree!, ['expect', i])) };
}

function plainOf(node: JsonNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.items.map(plainOf);
  return Object.fromEntries([...node.members.values()].map(({ key, value }) => [key, plainOf(value)]));
}

/** The place of what a path leads to, or of the nearest thing around it. */
function placeOf(tree: JsonNode, path: readonly PropertyKey[]): SourcePlace | undefined {
  let node = tree;
  let { place } = tree.where;
  for (const part of path) {
    if (node.kind === 'object') {
      const member = node.members.get(String(part));
      if (!member) break;
      place = member.where.place;
      node = member.value;
    } else if (node.kind === 'array') {
      const item = node.items[Number(part)];
      if (!item) break;
      place = item.where.place;
      node = item;
    } else break;
  }
  return place;
}
