import { z } from 'zod';
import { message } from '../../define-plugin.js';
import { source, title } from './config.js';

const where = {
  call: z.string().optional().meta({ description: 'In this call. Default: the only graph that runs.' }),
  graph: z.string().optional().meta({ description: 'In this running graph, instead.' }),
};
const announcement = z.object({
  id: z.string(),
  src: z.string(),
  title: z.string().nullable(),
  by: z.string(),
  status: z.enum(['waiting', 'given', 'playing']),
});
const announced = announcement.omit({ status: true }).extend({
  outcome: z.enum(['finished', 'failed', 'cancelled']),
  problem: z.string().nullable(),
  atMs: z.number(),
});

/** What `announcer` is asked. */
export const announcerMessages = {
  announce: message(
    z.strictObject({
      ...where,
      src: source,
      title,
      next: z.boolean().default(false).meta({ description: 'Before those that wait.' }),
    }),
    {
      reply: z.object({ id: z.string(), before: z.int() }),
      description: 'Announces something over the music. The reply says how many come before it.',
    },
  ),
  cancel: message(z.strictObject(where), {
    reply: z.object({ cancelled: z.int() }),
    description: 'Breaks off what is announced, and takes out what waits.',
  }),
  list: message(z.strictObject(where), {
    reply: z.object({ announcements: z.array(announcement), speaking: z.array(z.string()), lately: z.array(announced) }),
    description: 'What is announced and waits, who talks, and what was announced lately, the newest first.',
  }),
  begin: message(
    z.strictObject({
      graphs: z.array(
        z.strictObject({
          graph: z.string(),
          call: z.string().nullable(),
          speaking: z.array(z.string()),
          selves: z.array(z.string()),
        }),
      ),
    }),
    { description: 'Its own, when it begins to work. From anybody else it does nothing.' },
  ),
};
