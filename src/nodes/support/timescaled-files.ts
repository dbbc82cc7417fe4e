import { z } from 'zod';
import type { NodeContext } from '../../graph/context.js';
import type { TimescaleFactors } from '../../media/dsp/timescale.js';
import type { FileOptions } from '../sources/file.js';
import type { PlayerSource } from './player-source.js';
import { isAsItIs, TimescaledReader } from './timescaled-reader.js';

const factor = (about: string) => z.number().min(0.25).max(4).default(1).meta({ description: about });

/** The options for speed, pitch and rate of a recording, each a factor that may change while it plays. */
export const timescaleOptions = {
  speed: factor('How fast it plays, at the same pitch: 2 is twice as fast, 0.5 half as fast.'),
  pitch: factor('How high it plays, at the same speed: 2 is an octave up, 1.0595 a semitone.'),
  rate: factor('How fast a tape of it would run: speed and pitch together.'),
};

/** The recordings of another source, at a speed, pitch and rate that may change while they play. */
export function timescaledFiles<O extends FileOptions & TimescaleFactors>(
  ctx: NodeContext,
  source: PlayerSource<O>,
  options: O,
): PlayerSource<O> {
  const open = new Set<TimescaledReader>();
  let factors: TimescaleFactors = options;
  /** Packets can only be copied as they are; once one had to be decoded, all are. */
  let asSound = false;
  const take = (next: O) => {
    factors = { speed: next.speed, pitch: next.pitch, rate: next.rate };
    asSound ||= ctx.offersPackets === true && !isAsItIs(factors);
  };
  take(options);
  return {
    ...source,
    set: (next) => {
      source.set?.(next);
      take(next);
      for (const reader of open) reader.factors = factors;
    },
    tempo: () => (factors.speed ?? 1) * (factors.rate ?? 1),
    variant: () => (asSound ? 'sound' : ''),
    open: async (next, signal) => {
      const inner = await source.open(next, signal);
      const reader: TimescaledReader = new TimescaledReader(inner, factors, () => open.delete(reader));
      open.add(reader);
      return reader;
    },
    openPackets: async (next, signal) => (asSound ? undefined : source.openPackets?.(next, signal)),
  };
}
