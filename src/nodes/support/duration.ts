import { z } from 'zod';
import { usToSamples } from '../../media/format.js';
import { frameSamples, type AudioFrame } from '../../media/frame.js';

/** The option of sources that may end by themselves. */
export const durationMsOption = z
  .number()
  .positive()
  .optional()
  .meta({ description: 'Ends after so many milliseconds, in a last frame filled up with silence. Absent: never ends.' });

/**
 * Cuts what a source makes to a duration. Returns a function that is called with each frame after it was filled: it blanks
 * what lies beyond the end and answers false once a frame lies there wholly.
 */
export function cutAt(durationMs: number | undefined): (frame: AudioFrame) => boolean {
  let left = durationMs === undefined ? Infinity : usToSamples(durationMs * 1000);
  return (frame) => {
    if (left <= 0) return false;
    const samples = frameSamples(frame);
    if (left < samples) for (const plane of frame.planes) plane.fill(0, left);
    left -= samples;
    return true;
  };
}
