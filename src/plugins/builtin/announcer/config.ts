import { z } from 'zod';

/** The deepest that `effect.fade` goes short of silence. */
const DEEPEST_DB = -60;

const depth = (preset: number, description: string) => z.number().min(DEEPEST_DB).max(0).default(preset).meta({ description });

/** What is announced. */
export const source = z.string().min(1).max(4096).meta({
  description: 'The file, beside the graph file or in the current folder, or an address.',
});
/** Its title. */
export const title = z.string().max(200).optional().meta({ description: 'Title for people.' });

const scheduled = z.strictObject({
  src: source,
  title,
  everySec: z.number().min(1).max(604_800).meta({ description: 'How often, in seconds.' }),
  firstSec: z.number().min(0).max(604_800).optional().meta({
    description: 'How long after the graph began, or the plugin in it, it is announced first, in seconds. Absent: as `everySec`.',
  }),
});

const onJoin = z.strictObject({
  src: source,
  title,
  minGapSec: z.number().min(0).max(86_400).default(60).meta({
    description: 'Not again for so long, in seconds: a crowd is greeted once.',
  }),
});

/** Settings of `announcer`. */
export const announcerConfig = z.strictObject({
  bed: z.string().min(1).default('bed').meta({ description: 'The `effect.fade` node that the music goes through.' }),
  node: z.string().min(1).default('announcement').meta({ description: 'The `source.queue` node that plays announcements.' }),
  speech: z.boolean().default(true).meta({ description: 'Whether the music also makes way for participants who talk.' }),
  speechDepthDb: depth(-12, 'How far the music goes down while somebody talks, in decibels.'),
  announcementDepthDb: depth(-18, 'How far it goes down under an announcement, in decibels.'),
  attackMs: z.number().min(10).max(10_000).default(250).meta({ description: 'How long it takes to go down, in milliseconds.' }),
  releaseMs: z
    .number()
    .min(10)
    .max(60_000)
    .default(1200)
    .meta({ description: 'How long it takes to come back, in milliseconds.' }),
  holdMs: z.number().min(0).max(60_000).default(600).meta({
    description: 'How long it stays down after the last talk or announcement, in milliseconds, so that it does not pump.',
  }),
  leadMs: z.number().min(0).max(10_000).optional().meta({
    description: 'How long before an announcement the music begins to go down, in milliseconds. Absent: as `attackMs`.',
  }),
  schedule: z.array(scheduled).max(100).default([]).meta({
    description:
      'What is announced again and again, in each graph: `{ "src": "jingle.opus", "everySec": 900 }`; `title`, and `firstSec` where the first time is another, may be added.',
  }),
  onJoin: onJoin.optional().meta({ description: 'What is announced when somebody comes. Absent: nothing.' }),
  maxWaiting: z.int().min(1).max(100).default(20).meta({ description: 'Most announcements that wait in one graph.' }),
});
/** Settings of `announcer`, complete. */
export type AnnouncerConfig = z.output<typeof announcerConfig>;
