import { z } from 'zod';
import { voxError } from '../../../errors.js';
import type { TransportAnswer } from '../../../machines/transport.js';

/** Settings of the media side of a Telegram call. */
export const telegramMediaConfig = z.strictObject({
  /** This machine's IP addresses to send from; 0.0.0.0 leaves the way to the system. */
  addresses: z.array(z.string()).min(1).default(['0.0.0.0']),
  /** Whether voices are decoded in stereo, which costs nearly twice as much. */
  stereo: z.boolean().default(false),
});

/** Settings of the media side of a Telegram call, with every default filled in. */
export type TelegramMediaConfig = z.output<typeof telegramMediaConfig>;

const attempt = z.number().int();
/** An unsigned 32-bit SSRC. */
const source = z.number().int().min(0).max(0xffff_ffff);

/** Makes a connection ready; answered by what to offer the server (`TransportParams`). */
const openRequest = z.object({
  type: z.literal('transport.open'),
  attempt,
  /** `screen`: the second connection, which shows a screen. */
  purpose: z.enum(['camera', 'screen']).default('camera'),
});
/** Starts to connect by the server's answer. It was read strictly where it came in. */
const applyRequest = z.object({
  type: z.literal('transport.apply'),
  attempt,
  answer: z.custom<TransportAnswer>((value) => typeof value === 'object' && value !== null && 'kind' in value),
});
/** A part of the broadcast that an attempt was answered with. */
const partRequest = z.object({
  type: z.literal('broadcast.part'),
  attempt,
  /** When it begins, on the clock of the broadcast. */
  timeMs: z.number().int(),
  data: z.base64(),
});
const closeRequest = z.object({ type: z.literal('transport.close'), attempt });
/** A picture of somebody. */
const picture = z.object({
  endpoint: z.string(),
  sourceGroups: z.array(z.object({ semantics: z.enum(['SIM', 'FID']), sources: z.array(source) })),
  paused: z.boolean(),
});
/** What the server says about somebody. */
const setRequest = z.object({
  type: z.literal('participant.set'),
  participant: z.object({
    participantId: z.string(),
    source,
    name: z.string().optional(),
    muted: z.boolean(),
    mutedByUs: z.boolean().optional(),
    /** How loud he is to be, 1 is 100 %. */
    volume: z.number().min(0).optional(),
    video: picture.optional(),
    screen: picture.optional(),
  }),
});
const leftRequest = z.object({ type: z.literal('participant.left'), participantId: z.string() });
/** These sources are nobody's: their packets are played without a name. */
const unknownRequest = z.object({ type: z.literal('source.unnamed'), sources: z.array(source) });
/** Whether we are muted: the graph's sound then stays here. */
const selfRequest = z.object({ type: z.literal('self.set'), muted: z.boolean() });

const telegramMediaRequest = z.discriminatedUnion('type', [
  openRequest,
  applyRequest,
  partRequest,
  closeRequest,
  setRequest,
  leftRequest,
  unknownRequest,
  selfRequest,
]);

/** What the media side of a Telegram call is asked. */
export type TelegramMediaRequest = z.output<typeof telegramMediaRequest>;
/** What it knows of a participant. */
export type MediaParticipant = z.output<typeof setRequest>['participant'];

/** Checks a request. @throws VoxError `BAD_REQUEST`. */
export function parseMediaRequest(request: unknown): TelegramMediaRequest {
  const parsed = telegramMediaRequest.safeParse(request);
  if (!parsed.success) throw voxError('BAD_REQUEST', { reason: parsed.error.issues[0]?.message ?? 'malformed request' });
  return parsed.data;
}
