import { z } from 'zod';

/** A whole number behind `?`. */
export function wholeNumber(description: string): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .meta({ type: 'integer', minimum: 0, description });
}

/** Yes or no behind `?`. */
export function flag(description: string): z.ZodType<boolean, string> {
  return z
    .enum(['0', '1', 'false', 'true'])
    .transform((given) => given === '1' || given === 'true')
    .meta({ description });
}

/** A name in a path. */
export function name(description: string): z.ZodString {
  return z.string().min(1).max(200).meta({ description });
}

/** Times on the wall clock. */
export const atMs = z.number().meta({ description: 'Milliseconds since 1970.' });

/** A problem of a text, with its place. */
export const problemSchema = z
  .object({
    code: z.string().meta({ description: 'The row of docs/errors.md.' }),
    message: z.string().meta({ description: 'What is wrong, as one sentence.' }),
    fix: z.string().meta({ description: 'What to do about it.' }),
    severity: z.enum(['error', 'warning']),
    line: z.number().int().meta({ description: 'From 1.' }).optional(),
    column: z.number().int().meta({ description: 'From 1.' }).optional(),
    endLine: z.number().int().optional(),
    endColumn: z.number().int().meta({ description: 'The first column behind it.' }).optional(),
    path: z.string().meta({ description: 'Such as nodes.duck.options.depthDb.' }).optional(),
    node: z.string().optional(),
  })
  .meta({ id: 'TextProblem', description: 'Something that is wrong, or doubtful, in the text of a graph file.' });

/** A problem as state and events carry it. */
export const stateProblem = z
  .looseObject({ code: z.string(), message: z.string(), fix: z.string() })
  .meta({ id: 'Problem', description: 'Something that went wrong: a row of docs/errors.md, filled in.' });

/** What every refusal holds. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'The row of docs/errors.md.' }),
      message: z.string().meta({ description: 'What is wrong, as one sentence.' }),
      fix: z.string().meta({ description: 'What to do about it.' }),
      where: z
        .string()
        .meta({ description: 'What is wrong: a part of the request such as `body.options`, or a place in a file.' })
        .optional(),
      problems: z.array(problemSchema).meta({ description: 'Everything that is wrong, when it is about a text.' }).optional(),
    }),
  })
  .meta({ id: 'Error', description: 'Why a request was refused.' });

/** An answer that says no more than that it is done. */
export const done = z.object({ done: z.literal(true) }).meta({ id: 'Done', description: 'It is done.' });
