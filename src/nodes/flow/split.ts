import { Observable } from 'rxjs';
import { z } from 'zod';
import { defineNode } from '../../graph/define-node.js';
import { audio, many, type Branch } from '../../graph/ports.js';
import type { AudioFrame } from '../../media/frame.js';
import { Splitter } from '../support/splitter.js';

/** `flow.split`: a graph of his own for everybody. */
export const split = defineNode({
  type: 'flow.split',
  summary: 'Make a graph of their own for each participant.',
  details:
    '`nodes` is written as in a graph file; inside it `voice` is the stream the copy is made for, and `out` names what it gives, as a ' +
    'branch of the same id. Without `out` nothing leaves, which is for recordings. A copy is made when somebody joins, with effects of ' +
    'its own, and rings out and goes when he leaves. In the text options inside, `{participant}` is his id, made safe for a file name: ' +
    '`"path": "rec/{participant}.ogg"`. A file that is there already is never replaced: the next is called `… (2)`. Nodes inside appear ' +
    'in the statistics as `each/alice/gain`; what they tell comes from this node with `part` and `participant`. The commands `set { ' +
    'node, options, participant }`, `bypass { node, bypassed, participant }` and `tell { node, command, participant }` reach a node inside, in one copy or (without `participant`) ' +
    'in all, also those to come. Told are `participant.split` and `participant.merged { participant }`. In a personal mix only what ' +
    'leads to `out` is made again. Nodes that belong to the whole call, such as sink.call, and further splits cannot stand inside.',
  inputs: { audio: many(audio('A branch for each participant, such as from source.participants.')) },
  outputs: { audio: many(audio('What `out` names, a branch for each participant.')) },
  options: z.strictObject({
    nodes: z.record(z.string(), z.unknown()).meta({ description: 'The nodes of each copy, written as in a graph file.' }),
    out: z.string().min(1).optional().meta({ description: 'What each copy gives: "node" or "node.port" inside, or "voice".' }),
  }),
  fixedOptions: ['nodes', 'out'],
  hasSubgraph: true,
  create: ({ inputs, ctx }) => {
    const splitter = new Splitter(ctx);
    ctx.defer(() => splitter.close());
    const subscriptions = [
      ctx.tick$.subscribe((tick) => splitter.tick(tick)),
      ctx.settle$.subscribe(() => splitter.settle()),
      ctx.idle$.subscribe(() => splitter.idle()),
      ctx.commands$.subscribe((command) => splitter.command(command)),
    ];
    ctx.defer(() => subscriptions.forEach((subscription) => subscription.unsubscribe()));
    return {
      audio: new Observable<Branch<AudioFrame>>((subscriber) => {
        subscriber.add(
          inputs.audio.subscribe({
            next: ({ id, stream$ }) => {
              const result$ = splitter.join(id, stream$);
              if (result$) subscriber.next({ id, stream$: result$ });
            },
            error: (reason) => subscriber.error(reason),
            complete: () => {
              splitter.inputEnded();
              subscriber.complete();
            },
          }),
        );
      }),
    };
  },
});
