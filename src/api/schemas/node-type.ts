import { z } from 'zod';

const portSpec = z
  .looseObject({
    kind: z.enum(['audio', 'video', 'packets', 'events']),
    arity: z.enum(['one', 'optional', 'many']),
    about: z.string(),
  })
  .meta({ id: 'PortSpec' });

/** A node type of the list. */
export const nodeTypeSummary = z
  .object({ type: z.string(), group: z.string(), summary: z.string() })
  .meta({ id: 'NodeTypeSummary' });

/** A node type in full. */
export const nodeType = z
  .object({
    type: z.string(),
    group: z.string(),
    summary: z.string(),
    details: z.string().meta({ description: 'Markdown; may be empty.' }),
    inputs: z.record(z.string(), portSpec),
    outputs: z.record(z.string(), portSpec),
    options: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema (draft-07) of its options, for forms.' }),
    liveOptions: z.array(z.string()).meta({ description: 'Options that can be changed while it runs.' }),
    fixedOptions: z.array(z.string()).meta({ description: 'Options that are set only when it starts.' }),
    fileOptions: z.array(z.string()).meta({ description: 'Options that name a file or an address.' }),
    leadership: z.string().meta({ description: 'Whether it sets the pace of its clock domain: lead, may or follow.' }),
    needsCall: z.boolean(),
  })
  .meta({ id: 'NodeType' });
