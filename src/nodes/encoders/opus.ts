import { Observable } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, packets } from '../../graph/ports.js';
import { channelsOption } from '../support/channels.js';
import type { Packet } from '../../media/packet.js';
import { OpusCopier } from '../support/opus-copier.js';
import { OpusPacketizer } from '../support/opus-packetizer.js';

/** What `encode.opus` takes. */
export const opusOptions = z.strictObject({
  bitrateKbps: z.number().min(6).max(510).default(64).meta({ description: 'Bit rate in kbit/s; may change while it runs.' }),
  application: z
    .enum(['audio', 'voip', 'lowdelay'])
    .default('audio')
    .meta({ description: 'What it is tuned for: audio for music, voip for speech, lowdelay for the least delay.' }),
  complexity: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(10)
    .meta({ description: 'Effort: 10 sounds best; 5 saves a quarter of the CPU, 0 half; may change while it runs.' }),
  vbr: z.boolean().default(true).meta({ description: 'Variable bit rate: spends bits where they are heard.' }),
  fec: z.boolean().default(false).meta({ description: 'Carries a coarse copy of each packet in the next one, against loss.' }),
  packetLossPercent: z
    .number()
    .int()
    .min(0)
    .max(100)
    .default(0)
    .meta({ description: 'The loss it prepares for, in percent of packets.' }),
  frameMs: z
    .union([z.literal(20), z.literal(40), z.literal(60)])
    .default(20)
    .meta({ description: 'Length of a packet in milliseconds: longer saves bandwidth and adds delay.' }),
  dtx: z.boolean().default(false).meta({
    description: 'Send nothing during silence but a packet every 400 ms; otherwise tiny silence packets keep the beat.',
  }),
  channels: channelsOption('Channels of the packets'),
  passthrough: z.boolean().default(true).meta({
    description:
      'Send the packets of an Opus file as they are while nothing changes their sound; bit rate and effort are then those of the file.',
  }),
});

/** Options of `encode.opus`. */
export type OpusNodeOptions = z.output<typeof opusOptions>;

/** `encode.opus`: audio to Opus packets. */
export const opus = defineNode({
  type: 'encode.opus',
  summary: 'Encode audio as Opus packets.',
  details:
    'libopus at 48 kHz. Each packet carries its loudness for RFC 6464. After 200 ms of silence the encoder rests: packets of three bytes ' +
    'that hold nothing take its place, as RFC 6716 builds them, or with `dtx` almost none. Frames that come before it is ready ' +
    'are dropped and counted. `encoded` counts packets, `clipped` samples above full scale.\n\n' +
    'Packets of an Opus file that reach it through nodes that change nothing are sent as they are, and counted as `copied`; with `frameMs` ' +
    'above 20 several are joined in one, as RFC 6716 §3.2 allows without encoding. When a node begins to change the sound, the encoder hears the 80 ms ' +
    'before and takes over at that very packet; 200 ms after the last change the packets are copied again. The loudness that copied ' +
    'packets state is a nominal one.',
  inputs: { audio: audio('Signal to encode.') },
  outputs: { audio: packets('Opus packets.', { codec: 'opus' }) },
  options: opusOptions,
  fixedOptions: ['application', 'vbr', 'fec', 'packetLossPercent', 'frameMs', 'channels', 'passthrough'],
  bypass: null,
  converter: true,
  // 6.5 ms is libopus's lookahead; 2.5 ms in the low-delay mode.
  latencyMs: ({ application, frameMs }) => frameMs - 20 + (application === 'lowdelay' ? 2.5 : 6.5),
  create: ({ inputs, options, options$, ctx }) => {
    const packetizer = new OpusPacketizer(ctx, options);
    ctx.defer(() => packetizer.close());
    return {
      audio: new Observable((subscriber) => {
        const emit = (packet: Packet) => subscriber.next(packet);
        const encoder = options.passthrough ? new OpusCopier(ctx, options, packetizer, emit) : packetizer;
        packetizer.start(emit, (reason) => subscriber.error(reason));
        subscriber.add(options$.subscribe((next) => packetizer.set(next)));
        subscriber.add(
          inputs.audio.subscribe({
            next: (frame) => encoder.take(frame),
            error: (reason) => subscriber.error(reason),
            complete: () => {
              encoder.flush();
              subscriber.complete();
            },
          }),
        );
      }),
    };
  },
});
