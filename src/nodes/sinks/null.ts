import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';

/** `sink.null`: takes audio and drops it. */
export const nullSink = defineNode({
  type: 'sink.null',
  summary: 'Take audio and drop it.',
  details: 'For graphs that are run for their events, such as measured levels, and for tests. It ends when its input ends.',
  inputs: { audio: audio('Audio to drop.') },
  outputs: {},
  options: z.strictObject({}),
  leadership: 'may',
  unhurried: true,
  create: ({ inputs, ctx }) => {
    const finish = () => ctx.finish();
    const subscription = inputs.audio.subscribe({ error: finish, complete: finish });
    ctx.defer(() => subscription.unsubscribe());
    return {};
  },
});
