import { useEffect, useState } from 'react';
import type { Stage } from '../live/places.js';
import { playing, positionAt, type Playing } from '../live/playing.js';
import { useStore } from '../live/store.js';
import { Button } from '../ui/Button.js';
import { clock, lastPart } from '../ui/format.js';
import { useTask } from '../ui/useTask.js';
import { QueueList } from './QueueList.js';
import { usePlayer, type Player } from './player.js';

/** What plays, how to steer it, and what waits. */
export function MusicCard({ stage }: { stage: Stage }) {
  const player = usePlayer(stage);
  const told = useStore(playing, (all) => Object.values(all).find(({ graph }) => graph === stage.graph));
  const plays = player.playing ?? told;
  const task = useTask();
  const run = (work: () => Promise<unknown>) => void task.run(work);
  return (
    <section className="card music" aria-labelledby="music">
      <h2 id="music" className="hidden">
        Music
      </h2>
      <div className="now">
        <div className="now-text">
          <p className="small dim">{plays ? (plays.paused ? 'Paused' : 'Now playing') : 'Nothing plays'}</p>
          <p className="now-title">{plays ? (plays.title ?? lastPart(plays.src)) : '—'}</p>
          {plays?.title !== undefined && plays.title !== plays.src && <p className="code small dim now-src">{plays.src}</p>}
        </div>
        <div className="row">
          {plays && !plays.paused ? (
            <Button bare kind="main" icon="pause" label="Pause" disabled={task.busy} onClick={() => run(player.pause)} />
          ) : (
            <Button bare kind="main" icon="play" label="Play" disabled={task.busy} onClick={() => run(player.resume)} />
          )}
          <Button bare icon="skip" label="Next track" disabled={task.busy} onClick={() => run(player.skip)} />
          <Button bare icon="stop" label="Stop" disabled={task.busy} onClick={() => run(player.stop)} />
        </div>
      </div>
      {plays && <Position plays={plays} seek={(positionMs) => run(() => player.seek(positionMs))} />}
      <Volume set={(percent) => run(() => player.volume(percent))} />
      <AddTrack player={player} run={run} busy={task.busy} />
      {task.problem && <p className="notice small">{task.problem}</p>}
      {player.queue && <QueueList player={player} run={run} />}
    </section>
  );
}

function Position({ plays, seek }: { plays: Playing; seek: (positionMs: number) => void }) {
  const [now, setNow] = useState(Date.now);
  const [wanted, setWanted] = useState<number>();
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => setWanted(undefined), [plays]);
  const at = wanted ?? positionAt(plays, now);
  const { durationMs } = plays;
  if (durationMs === undefined) return <p className="number dim small">{clock(at)}</p>;
  const done = () => wanted !== undefined && seek(wanted);
  return (
    <div className="position number small">
      <span>{clock(at)}</span>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={`${clock(at)} of ${clock(durationMs)}`}
        min={0}
        max={durationMs}
        step={1000}
        value={at}
        onChange={(event) => setWanted(Number(event.target.value))}
        onPointerUp={done}
        onKeyUp={(event) => /^(Arrow|Page|Home|End)/.test(event.key) && done()}
      />
      <span>{clock(durationMs)}</span>
    </div>
  );
}

function Volume({ set }: { set: (percent: number) => void }) {
  const [percent, setPercent] = useState(100);
  return (
    <label className="position small">
      <span>Volume</span>
      <input
        type="range"
        min={0}
        max={200}
        step={5}
        value={percent}
        aria-valuetext={`${percent} percent`}
        onChange={(event) => setPercent(Number(event.target.value))}
        onPointerUp={() => set(percent)}
        onKeyUp={(event) => /^(Arrow|Page|Home|End)/.test(event.key) && set(percent)}
      />
      <span className="number">{percent} %</span>
    </label>
  );
}

function AddTrack({ player, run, busy }: { player: Player; run: (work: () => Promise<unknown>) => void; busy: boolean }) {
  const [src, setSrc] = useState('');
  const add = () =>
    run(async () => {
      await player.add(src.trim());
      setSrc('');
    });
  return (
    <form className="add-track" onSubmit={(event) => (event.preventDefault(), src.trim() && add())}>
      <input
        className="field"
        placeholder="File or address"
        aria-label="File or address to play"
        value={src}
        onChange={(event) => setSrc(event.target.value)}
      />
      <Button
        label={player.queue ? 'Add' : 'Play it'}
        icon={player.queue ? 'plus' : 'play'}
        type="submit"
        disabled={busy || src.trim() === ''}
      />
    </form>
  );
}
