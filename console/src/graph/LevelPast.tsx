import { figures } from '../live/live.js';
import { pastOf, SAMPLES_KEPT } from '../live/history.js';
import { useStore } from '../live/store.js';
import { decibels } from '../ui/format.js';

const HEIGHT = 40;
const LOWEST_DB = -60;

/** How loud an outlet was over the last two minutes, with a mark wherever its node had a fault, a drop or an underrun. */
export function LevelPast({ graph, outlet }: { graph: string; outlet: string }) {
  // What is kept grows in place; the newest figures say that there is more.
  useStore(figures, (all) => all[graph]);
  const past = pastOf(graph, outlet);
  if (!past || past.peakDb.length < 2) return null;
  const { peakDb, rmsDb, troubles } = past;
  const from = SAMPLES_KEPT - peakDb.length;
  const x = (index: number) => from + index + 1;
  const y = (db: number) => (HEIGHT * Math.min(0, Math.max(LOWEST_DB, db))) / LOWEST_DB;
  const line = (list: readonly number[]) => list.map((db, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(db).toFixed(1)}`).join('');
  const marks = troubles.flatMap((count, i) => (i > 0 && count > troubles[i - 1]! ? [x(i)] : []));
  const seconds = Math.round(peakDb.length / 2);
  return (
    <figure className="level-past">
      <svg
        viewBox={`0 0 ${SAMPLES_KEPT} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Level of ${outlet} in the last ${seconds} seconds: at most ${decibels(Math.max(...peakDb))}, ${marks.length} times trouble`}
      >
        <path className="level-past-rms" d={`${line(rmsDb)}L${SAMPLES_KEPT} ${HEIGHT}L${x(0)} ${HEIGHT}Z`} />
        <path className="level-past-peak" d={line(peakDb)} />
        {marks.map((at) => (
          <line key={at} className="level-past-trouble" x1={at} x2={at} y1={0} y2={HEIGHT} />
        ))}
      </svg>
      <figcaption>
        <span>2 min ago</span>
        {marks.length > 0 && <span className="bad">faults, drops or underruns</span>}
        <span>now</span>
      </figcaption>
    </figure>
  );
}
