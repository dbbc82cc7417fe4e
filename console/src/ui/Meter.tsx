import { useEffect, useRef } from 'react';
import type { WireLevel } from '../api/types.js';
import { decibels } from './format.js';

const FLOOR_DB = -60;

const share = (db: number) => Math.max(0, Math.min(1, 1 - db / FLOOR_DB));

/** How loud something is: the bar is the mean (RMS), the mark the peak, from −60 to 0 dB. */
export function Meter({ level, label, tall = false }: { level: WireLevel | undefined; label: string; tall?: boolean }) {
  const hold = useHeldPeak(level?.peakDb);
  const rms = level ? share(level.rmsDb) : 0;
  return (
    <span
      className={`meter ${tall ? 'tall' : ''}`}
      role="meter"
      aria-label={label}
      aria-valuemin={FLOOR_DB}
      aria-valuemax={0}
      aria-valuenow={level ? Math.max(FLOOR_DB, Math.min(0, Math.round(level.rmsDb))) : FLOOR_DB}
      aria-valuetext={level ? decibels(level.rmsDb) : 'nothing measured'}
      title={level ? `${decibels(level.rmsDb)} RMS, ${decibels(level.peakDb)} peak` : 'Nothing measured'}
    >
      <span className="meter-bar" style={{ clipPath: `inset(0 ${(1 - rms) * 100}% 0 0)` }} />
      {hold > 0 && <span className="meter-peak" style={{ left: `${hold * 100}%` }} />}
    </span>
  );
}

/** The highest of the last peaks, falling slowly. */
function useHeldPeak(peakDb: number | undefined): number {
  const held = useRef(0);
  const present = peakDb === undefined ? 0 : share(peakDb);
  const value = Math.max(present, held.current - 0.06);
  useEffect(() => {
    held.current = value;
  });
  return value;
}
