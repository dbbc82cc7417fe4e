import type { JoinSlot } from '../../graph/join-ticks.js';
import { sumInto } from '../../media/dsp/mix.js';
import { softLimit, within } from '../../media/dsp/soft-limit.js';
import { dbToLinear, FRAME_SAMPLES } from '../../media/format.js';
import { clearAudioFrame, createAudioFrame, frameSamples, shapeAudioFrame, type AudioFrame } from '../../media/frame.js';
import { BranchFader } from './branch-fader.js';
import { withChannels } from './channels.js';
import type { TickTimes } from './tick-times.js';

/** Adds the frames of one tick. The result is either the summer's own frame or the one input that was heard. */
export type Summer = (slots: readonly JoinSlot<AudioFrame>[], times: TickTimes) => AudioFrame;

/** A summer with its state: who is present, and the fades of those who came or went. */
export function createSummer(channels: 1 | 2, thresholdDb: number): Summer {
  const threshold = dbToLinear(thresholdDb);
  const output = createAudioFrame(channels);
  const tails = createAudioFrame(channels);
  const planes: Float32Array[][] = Array.from({ length: channels }, () => []);
  const present = new Map<JoinSlot<AudioFrame>, BranchFader>();
  let samples = FRAME_SAMPLES;
  let started = false;
  let round = 0;

  return (slots, times) => {
    round++;
    let ptsUs = times.ptsUs;
    for (const slot of slots) {
      if (slot.frame === undefined) continue;
      samples = frameSamples(slot.frame);
      ptsUs = slot.frame.ptsUs;
      break;
    }

    let heard = 0;
    let only: AudioFrame | undefined;
    for (const slot of slots) {
      let fader = present.get(slot);
      if (!fader) present.set(slot, (fader = new BranchFader(channels, started)));
      if (slot.frame === undefined) continue;
      fader.seenIn = round;
      if (slot.frame.silent) {
        fader.passSilence(frameSamples(slot.frame));
        continue;
      }
      const frame = fader.pass(withChannels(slot.frame, channels, fader.scratch));
      only = heard === 0 && frame === slot.frame ? frame : undefined;
      for (let c = 0; c < channels; c++) planes[c]![heard] = frame.planes[c]!;
      heard++;
    }
    started = true;

    let tailing = false;
    for (const [slot, fader] of present) {
      if (fader.seenIn === round) continue;
      fader.miss();
      if (fader.hasTail) {
        if (!tailing) {
          shapeAudioFrame(tails, channels, samples);
          for (const plane of tails.planes) plane.fill(0);
          tailing = true;
        }
        fader.addTail(tails);
      }
      if (!fader.hasTail && !slots.includes(slot)) present.delete(slot);
    }
    if (tailing) {
      for (let c = 0; c < channels; c++) planes[c]![heard] = tails.planes[c]!;
      heard++;
      only = undefined;
    }

    if (only && withinAll(only, threshold)) return only;
    shapeAudioFrame(output, channels, samples);
    output.ptsUs = ptsUs;
    if (heard === 0) {
      clearAudioFrame(output);
      return output;
    }
    for (let c = 0; c < channels; c++) {
      sumInto(output.planes[c]!, planes[c]!, heard);
      softLimit(output.planes[c]!, threshold);
    }
    output.silent = false;
    return output;
  };
}

function withinAll(frame: AudioFrame, limit: number): boolean {
  for (const plane of frame.planes) if (!within(plane, limit)) return false;
  return true;
}
