/**
 * What a plugin, a program or an HTTP client may ask of the engine: imperatives as plain JSON, checked by these schemas wherever they come
 * from.
 * @module
 */
import { z } from 'zod';

const place = {
  graph: z.string().optional().meta({ description: 'The running graph. Default: the one of the call, or the only one.' }),
  call: z.string().optional().meta({ description: 'The call whose graph is meant.' }),
  node: z.string().optional().meta({ description: 'The node that plays. Default: the only one of the graph that can do it.' }),
};

const call = z.string().meta({ description: 'The call, such as room:lobby.' });
const participantId = z.string().meta({ description: "The participant's id in the call." });

/** Every command's schema, by its type. */
export const COMMANDS = {
  'call.play': z
    .strictObject({
      type: z.literal('call.play'),
      ...place,
      src: z.string().min(1).meta({ description: 'A file or an address.' }),
      title: z.string().optional().meta({ description: 'Its name, for people.' }),
    })
    .meta({ description: 'Play something instead of what plays now.' }),
  'call.pause': z.strictObject({ type: z.literal('call.pause'), ...place }).meta({ description: 'Pause what plays.' }),
  'call.resume': z
    .strictObject({ type: z.literal('call.resume'), ...place })
    .meta({ description: 'Go on with what was paused.' }),
  'call.seek': z
    .strictObject({
      type: z.literal('call.seek'),
      ...place,
      positionMs: z.number().min(0).meta({ description: 'Where to go on, in milliseconds from the beginning.' }),
    })
    .meta({ description: 'Go to another place of what plays.' }),
  'call.skip': z.strictObject({ type: z.literal('call.skip'), ...place }).meta({ description: 'Go to the next track.' }),
  'call.stop': z
    .strictObject({ type: z.literal('call.stop'), ...place })
    .meta({ description: 'Stop playing; the call goes on.' }),
  'call.volume': z
    .strictObject({
      type: z.literal('call.volume'),
      ...place,
      gainDb: z.number().min(-60).max(24).optional().meta({ description: 'Gain in decibels.' }),
      percent: z.number().min(0).max(200).optional().meta({ description: 'Percent of the original amplitude.' }),
    })
    .refine(({ gainDb, percent }) => (gainDb === undefined) !== (percent === undefined), {
      error: 'give either gainDb or percent',
    })
    .meta({ description: 'Set how loud the music is.' }),
  'call.leave': z.strictObject({ type: z.literal('call.leave'), call }).meta({ description: 'Leave the call; its graph ends.' }),
  'call.tell': z
    .strictObject({
      type: z.literal('call.tell'),
      call,
      text: z.string().min(1).max(4096),
      to: z.string().optional().meta({ description: 'The only participant it is for. Default: everybody.' }),
    })
    .meta({ description: "Write in the call's chat." }),
  'call.mute': z
    .strictObject({ type: z.literal('call.mute'), call, muted: z.boolean().default(true) })
    .meta({ description: 'Be silent for everybody in the call, or be heard again.' }),
  'call.raiseHand': z
    .strictObject({ type: z.literal('call.raiseHand'), call, raised: z.boolean().default(true) })
    .meta({ description: 'Ask to speak in a Telegram call, or no longer.' }),
  'call.title': z
    .strictObject({ type: z.literal('call.title'), call, title: z.string().max(64) })
    .meta({ description: 'Change the title of a Telegram call; for admins.' }),
  'call.record': z
    .strictObject({
      type: z.literal('call.record'),
      call,
      on: z.boolean().default(true),
      title: z.string().max(64).optional().meta({ description: 'What the recording is called.' }),
    })
    .meta({ description: 'Let Telegram record a call, or end that; for admins.' }),
  'call.invite': z
    .strictObject({
      type: z.literal('call.invite'),
      call,
      users: z.array(z.string().min(1)).min(1).max(10).meta({ description: 'Public names, such as @anna.' }),
    })
    .meta({ description: 'Invite users to a Telegram call.' }),
  'call.start': z
    .strictObject({ type: z.literal('call.start'), call })
    .meta({ description: 'Begin a Telegram call that is scheduled; for admins.' }),
  'call.end': z
    .strictObject({ type: z.literal('call.end'), call })
    .meta({ description: 'End a Telegram call for everybody; for admins.' }),
  'participant.volume': z
    .strictObject({
      type: z.literal('participant.volume'),
      call,
      participantId,
      percent: z.number().min(0).max(200).meta({ description: '100 is as he speaks.' }),
    })
    .meta({
      description:
        'Make somebody louder or quieter: in a room in what the graph hears of him, in a Telegram call for everybody if the account is an admin, else for the account.',
    }),
  'participant.kick': z
    .strictObject({
      type: z.literal('participant.kick'),
      call,
      participantId,
      reason: z.string().max(200).optional().meta({ description: 'What he is told.' }),
      banMs: z.number().min(0).default(60_000).meta({ description: 'How long he may not come back, in milliseconds.' }),
    })
    .meta({ description: 'Remove somebody from the call.' }),
  'participant.mute': z
    .strictObject({ type: z.literal('participant.mute'), call, participantId, muted: z.boolean().default(true) })
    .meta({ description: 'Make somebody silent in the graph, or let him be heard again.' }),
  'node.set': z
    .strictObject({
      type: z.literal('node.set'),
      graph: place.graph,
      call: place.call,
      node: z.string(),
      options: z.record(z.string(), z.json()).meta({ description: 'Those that change.' }),
    })
    .meta({ description: 'Change options of a node.' }),
  'node.bypass': z
    .strictObject({
      type: z.literal('node.bypass'),
      graph: place.graph,
      call: place.call,
      node: z
        .string()
        .meta({ description: 'Its name; split/gain is the node gain in every copy that the flow.split "split" makes.' }),
      bypassed: z.boolean().default(true),
    })
    .meta({ description: 'Leave a node out, its input passing through, or let it work again.' }),
  'node.command': z
    .strictObject({
      type: z.literal('node.command'),
      graph: place.graph,
      call: place.call,
      node: z.string(),
      command: z.looseObject({ type: z.string() }).meta({ description: "One of the node's own." }),
    })
    .meta({ description: 'Hand a command to a node.' }),
  'plugin.enable': z
    .strictObject({ type: z.literal('plugin.enable'), plugin: z.string() })
    .meta({ description: 'Let a plugin work again.' }),
  'plugin.disable': z
    .strictObject({ type: z.literal('plugin.disable'), plugin: z.string() })
    .meta({ description: 'Stop a plugin; it stays loaded and keeps its state.' }),
  'plugin.configure': z
    .strictObject({
      type: z.literal('plugin.configure'),
      plugin: z.string(),
      config: z.record(z.string(), z.json()).meta({ description: 'All of its settings; what is left out has its default.' }),
    })
    .meta({ description: 'Give a plugin other settings, until its installer does so.' }),
} as const;

/** The name of a command. */
export type CommandType = keyof typeof COMMANDS;

/** Any command, as it is written: what has a default may be left out. */
export type EngineCommand = { [T in CommandType]: z.input<(typeof COMMANDS)[T]> }[CommandType];

/** A command of a type, complete. */
export type CommandOf<T extends CommandType> = z.output<(typeof COMMANDS)[T]>;

/** Any command, complete. */
export type CheckedCommand = { [T in CommandType]: CommandOf<T> }[CommandType];
