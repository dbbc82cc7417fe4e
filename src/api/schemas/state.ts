import { z } from 'zod';
import { atMs, stateProblem } from './common.js';

const participant = z
  .object({
    name: z.string().meta({ description: 'As others see him.' }).optional(),
    admin: z.boolean().meta({ description: 'Whether he may manage the call.' }).optional(),
    self: z.boolean().meta({ description: 'Whether it is our own account.' }).optional(),
  })
  .meta({ id: 'Participant', description: 'What is known of somebody.' });

const ids = (description: string) => z.array(z.string()).meta({ description });

/** A call of the state. */
export const callState = z
  .looseObject({
    address: z.string().meta({ description: 'Where it is.' }),
    status: z.string().meta({ description: "The call machine's state, such as live or joining." }),
    participants: ids('Those whose voice arrives.'),
    people: z.record(z.string(), participant).meta({ description: 'What is known of them, by id.' }),
    speaking: ids('Those who speak at present.'),
    muted: ids('Those who are muted.'),
    volumes: z
      .record(z.string(), z.number())
      .meta({ description: 'How loud those are to be, in percent, who are not as loud as they speak; by id.' }),
    selfMuted: z.boolean().meta({ description: 'Whether everybody hears silence of us.' }),
    silenced: z.boolean().meta({ description: 'Whether an admin keeps us from being heard.' }),
    handRaised: z.boolean().meta({ description: 'Whether we ask to speak.' }),
    listeners: z.number().int().meta({ description: 'How many connections listen.' }),
  })
  .meta({ id: 'CallState', description: 'One call, as the state shows it.' });

const graphState = z
  .looseObject({
    title: z.string(),
    call: z.string().optional(),
    status: z.enum(['loaded', 'running', 'ended']),
    reason: z.string().meta({ description: 'Why it ended: finished, stopped or failed.' }).optional(),
    problems: z.record(z.string(), stateProblem).meta({ description: 'The last problem of each node that has one.' }),
  })
  .meta({ id: 'GraphState', description: 'One graph, as the state shows it.' });

const pluginState = z
  .looseObject({
    name: z.string(),
    version: z.string(),
    graph: z.string().optional(),
    call: z.string().optional(),
    status: z.enum(['enabled', 'disabled', 'failed']),
    config: z.record(z.string(), z.json()),
    state: z.json().optional(),
    faults: z.number().int(),
    problem: stateProblem.optional(),
    bypassed: ids('What is left out of it after too many faults.'),
  })
  .meta({ id: 'PluginState', description: 'One plugin, as the state shows it.' });

/** All that the engine knows. */
export const engineState = z
  .looseObject({
    graphs: z.record(z.string(), graphState),
    calls: z.record(z.string(), callState),
    plugins: z
      .record(z.string(), pluginState)
      .meta({ description: 'Empty for those who may not steer, once there is an admin token.' }),
  })
  .meta({ id: 'EngineState', description: 'All that the engine knows; it changes only by facts.' });

/** The state with its number. */
export const numberedState = z
  .object({
    engine: z.string().meta({ description: 'Which run of the engine this is: another one has other numbers.' }),
    seq: z.number().int().meta({ description: 'The number of the last fact in it.' }),
    state: engineState,
  })
  .meta({ id: 'NumberedState' });

/** What the engine is. */
export const infoSchema = z
  .object({
    name: z.literal('voxgraph'),
    version: z.string(),
    node: z.string().meta({ description: 'The version of Node.' }),
    engine: z.string().meta({ description: 'Which run of the engine this is.' }),
    startedAtMs: atMs,
    uptimeMs: z.number().meta({ description: 'Since the server began.' }),
    capabilities: z.array(z.string()).meta({ description: 'What this server can do, such as feed, metrics, hot-edit.' }),
    maySteer: z.boolean().meta({ description: 'Whether the token that was shown, or none, may change things.' }),
    adminTokenNeeded: z.boolean().meta({ description: 'Whether an admin token is needed for that.' }),
  })
  .meta({ id: 'Info' });
