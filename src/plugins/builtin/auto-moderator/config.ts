import { z } from 'zod';

const action = z.enum(['kick', 'mute']);

const flood = z.strictObject({
  messages: z.int().min(2).max(1000).default(8).meta({ description: 'More messages than this …' }),
  withinSec: z.number().min(1).max(3600).default(10).meta({ description: '… within so many seconds count as flooding.' }),
  action: z
    .enum(['none', 'mute', 'kick'])
    .default('mute')
    .meta({ description: 'What is done about it. Muting concerns the voice: who may write in a chat is not ours to say.' }),
  forSec: z.number().min(1).max(86_400).default(120).meta({ description: 'For how long: muted, or not let in again.' }),
});

/** Settings of `auto-moderator`. */
export const moderatorConfig = z.strictObject({
  banned: z
    .array(z.string().min(1))
    .max(10_000)
    .default([])
    .meta({ description: 'Ids of users who are banned for good, beside those that are banned by message.' }),
  bannedAction: action.default('kick').meta({ description: 'What is done about a banned user who comes.' }),
  maxParticipants: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ description: 'How many may be in the call besides ourselves and admins. Absent: any number.' }),
  fullAction: action
    .default('mute')
    .meta({ description: 'What is done about whoever comes when it is full. The muted are heard once there is room.' }),
  fullSec: z
    .number()
    .min(0)
    .max(86_400)
    .default(30)
    .meta({ description: 'How long somebody who was sent away because it was full may not come back, in seconds.' }),
  flood: flood.prefault({}).meta({ description: 'What counts as flooding the chat.' }),
  admins: z
    .array(z.string().min(1))
    .max(1000)
    .default([])
    .meta({ description: 'Ids of users who count as admins: nothing is ever done about them.' }),
  tell: z.boolean().default(true).meta({ description: 'Whether those whom it concerns are told why.' }),
});
/** Settings of `auto-moderator`, complete. */
export type ModeratorConfig = z.output<typeof moderatorConfig>;
