import { z } from 'zod';
import { GROUP_ACTIONS } from '../../graph/plan-types.js';
import { OVERFLOW_POLICIES } from '../../graph/file.js';

const kind = z.enum(['audio', 'video', 'packets', 'events']).meta({ description: 'What flows.' });
const queue = z
  .object({ frames: z.number().int(), overflow: z.enum(OVERFLOW_POLICIES) })
  .meta({ id: 'QueuePolicy', description: 'A bounded queue on a wire.' });

const port = z
  .object({
    port: z.string(),
    kind,
    arity: z.enum(['one', 'optional', 'many']).meta({ description: 'How many wires it takes.' }),
    about: z.string(),
    format: z.string().meta({ description: 'Of an output: what leaves it, in words.' }).optional(),
  })
  .meta({ id: 'PlannedPort' });

const node = z
  .object({
    id: z.string(),
    type: z.string(),
    summary: z.string(),
    role: z.enum(['source', 'effect', 'sink']),
    clock: z.string().meta({ description: 'The clock domain it runs in.' }),
    options: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Complete, as they are now. Empty for those who may not steer, once there is an admin token.' }),
    liveOptions: z.array(z.string()).meta({ description: 'Those that can be changed while it runs.' }),
    inputs: z.array(port),
    outputs: z.array(port),
    inserted: z.string().meta({ description: 'Why the planner added it; absent for a node of the file.' }).optional(),
    optional: z.boolean().meta({ description: 'Whether it may be left out under overload.' }),
    shared: z.enum(['asked', 'live', 'equal']).meta({ description: 'Why several graphs hear one instance.' }).optional(),
    bypassed: z.boolean().meta({ description: 'Whether somebody bypassed it.' }),
    canBypass: z.boolean().meta({ description: 'Whether an input could stand in for each of its outputs.' }),
    latencyMs: z.number().meta({ description: 'What it declares to add.' }),
    costPercent: z.number().meta({ description: 'Estimated, in percent of a core.' }),
    costMeasured: z.boolean().meta({ description: 'False when nobody measured its type.' }),
    operators: z
      .array(z.object({ plugin: z.string(), latencyMs: z.number() }))
      .meta({ description: "Plugins' operators in it." }),
    subgraph: z.boolean().meta({ description: 'Whether a graph of its own is among its options.' }),
    inside: z
      .array(
        z.object({
          id: z.string(),
          type: z.string(),
          summary: z.string(),
          bypassed: z.boolean().meta({ description: 'Whether it is left out of every copy.' }),
          canBypass: z.boolean(),
        }),
      )
      .meta({ description: 'The nodes of that graph; "split/gain" means "gain" in every copy of "split".' })
      .optional(),
  })
  .meta({ id: 'PlannedNode' });

const end = z.object({ node: z.string(), port: z.string() });

const wire = z
  .object({
    id: z.string().meta({ description: 'Such as `music.audio>duck.bed`.' }),
    outlet: z
      .string()
      .meta({ description: 'What it leaves, as `node.port`: levels go by it, and audio and thumbnail are asked by it.' }),
    from: end,
    to: end,
    kind,
    format: z.string().meta({ description: 'In words, such as `audio stereo`.' }),
    branches: z.boolean().meta({ description: 'Whether it carries branches that join and leave.' }),
    queue: queue.optional(),
  })
  .meta({ id: 'PlannedWire' });

const domain = z
  .object({
    name: z.string(),
    leader: z.string().nullable().meta({ description: 'The sink that sets the pace; null: the 20 ms beat of the graph.' }),
    frameRate: z.number().meta({ description: 'Pictures a second, where somebody asks for a rate.' }).optional(),
  })
  .meta({ id: 'ClockDomain' });

const group = z
  .object({ name: z.string(), nodes: z.array(z.string()), onError: z.enum(GROUP_ACTIONS) })
  .meta({ id: 'CrashGroup', description: 'Nodes that degrade together.' });

const title = z.string().meta({ description: "The graph's title." });
const status = z.enum(['loaded', 'running', 'ended']);

/** One graph of the list. */
export const graphSummary = z
  .object({ id: z.string(), title, status, call: z.string().optional(), file: z.string().optional() })
  .meta({ id: 'GraphSummary' });

/** A graph with all that a drawing needs. */
export const graphDetail = z
  .object({
    id: z.string(),
    title,
    status,
    call: z.string().optional(),
    file: z.string().meta({ description: "The graph file's name." }).optional(),
    plan: z
      .object({
        nodes: z.array(node).meta({ description: 'Producers before consumers.' }),
        wires: z.array(wire),
        domains: z.array(domain),
        groups: z.array(group),
        totalPercent: z.number().meta({ description: 'The sum of all estimated costs, in percent of a core.' }),
      })
      .meta({ id: 'DrawnPlan', description: 'What runs, for drawing.' }),
  })
  .meta({ id: 'Graph' });

const level = z
  .object({
    peakDb: z.number().meta({ description: 'The largest sample since the last message, in dBFS; −120 for silence.' }),
    rmsDb: z.number().meta({ description: 'Root mean square, in dBFS; −120 for silence.' }),
  })
  .meta({ id: 'Level' });

const nodeStats = z
  .looseObject({
    state: z.string().meta({ description: 'What its guard does with it.' }),
    faults: z.number().int(),
    counters: z.record(z.string(), z.number()),
    passed: z.record(z.string(), z.number()).meta({ description: 'How much left on each output port.' }),
    latencyMs: z.number().meta({ description: 'What it declares to add, at its present options.' }),
    work: z
      .object({ p50Us: z.number(), p99Us: z.number(), beats: z.number().int() })
      .meta({
        description:
          'What it takes of a beat on the thread of the beats, in microseconds, by the last 512 to 1024 beats that were timed (one of eight). What FFmpeg does in threads of its own is not in it.',
      })
      .optional(),
    lateMs: z.record(z.string(), z.number()).meta({ description: 'How late what came last on each input was.' }),
    shared: z.number().int().optional(),
    leftOutInside: z.array(z.string()).meta({ description: 'Nodes inside that are left out of every copy.' }).optional(),
  })
  .meta({ id: 'NodeStats' });

/** Figures of a running graph. */
export const graphStats = z
  .object({
    graph: z.string(),
    positionUs: z.number().meta({ description: 'Media time so far, in microseconds.' }),
    stats: z
      .looseObject({
        beat: z.looseObject({ ticks: z.number(), skipped: z.number(), bursts: z.number() }).optional(),
        nodes: z
          .record(z.string(), nodeStats)
          .meta({ description: 'By node; instances in personal mixes are node@participant.' }),
        queues: z.array(z.looseObject({ from: z.string(), to: z.string() })),
        plugins: z.record(z.string(), z.unknown()).optional(),
      })
      .meta({ id: 'RunStats' }),
    levels: z
      .record(z.string(), level)
      .meta({ description: 'By outlet, `node.port`. Measured only while somebody reads the feed with `stats=1`; else empty.' }),
  })
  .meta({ id: 'GraphStats' });
