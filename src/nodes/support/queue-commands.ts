import { z } from 'zod';
import type { NodeCommand } from '../../graph/context.js';
import { checkOptions, optionName } from '../../graph/option-problems.js';
import { REPEAT_MODES, SHUFFLE_MODES, trackOption } from './queue-state.js';

const type = z.string();
const which = { id: z.string().optional(), index: z.int().min(0).optional() };
const oneTrack = z.strictObject({ type, ...which });
const alone = z.strictObject({ type });

const commands = {
  add: z.strictObject({
    type,
    track: trackOption.optional(),
    tracks: z.array(trackOption).optional(),
    at: z.union([z.int().min(0), z.enum(['next', 'end'])]).default('end'),
    play: z.boolean().default(false),
  }),
  next: alone,
  previous: alone,
  jump: oneTrack,
  move: z.strictObject({ type, ...which, to: z.int().min(0) }),
  remove: oneTrack,
  clear: z.strictObject({ type, current: z.boolean().default(false) }),
  shuffle: z.strictObject({ type, mode: z.enum(SHUFFLE_MODES).optional() }),
  repeat: z.strictObject({ type, mode: z.enum(REPEAT_MODES) }),
  pause: alone,
  play: alone,
  stop: alone,
  seek: z.strictObject({ type, positionMs: z.number().min(0) }),
  replay: alone,
  report: alone,
};
type Commands = typeof commands;

/** A command to a queue, checked. */
export type QueueCommand = { [K in keyof Commands]: Omit<z.output<Commands[K]>, 'type'> & { readonly type: K } }[keyof Commands];

/** The names of all commands of a queue. */
export const QUEUE_COMMANDS = Object.keys(commands) as readonly (keyof Commands)[];

/** Checks a command. Gives it complete, or says in a plain sentence what is wrong with it. */
export function readQueueCommand(command: NodeCommand): QueueCommand | { readonly refused: string } {
  if (!Object.hasOwn(commands, command.type)) return { refused: `there are ${QUEUE_COMMANDS.join(', ')}` };
  const { options, problems } = checkOptions(commands[command.type as keyof Commands], command);
  const [first] = problems;
  if (first) {
    const name = optionName(first.path);
    return {
      refused: first.kind === 'unknown' ? `"${name}" does not exist${first.hint}` : `${name ? `"${name}": ` : ''}${first.reason}`,
    };
  }
  return options as unknown as QueueCommand;
}
