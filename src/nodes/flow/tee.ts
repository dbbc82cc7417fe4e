import { share } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio } from '../../graph/ports.js';

/** `flow.tee`: one signal on two named outputs. */
export const tee = defineNode({
  type: 'flow.tee',
  summary: 'Give the same signal on two outputs.',
  details: 'Any output may feed several inputs without it; a tee gives the two ways names of their own, to draw and to rewire.',
  inputs: { audio: audio('Signal to split.') },
  outputs: { a: audio('The signal.'), b: audio('The same signal.') },
  options: z.strictObject({}),
  passesThrough: () => true,
  create: ({ inputs }) => {
    const shared$ = inputs.audio.pipe(share());
    return { a: shared$, b: shared$ };
  },
});
