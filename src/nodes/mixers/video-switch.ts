import { Observable } from 'rxjs';
import { z } from 'zod';
import type { NodeCommand } from '../../graph/context.js';
import { defineNode } from '../../graph/define-node.js';
import { optional, video } from '../../graph/ports.js';
import { deliver } from '../../graph/video-operators.js';
import { VideoStage } from '../../media/av/video/recipe.js';
import type { VideoFrame } from '../../media/video-frame.js';
import { INPUT_NAMES, perInput, type InputName } from '../support/input-ports.js';
import { changeWork, PICTURE_CHANGES, type PictureChange } from '../support/picture-change.js';
import { joinNamed } from '../support/two-videos.js';

const options = () =>
  z.strictObject({
    select: z.enum(INPUT_NAMES).default('in1').meta({ description: 'The input that is shown.' }),
    transition: z
      .enum(PICTURE_CHANGES)
      .default('fade')
      .meta({ description: 'How a change is made: cut at once, one fades into the other, or the new one slides in.' }),
    durationMs: z.number().min(0).max(60_000).default(500).meta({ description: 'How long a change takes, in milliseconds.' }),
  });

const command = z.object({
  input: z.enum(INPUT_NAMES),
  transition: z.enum(PICTURE_CHANGES).optional(),
  durationMs: z.number().min(0).max(60_000).optional(),
});

/** A change that is under way. */
interface Change {
  readonly from: InputName;
  readonly transition: PictureChange;
  readonly durationUs: number;
  startUs: number | undefined;
}

/** `mix.video-switch`: one of several pictures. */
export const videoSwitch = defineNode({
  type: 'mix.video-switch',
  summary: 'Show one of up to eight pictures, with transitions.',
  details:
    'The chosen picture passes untouched. The command `select { input, transition, durationMs }` changes it as the option does, with its own manner if it gives one. ' +
    'Told is `switch.changed { from, to }`. During a change the new picture has the size of the old one; where one of the two is missing the other is ' +
    'shown alone. Inputs that are not shown run on. Ends when all inputs have ended.',
  inputs: perInput((_, index) => optional(video(`Picture ${index + 1}.`))),
  outputs: { video: video('The chosen picture.') },
  options,
  bypass: { video: 'in1' },
  create: ({ inputs, options$, options: first, ctx }) => ({
    video: new Observable<VideoFrame>((subscriber) => {
      const stage = new VideoStage();
      ctx.defer(() => stage.close());
      let present = first;
      let selected: InputName = first.select;
      let change: Change | undefined;
      const select = (to: InputName, transition: PictureChange, durationMs: number) => {
        if (to === selected) return;
        const from = selected;
        selected = to;
        change =
          transition === 'cut' || durationMs === 0
            ? undefined
            : { from, transition, durationUs: durationMs * 1000, startUs: undefined };
        ctx.emit({ type: 'switch.changed', from, to });
      };
      const obey = ({ type, ...data }: NodeCommand) => {
        const given = type === 'select' ? command.safeParse(data) : undefined;
        if (given?.success) {
          const { input, transition = present.transition, durationMs = present.durationMs } = given.data;
          return select(input, transition, durationMs);
        }
        const reason = given
          ? 'input must be in1 to in8, transition and durationMs as the options'
          : 'mix.video-switch takes select';
        ctx.emit({ type: 'command.refused', command: type, reason });
      };
      subscriber.add(
        options$.subscribe((next) => {
          const before = present;
          present = next;
          // Only a changed option changes the input: a command may have chosen another.
          if (next.select !== before.select) select(next.select, next.transition, next.durationMs);
        }),
      );
      subscriber.add(ctx.commands$.subscribe(obey));
      subscriber.add(
        joinNamed(
          ctx,
          inputs,
          (frames) => {
            const to = frames[selected];
            const from = change && frames[change.from];
            if (!change || !to || !from) {
              const alone = to ?? from;
              if (alone) subscriber.next(alone);
              return;
            }
            change.startUs ??= to.ptsUs;
            const share = (to.ptsUs - change.startUs) / change.durationUs;
            if (share >= 1) {
              change = undefined;
              return subscriber.next(to);
            }
            const work = changeWork(change.transition, share);
            deliver(stage.recipe(work, [from.content, to.content], to.ptsUs), to.ptsUs, (frame) => subscriber.next(frame));
          },
          { error: (reason) => subscriber.error(reason), complete: () => subscriber.complete() },
        ),
      );
    }),
  }),
});
