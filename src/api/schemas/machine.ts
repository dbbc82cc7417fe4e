import { z } from 'zod';
import { atMs } from './common.js';

/** A state's value: its name, or the names in each region. */
const stateValue = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .meta({ id: 'StateValue', description: 'A state by name, or by region: `{ "attempt": { "live": … } }`.' });

const trigger = z.looseObject({ kind: z.enum(['event', 'after', 'done', 'error', 'always']) }).meta({
  id: 'Trigger',
  description: 'What starts it: an `event`, a `delay` by name, an `actor` that is done or failed, or nothing.',
});

const transition = z
  .object({
    id: z.string(),
    trigger,
    guard: z.string().optional(),
    targets: z.array(z.string()),
    actions: z.array(z.string()),
    description: z.string().optional(),
  })
  .meta({ id: 'ChartTransition' });

/** A chart. */
export const chart = z
  .object({
    id: z.string(),
    key: z.string(),
    type: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
    initial: z.string().optional(),
    description: z.string().optional(),
    invokes: z.array(z.object({ id: z.string(), src: z.string() })),
    entry: z.array(z.string()),
    exit: z.array(z.string()),
    transitions: z.array(transition),
    get states() {
      return z.array(chart);
    },
  })
  .meta({ id: 'ChartState', description: 'A state of a chart with everything in it; the outermost is the machine.' });

/** A machine. */
export const instance = z
  .object({
    instance: z.string().meta({ description: 'Such as call-1.' }),
    machine: z.string().meta({ description: 'Its chart.' }),
    subject: z
      .object({
        call: z.string().optional(),
        graph: z.string().optional(),
        node: z.string().optional(),
        plugin: z.string().optional(),
        account: z.string().optional(),
      })
      .meta({ description: 'What it is about.' }),
    value: stateValue,
    sinceMs: atMs,
    ended: z.boolean(),
  })
  .meta({ id: 'MachineInstance' });

/** A step of a machine. */
export const step = z
  .object({
    n: z.number().int().meta({ description: 'Rises from step to step of all machines.' }),
    atMs,
    instance: z.string(),
    event: z.string().meta({ description: '`(start)` for coming into the initial state.' }),
    guard: z.string().optional(),
    from: stateValue.nullable(),
    to: stateValue,
    transitionIds: z.array(z.string()).meta({ description: 'Those of the chart that were taken.' }),
  })
  .meta({ id: 'MachineStep' });
