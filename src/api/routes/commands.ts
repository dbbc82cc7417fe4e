import { z } from 'zod';
import { COMMANDS, type CommandType, type EngineCommand } from '../../events/command.js';
import type { ErrorCode } from '../../errors.js';
import { route, type Route } from '../route.js';
import { checkSentConfig } from '../source/plugin-files.js';
import { done, name } from '../schemas/common.js';

const callParams = z.strictObject({ call: name('The call, such as `room:lobby`.') });
const participantParams = callParams.extend({ participant: name('His id in the call.') });
const REFUSED: readonly ErrorCode[] = [
  'COMMAND_WRONG',
  'COMMAND_REFUSED',
  'UNKNOWN_CALL',
  'UNKNOWN_GRAPH',
  'UNKNOWN_RUNNING_NODE',
];

/** Every command of the engine. */
const anyCommand = z
  .union(Object.values(COMMANDS) as unknown as [z.ZodType, z.ZodType])
  .meta({ id: 'Command', description: 'An imperative, by its `type`.' });

/** The verbs of calls, each with an example. */
const VERBS = {
  pause: {},
  resume: {},
  seek: { positionMs: 30_000 },
  skip: {},
  stop: {},
  play: { src: 'media/tune.opus' },
  volume: { percent: 80 },
  leave: {},
  tell: { text: 'Hello' },
  mute: { muted: true },
  'raise-hand': { raised: true },
  title: { title: 'Evening radio' },
  record: { on: true },
  invite: { users: ['@anna'] },
  end: {},
} as const;

/** Whose examples would end the call, or are for calls of Telegram. */
const SILENT = new Set(['leave', 'end', 'raise-hand', 'title', 'record', 'invite']);

const camel = (word: string): string => word.replace(/-(\w)/g, (_all, first: string) => first.toUpperCase());

/** A command as a verb of its own: what stands in the path is not in the body. */
function verb(type: CommandType, path: string, params: z.ZodObject, example: object | false): Route {
  const { shape } = COMMANDS[type];
  const { description } = COMMANDS[type].meta() ?? {};
  const inPath = Object.keys(params.shape).map((key) => (key === 'participant' ? 'participantId' : key));
  const rest = Object.fromEntries(
    Object.entries(shape).filter(([key]) => key !== 'type' && key !== 'graph' && !inPath.includes(key)),
  );
  const fields = z.strictObject(rest);
  const body = fields.safeParse({}).success && type !== 'call.volume' ? fields.prefault({}) : fields;
  const word = path.slice(path.lastIndexOf('/') + 1);
  return route({
    id: type.replace(/\.(\w)/, (_all, first: string) => first.toUpperCase()),
    method: 'POST',
    path,
    tag: type.startsWith('participant') ? 'Participants' : 'Calls',
    summary: (description ?? word).replace(/\.$/, ''),
    params,
    body,
    answer: done,
    errors: [...REFUSED, ...(type.startsWith('participant') ? (['UNKNOWN_PARTICIPANT'] as const) : [])],
    example: example && { path: path.replace('{call}', 'room:lobby'), body: example },
    handle: async ({ host }, asked) => {
      const { participant, ...place } = asked.params as { readonly call: string; readonly participant?: string };
      const about = { ...place, ...(participant !== undefined && { participantId: participant }) };
      await host.engine.execute({ type, ...(asked.body as object), ...about } as EngineCommand);
      return { done: true as const };
    },
  });
}

/** Routes that tell the engine what to do. */
export const commandRoutes: readonly Route[] = [
  route({
    id: 'execute',
    method: 'POST',
    path: '/commands',
    tag: 'Commands',
    summary: 'Do any command of the engine',
    details: 'Answers when it is done; what became of it is a fact of the feed too: `command.done` or `command.refused`.',
    body: z.looseObject({ type: z.string() }),
    bodyDoc: anyCommand,
    answer: done,
    errors: [...REFUSED, 'UNKNOWN_PARTICIPANT', 'UNKNOWN_PLUGIN', 'CANNOT_BYPASS', 'TEXT_FORBIDDEN'],
    example: { body: { type: 'call.volume', percent: 80 } },
    handle: async ({ host }, { body }) => {
      if (body.type === 'plugin.configure') checkSentConfig(host, String(body['plugin']), body['config']);
      await host.engine.execute(body as EngineCommand);
      return { done: true as const };
    },
  }),
  ...Object.entries(VERBS).map(([word, example]) =>
    verb(`call.${camel(word)}` as CommandType, `/calls/{call}/${word}`, callParams, SILENT.has(word) ? false : example),
  ),
  verb('participant.mute', '/calls/{call}/participants/{participant}/mute', participantParams, false),
  verb('participant.volume', '/calls/{call}/participants/{participant}/volume', participantParams, false),
  verb('participant.kick', '/calls/{call}/participants/{participant}/kick', participantParams, false),
];
