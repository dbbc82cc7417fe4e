import { z } from 'zod';
import { REPEAT_MODES, SHUFFLE_MODES, trackOption } from '../../../nodes/support/queue-state.js';

/** Who may use a chat command; `requester`: whoever asked for the track that it is about, and admins. */
export const LEVELS = ['everyone', 'requester', 'admin', 'nobody'] as const;
/** Who may use a chat command. */
export type Level = (typeof LEVELS)[number];

/** What is done when a call has nothing left to play, or nobody left in it. */
const AFTERWARDS = ['stay', 'pause', 'leave'] as const;

const level = (preset: Level, what: string) =>
  z
    .enum(LEVELS)
    .default(preset)
    .meta({ description: `Who may ${what}.` });

const permissions = z.strictObject({
  play: level('everyone', 'ask for tracks'),
  queue: level('everyone', 'see what plays, what comes and what was played'),
  skip: level('requester', 'go to the next track'),
  pause: level('requester', 'pause, go on and go to another place of the track'),
  remove: level('requester', 'take a waiting track out'),
  order: level('admin', 'move, jump, go back, shuffle and repeat'),
  stop: level('admin', 'stop, and empty the queue'),
});

/** The chat commands' groups of permissions. */
export type Permission = keyof z.output<typeof permissions>;

const chat = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: 'Whether chat commands are answered.' }),
  prefix: z.string().min(1).max(8).default('/').meta({ description: 'What every command begins with.' }),
  announce: z.boolean().default(false).meta({ description: 'Whether each track is announced as it begins.' }),
  privately: z.boolean().default(false).meta({
    description: 'Whether lists and refusals are for whoever asked alone. In a room that takes a connection of his.',
  }),
  pageSize: z.int().min(1).max(50).default(10).meta({ description: 'How many tracks one answer lists.' }),
  permissions: permissions.prefault({}).meta({ description: 'Who may do what: `everyone`, `requester`, `admin`, `nobody`.' }),
});

const afterwards = (what: string, least: number) =>
  z.strictObject({
    do: z
      .enum(AFTERWARDS)
      .default('stay')
      .meta({ description: `What is done ${what}: nothing, pause until that changes, or leave the call.` }),
    afterSec: z.number().min(least).max(86_400).default(120).meta({ description: 'How long it must be so first, in seconds.' }),
  });

/** Settings of `music-queue`. */
export const musicQueueConfig = z.strictObject({
  node: z.string().min(1).default('music').meta({ description: 'The `source.queue` node of the graph that plays.' }),
  tracks: z
    .array(trackOption)
    .max(1000)
    .default([])
    .meta({ description: 'What is queued where nothing was saved, as in `source.queue`.' }),
  repeat: z.enum(REPEAT_MODES).default('off').meta({ description: 'How a new queue repeats.' }),
  shuffle: z.enum(SHUFFLE_MODES).default('off').meta({ description: 'How a new queue shuffles.' }),
  seed: z.int().min(0).max(0xffff_ffff).default(1).meta({ description: 'What drawn orders follow from: the same, the same.' }),
  folder: z.string().optional().meta({
    description:
      'Folder beside the graph file whose files may be asked for, by their names in it. Absent: no files, only addresses.',
  }),
  addresses: z.enum(['none', 'public', 'any']).default('public').meta({
    description:
      'Which http and https addresses may be asked for. `any` reaches those of your own network too, and pages through yt-dlp.',
  }),
  maxTracks: z.int().min(1).max(9000).default(500).meta({ description: 'Most tracks that wait in one queue.' }),
  maxPerUser: z
    .int()
    .min(1)
    .max(9000)
    .default(50)
    .meta({ description: 'Most tracks that one user may have waiting. Admins have no limit.' }),
  maxTrackSec: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'Tracks that are longer than so many seconds are passed over. Absent: none is.' }),
  failureLimit: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .meta({ description: 'After so many tracks in a row that cannot be played the queue stops, until somebody asks for more.' }),
  history: z.int().min(0).max(1000).default(100).meta({ description: 'How many played tracks each queue remembers.' }),
  resume: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether after a restart a track goes on where it was, instead of from its beginning.' }),
  savePositionSec: z
    .number()
    .min(1)
    .max(600)
    .default(10)
    .meta({ description: 'How often the place in the track is noted while it plays, in seconds.' }),
  atEnd: afterwards('when the queue is through', 0).prefault({}).meta({ description: 'When nothing is left to play.' }),
  whenAlone: afterwards('when nobody else is in the call', 0).prefault({}).meta({ description: 'When everybody has left.' }),
  admins: z.array(z.string()).max(1000).default([]).meta({ description: 'Ids of users who count as admins.' }),
  chat: chat.prefault({}).meta({ description: 'The commands that people write in the chat.' }),
});

/** Settings of `music-queue`, complete. */
export type MusicConfig = z.output<typeof musicQueueConfig>;
