import { EMPTY, Observable, Subject } from 'rxjs';
import { z } from 'zod';
import { voxError } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { audio, many, type Branch } from '../../graph/ports.js';
import { createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { IncomingAudio } from '../../media/gateway.js';
import { channelsOption } from '../support/channels.js';

/** `source.participants`: everybody who speaks in the call. */
export const participants = defineNode({
  type: 'source.participants',
  summary: 'Give the voice of each participant of the call.',
  details:
    'One branch per participant, which joins and leaves with him; its id is his. In a personal mix his own voice is left out. Frames that ' +
    'hide lost packets are counted as `concealed`. A graph that is rendered without a call has no participants.',
  inputs: {},
  outputs: { audio: many(audio('One branch per participant.')) },
  options: z.strictObject({
    maxSpeakers: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'How many participants are heard at most; those who came first are. Absent: everybody.' }),
    channels: channelsOption('Channels of each voice'),
  }),
  fixedOptions: ['channels', 'maxSpeakers'],
  needsCall: true,
  create: ({ options, ctx }) => {
    const { gateway } = ctx;
    if (!gateway) {
      if (ctx.offline) return { audio: EMPTY };
      throw voxError('NO_CALL', { node: ctx.nodeId });
    }
    return {
      audio: new Observable<Branch<AudioFrame>>((subscriber) => {
        const present = new Map<string, IncomingAudio>();
        const heard = new Map<string, Subject<void>>();
        const hear = (id: string, incoming: IncomingAudio) => {
          const left$ = new Subject<void>();
          heard.set(id, left$);
          subscriber.next({ id, stream$: voiceOf(incoming, left$, options.channels, ctx) });
        };
        const leave = (id: string) => {
          present.delete(id);
          const left$ = heard.get(id);
          if (!left$) return;
          heard.delete(id);
          left$.next();
          for (const [next, incoming] of present) {
            if (heard.size >= (options.maxSpeakers ?? Infinity)) break;
            if (!heard.has(next)) hear(next, incoming);
          }
        };
        subscriber.add(() => heard.clear());
        subscriber.add(
          gateway.participants$.subscribe({
            next(change) {
              if (change.participantId === ctx.personalMixOf) return;
              leave(change.participantId);
              if (change.type === 'left') return;
              present.set(change.participantId, change.audio);
              if (heard.size < (options.maxSpeakers ?? Infinity)) hear(change.participantId, change.audio);
            },
            error: (reason) => subscriber.error(reason),
            complete: () => {
              for (const id of [...present.keys()]) leave(id);
              subscriber.complete();
            },
          }),
        );
      }),
    };
  },
});

/** One voice: pulled once a tick, until he leaves. */
function voiceOf(incoming: IncomingAudio, left$: Subject<void>, channels: 1 | 2, ctx: NodeContext): Observable<AudioFrame> {
  return new Observable((subscriber) => {
    const output = createAudioFrame(channels);
    subscriber.add(left$.subscribe(() => subscriber.complete()));
    subscriber.add(
      ctx.tick$.subscribe({
        next: (tick) => {
          output.ptsUs = tick.ptsUs;
          if (incoming.pull(output) === 'concealed') ctx.count('concealed');
          subscriber.next(output);
        },
        complete: () => subscriber.complete(),
      }),
    );
  });
}
