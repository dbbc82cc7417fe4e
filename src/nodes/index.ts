/**
 * The node types that come with voxgraph.
 * @module
 */
import type { NodeDefinition } from '../graph/define-node.js';
import { gain } from './effects/gain.js';
import { sum } from './mixers/sum.js';
import { nullSink } from './sinks/null.js';
import { silence } from './sources/silence.js';
import { tone } from './sources/tone.js';

/** Every shipped node type. */
export const builtinNodes: readonly NodeDefinition[] = [silence, tone, gain, sum, nullSink];
