import type { NodeDefinition } from '../../../graph/define-node.js';
import { bandpass } from '../../../nodes/effects/bandpass.js';
import { chorus } from '../../../nodes/effects/chorus.js';
import { compressor } from '../../../nodes/effects/compressor.js';
import { distortion } from '../../../nodes/effects/distortion.js';
import { echo } from '../../../nodes/effects/echo.js';
import { equalizer } from '../../../nodes/effects/equalizer.js';
import { gain } from '../../../nodes/effects/gain.js';
import { gate } from '../../../nodes/effects/gate.js';
import { highpass } from '../../../nodes/effects/highpass.js';
import { lowpass } from '../../../nodes/effects/lowpass.js';
import { pitch } from '../../../nodes/effects/pitch.js';
import { reverb } from '../../../nodes/effects/reverb.js';
import { robot } from '../../../nodes/effects/robot.js';
import { rotation } from '../../../nodes/effects/rotation.js';
import { tremolo } from '../../../nodes/effects/tremolo.js';
import { vibrato } from '../../../nodes/effects/vibrato.js';

/**
 * The node types that `voice-effects` chains: those `effect.*` that are kernels of our own and so need nothing of a node's context.
 * `robot` stands for `effect.robot`, and so on.
 */
export const VOICE_EFFECTS: Readonly<Record<string, NodeDefinition>> = Object.fromEntries(
  [
    bandpass,
    chorus,
    compressor,
    distortion,
    echo,
    equalizer,
    gain,
    gate,
    highpass,
    lowpass,
    pitch,
    reverb,
    robot,
    rotation,
    tremolo,
    vibrato,
  ].map((definition) => [definition.type.slice('effect.'.length), definition]),
);
