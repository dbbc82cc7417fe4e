import { EMPTY, ignoreElements, Observable, Subject } from 'rxjs';
import { z } from 'zod';
import { voxError } from '../../errors.js';
import type { NodeContext } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { audio, many, video, type Branch } from '../../graph/ports.js';
import { videoPerTick } from '../../graph/video-operators.js';
import { createAudioFrame, type AudioFrame } from '../../media/frame.js';
import type { IncomingAudio } from '../../media/gateway.js';
import type { IncomingVideo, VideoChange, VideoPurpose } from '../../media/gateway-video.js';
import type { VideoFrame } from '../../media/video-frame.js';
import { channelsOption } from '../support/channels.js';
import { IncomingPictures } from '../support/incoming-pictures.js';

/** `source.participants`: everybody who speaks or shows something in the call. */
export const participants = defineNode({
  type: 'source.participants',
  summary: 'Give the voice and the pictures of each participant of the call.',
  details:
    'One branch per participant, which joins and leaves with him; its id is his. In a personal mix his own voice is left out. Frames that ' +
    'hide lost packets are counted as `concealed`. A graph that is rendered without a call has no participants.\n\n' +
    '`video` has one branch for each camera, with the id of its participant, and one for each shared screen, with `:screen` behind it. Pictures are decoded ' +
    'beside the beat and shown in step with the voice; while one is late the last is given again. Nothing is decoded while nobody takes it. ' +
    'Events: `video.opened { participantId, purpose, codec, width, height }` at first and when one of them changes, ' +
    '`video.failed { participantId, purpose, reason }`, after which it goes on with the next key frame.',
  inputs: {},
  outputs: {
    audio: many(audio('One branch per participant.')),
    video: many(video('One branch per camera, and per shared screen.')),
  },
  options: z.strictObject({
    maxSpeakers: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'How many participants are heard at most; those who came first are. Absent: everybody.' }),
    channels: channelsOption('Channels of each voice'),
    show: z.enum(['both', 'camera', 'screen']).default('both').meta({ description: 'Which pictures `video` gives.' }),
  }),
  fixedOptions: ['channels', 'maxSpeakers', 'show'],
  needsCall: true,
  create: ({ options, ctx }) => {
    const { gateway } = ctx;
    if (!gateway) {
      if (ctx.offline) return { audio: EMPTY, video: EMPTY };
      throw voxError('NO_CALL', { node: ctx.nodeId });
    }
    return {
      video: videosOf(ctx, options.show),
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

/** The cameras and screens that are shown: one branch for each. */
function videosOf(ctx: NodeContext, show: VideoPurpose | 'both'): Observable<Branch<VideoFrame>> {
  const { gateway } = ctx;
  if (!gateway) return EMPTY;
  // Nobody shows anything in a call without pictures; it lasts as long all the same.
  const videos$: Observable<VideoChange> = gateway.video?.videos$ ?? gateway.participants$.pipe(ignoreElements());
  return new Observable((subscriber) => {
    const shown = new Map<string, Subject<void>>();
    const open = new Set<IncomingPictures>();
    ctx.defer(async () => void (await Promise.all([...open].map((pictures) => pictures.close()))));
    const leave = (id: string) => {
      shown.get(id)?.next();
      shown.delete(id);
    };
    const leaveAll = () => [...shown.keys()].forEach(leave);
    subscriber.add(leaveAll);
    subscriber.add(
      videos$.subscribe({
        next(change) {
          const { participantId, purpose } = change.type === 'joined' ? change.video : change;
          if (show !== 'both' && show !== purpose) return;
          const id = purpose === 'screen' ? `${participantId}:screen` : participantId;
          leave(id);
          if (change.type === 'left') return;
          const left$ = new Subject<void>();
          shown.set(id, left$);
          subscriber.next({ id, stream$: picturesOf(change.video, left$, ctx, open) });
        },
        error: (reason) => subscriber.error(reason),
        complete: () => {
          leaveAll();
          subscriber.complete();
        },
      }),
    );
  });
}

/** One video: on each beat of pictures the one that is due, until it ends. @param open what has to be closed, kept up to date. */
function picturesOf(
  incoming: IncomingVideo,
  left$: Subject<void>,
  ctx: NodeContext,
  open: Set<IncomingPictures>,
): Observable<VideoFrame> {
  return new Observable((subscriber) => {
    const pictures = new IncomingPictures(ctx, incoming);
    open.add(pictures);
    subscriber.add(() => void pictures.close().finally(() => open.delete(pictures)));
    subscriber.add(left$.subscribe(() => subscriber.complete()));
    subscriber.add(incoming.packets$.subscribe((packet) => pictures.take(packet)));
    subscriber.add(videoPerTick(ctx, () => pictures.next(ctx.scheduler.nowUs())).subscribe(subscriber));
  });
}
