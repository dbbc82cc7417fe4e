import { z } from 'zod';

/** How grave something is. */
export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** How grave something is. */
export type LogLevel = (typeof LEVELS)[number];

const pattern = z.string().regex(/^[a-z*][a-zA-Z.*]*$/, { error: 'must be a type of event such as "call.started", or "call.*"' });

/** Settings of `logging`. */
export const loggingConfig = z.strictObject({
  file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'File to append to, relative to the folder the process runs in. Absent: standard error.' }),
  format: z
    .enum(['lines', 'ndjson'])
    .default('lines')
    .meta({ description: '`lines` for people, `ndjson` (a JSON object a line) for machines.' }),
  level: z.enum(LEVELS).default('info').meta({ description: 'What is less grave than this is left out.' }),
  include: z
    .array(pattern)
    .max(100)
    .default([])
    .meta({ description: 'Only these types of events, such as `call.*`. Empty: all.' }),
  exclude: z.array(pattern).max(100).default([]).meta({ description: 'None of these types, whatever `include` says.' }),
  texts: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether what people write in the chat is logged; otherwise only how long it was.' }),
  redact: z.array(z.string().min(1)).max(100).default([]).meta({
    description:
      'Names of further fields that are never logged, such as `name`. Tokens, session strings and phone numbers never are.',
  }),
  maxBytes: z
    .int()
    .min(1000)
    .max(2 ** 40)
    .default(10_000_000)
    .meta({ description: 'When the file would grow beyond this it is renamed to `FILE.1`, and a new one begun.' }),
  keep: z.int().min(0).max(100).default(5).meta({ description: 'How many such older files are kept.' }),
  maxPendingBytes: z
    .int()
    .min(1000)
    .max(100_000_000)
    .default(1_000_000)
    .meta({ description: 'How much may wait for a slow disk or reader; lines beyond that are dropped and counted.' }),
});
/** Settings of `logging`, complete. */
export type LoggingConfig = z.output<typeof loggingConfig>;
