import { EMPTY, type Observable } from 'rxjs';
import { z } from 'zod';
import type { AudioFrame } from '../media/frame.js';
import { defineNode, type NodeDefinition } from './define-node.js';
import { audio } from './ports.js';

/** What an inner node wires to in order to get the stream that its sub-graph was made for. */
export const VOICE = 'voice';

/** The node of a planned sub-graph that its result goes to. No node of a file can have this name. */
export const RESULT = '(result)';

/** Whether a node of a planned sub-graph is one of its two ends. */
export function isSubgraphEnd(id: string): boolean {
  return id === VOICE || id === RESULT;
}

/** A node that somebody means, and the one inside of it if he means that: `split/gain` is `gain` in each copy of `split`. */
export function splitPath(path: string): readonly [node: string, inside?: string] {
  const at = path.indexOf('/');
  return at === -1 ? [path] : [path.slice(0, at), path.slice(at + 1)];
}

/** Their types, which no file can name. */
const VOICE_TYPE = '(voice)';
const RESULT_TYPE = '(result)';

/** What the two ends of one running sub-graph do. */
export interface SubgraphEnds {
  /** What comes in. */
  readonly voice$: Observable<AudioFrame>;
  /** Takes what goes out. */
  readonly frame: (frame: AudioFrame) => void;
  /** What goes out has ended. */
  readonly ended: () => void;
}

/** The node types that stand at the two ends of a sub-graph; without `ends`, to be checked only. */
export function subgraphTypes(ends?: SubgraphEnds): readonly [NodeDefinition, NodeDefinition] {
  const voice = defineNode({
    type: 'split.voice',
    summary: 'Give the stream that a sub-graph was made for.',
    inputs: {},
    outputs: { audio: audio('That stream.') },
    options: z.strictObject({}),
    create: () => ({ audio: ends?.voice$ ?? EMPTY }),
  });
  const result = defineNode({
    type: 'split.result',
    summary: 'Take what a sub-graph gives.',
    inputs: { audio: audio('What it gives.') },
    outputs: {},
    options: z.strictObject({}),
    create: ({ inputs, ctx }) => {
      const complete = () => {
        ends?.ended();
        ctx.finish();
      };
      const subscription = inputs.audio.subscribe({ next: ends?.frame ?? (() => {}), error: complete, complete });
      ctx.defer(() => subscription.unsubscribe());
      return {};
    },
  });
  return [
    { ...voice, type: VOICE_TYPE },
    { ...result, type: RESULT_TYPE },
  ];
}
