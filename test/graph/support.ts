import { NEVER } from 'rxjs';
import { z } from 'zod';
import { defineNode, type NodeDefinition } from '../../src/graph/define-node.js';
import type { LoadOptions } from '../../src/graph/load.js';
import { audio, events, many, optional, packets, video } from '../../src/graph/ports.js';
import { createRegistry, type Registry } from '../../src/graph/registry.js';

/** A rich catalogue of fake types, so that these tests depend on no real node. Nothing here ever runs. */
const never = new Proxy({}, { get: () => NEVER }) as never;
const create = () => never;
const none = z.strictObject({});

export const testDefinitions: readonly NodeDefinition[] = [
  defineNode({
    type: 'source.file',
    summary: 'Play a media file.',
    inputs: {},
    outputs: { audio: audio('Sound.'), events: events('Progress.') },
    options: z.strictObject({
      src: z.string().min(1).meta({ description: 'File to play.' }),
      loop: z.boolean().default(false).meta({ description: 'Start again at the end.' }),
      startMs: z.number().int().min(0).default(0).meta({ description: 'Where to begin, in milliseconds.' }),
    }),
    fixedOptions: ['src'],
    fileOptions: ['src'],
    mayEnd: ({ loop }) => (loop ? undefined : 'does not loop'),
    create,
  }),
  defineNode({
    type: 'source.playlist',
    summary: 'Play files one after another.',
    inputs: {},
    outputs: { audio: audio('Sound.') },
    options: z.strictObject({ files: z.array(z.string()).default([]).meta({ description: 'Files to play.' }) }),
    fileOptions: ['files'],
    create,
  }),
  defineNode({
    type: 'source.tone',
    summary: 'Give a sine tone.',
    inputs: {},
    outputs: { audio: audio('The tone.') },
    options: z.strictObject({
      frequencyHz: z.number().min(1).max(20000).default(440).meta({ description: 'Pitch in hertz.' }),
      shape: z.enum(['sine', 'square', 'saw']).default('sine').meta({ description: 'Waveform.' }),
    }),
    create,
  }),
  defineNode({
    type: 'source.participants',
    summary: 'The voices of the call.',
    inputs: {},
    outputs: { voices: many(audio('One branch for each participant.')) },
    options: none,
    needsCall: true,
    create,
  }),
  defineNode({
    type: 'source.camera',
    summary: 'Pictures.',
    inputs: {},
    outputs: { video: video('Pictures.') },
    options: none,
    create,
  }),
  defineNode({
    type: 'source.pair',
    summary: 'Two sounds.',
    inputs: {},
    outputs: { left: audio('Left.'), right: audio('Right.') },
    options: z.strictObject({}),
    create: () => ({ left: NEVER, right: NEVER }),
  }),
  defineNode({
    type: 'source.av',
    summary: 'A film.',
    inputs: {},
    outputs: { sound: audio('Sound.'), video: video('Pictures.') },
    options: none,
    create,
  }),
  defineNode({
    type: 'source.cameras',
    summary: 'The pictures of the call.',
    inputs: {},
    outputs: { pictures: many(video('One branch for each participant.')) },
    options: none,
    create,
  }),
  defineNode({
    type: 'effect.gain',
    summary: 'Make a signal louder or quieter by a fixed number of decibels.',
    inputs: { audio: audio('Signal to scale.') },
    outputs: { audio: audio('Scaled signal.') },
    options: z.strictObject({
      gainDb: z.number().min(-60).max(24).default(0).meta({ description: 'Gain in decibels; 0 changes nothing.' }),
    }),
    create,
  }),
  defineNode({
    type: 'effect.equalizer',
    summary: 'Shape the tone.',
    details: 'Bands are biquads after the **cookbook**.',
    inputs: { audio: audio('Signal.') },
    outputs: { audio: audio('Shaped signal.') },
    options: z.strictObject({
      bands: z
        .array(
          z.discriminatedUnion('kind', [
            z.strictObject({ kind: z.literal('peak'), hz: z.number().min(20).max(20000), gainDb: z.number().default(0) }),
            z.strictObject({ kind: z.literal('notch'), hz: z.number().min(20).max(20000) }),
          ]),
        )
        .max(4)
        .default([])
        .meta({ description: 'The bands, in order.' }),
      mode: z
        .union([z.literal('off'), z.number().min(0)])
        .default('off')
        .meta({ description: 'Off, or a strength.' }),
      tag: z
        .string()
        .regex(/^[a-z]+$/)
        .optional()
        .meta({ description: 'A tag.' }),
      mix: z
        .strictObject({ wet: z.number().min(0).max(1).default(1) })
        .prefault({})
        .meta({ description: 'Dry and wet.' }),
      labels: z.record(z.string(), z.number()).optional().meta({ description: 'Numbers by name.' }),
    }),
    create,
  }),
  defineNode({
    type: 'mix.sum',
    summary: 'Add signals.',
    inputs: { audio: many(audio('Signals to add.')) },
    outputs: { audio: audio('The sum.') },
    options: z.strictObject({ headroomDb: z.number().default(0).meta({ description: 'Headroom in decibels.' }) }),
    create,
  }),
  defineNode({
    type: 'mix.duck',
    summary: 'Make a bed quieter while somebody speaks.',
    inputs: { bed: audio('Music.'), voice: optional(audio('Speech.')) },
    outputs: { audio: audio('Both.') },
    options: z.strictObject({ depthDb: z.number().max(0).default(-12).meta({ description: 'How much quieter, in decibels.' }) }),
    create,
  }),
  defineNode({
    type: 'plugin.audio',
    summary: 'The audio operators of the plugins.',
    inputs: { audio: audio('Signal.') },
    outputs: { audio: audio('Signal.') },
    options: none,
    create,
  }),
  defineNode({
    type: 'encode.opus',
    summary: 'Encode to Opus.',
    inputs: { audio: audio('Signal.') },
    outputs: { packets: packets('Opus packets.') },
    options: z.strictObject({ bitrateKbps: z.number().int().min(6).max(510).default(64).meta({ description: 'Bit rate.' }) }),
    create,
  }),
  defineNode({
    type: 'video.waveform',
    summary: 'Draw sound.',
    inputs: { audio: audio('Sound.') },
    outputs: { video: video('Pictures.') },
    options: none,
    create,
  }),
  defineNode({
    type: 'sink.call',
    summary: 'Send to the call.',
    inputs: { audio: packets('Opus packets.'), video: optional(video('Pictures.')) },
    outputs: {},
    options: none,
    leadership: 'lead',
    needsCall: true,
    create,
  }),
  defineNode({
    type: 'sink.screen',
    summary: 'Show pictures.',
    inputs: { video: video('Pictures.') },
    outputs: {},
    options: none,
    leadership: 'lead',
    create,
  }),
  defineNode({
    type: 'sink.file',
    summary: 'Write a file.',
    inputs: { audio: audio('Sound.') },
    outputs: {},
    options: z.strictObject({ path: z.string().meta({ description: 'File to write.' }) }),
    outputFileOptions: ['path'],
    leadership: 'may',
    create,
  }),
  defineNode({
    type: 'sink.null',
    summary: 'Throw away.',
    inputs: { audio: many(audio('Anything.')) },
    outputs: {},
    options: none,
    create,
  }),
];

export const testRegistry: Registry = createRegistry(testDefinitions);

/** Files that exist for {@link testLoad}. */
export const testFiles = ['tune.opus', 'a.mp3', 'b.mp3'];

/** Load options with which no test touches the disk's media. */
export const testLoad: LoadOptions = {
  registry: testRegistry,
  plugins: ['voice-effects', 'radio'],
  cwd: '/graphs',
  exists: (path) => testFiles.some((file) => path.endsWith(`/${file}`)),
};

/** A graph of one chain that every test may start from: tone → encode → call. */
export function validGraph() {
  return {
    version: 1,
    nodes: {
      tone: { type: 'source.tone' },
      opus: { type: 'encode.opus', in: { audio: 'tone' } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    },
  };
}
