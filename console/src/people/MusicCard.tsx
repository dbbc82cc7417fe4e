import { useRef, useState } from 'react';
import { fragmentOf } from '../app/address.js';
import type { Player } from '../api/types.js';
import type { Stage } from '../live/places.js';
import { mainPlayer } from '../live/players.js';
import { usePlayers, usePosition } from '../live/usePlayers.js';
import { Button } from '../ui/Button.js';
import { Icon } from '../ui/Icon.js';
import { clock, lastPart } from '../ui/format.js';
import { useTask } from '../ui/useTask.js';
import { QueueList } from './QueueList.js';
import { useSteering, type Steering } from './player.js';

/** What plays, how to steer it, and what waits. */
export function MusicCard({ stage }: { stage: Stage }) {
  const all = usePlayers(stage.graph);
  const [chosen, setChosen] = useState<string>();
  const player = all?.find(({ node }) => node === chosen) ?? mainPlayer(all ?? []);
  return (
    <section className="card music" aria-labelledby="music">
      <h2 id="music" className="hidden">
        Music
      </h2>
      {all && all.length > 1 && (
        <label className="player-choice small">
          <span className="dim">{all.length} sources play</span>
          <select className="field" value={player?.node} onChange={(event) => setChosen(event.target.value)}>
            {all.map((one) => (
              <option key={one.node} value={one.node}>
                {one.node} – {nameOf(one)}
                {one.status === 'playing' ? '' : `, ${WORDS[one.status].toLowerCase()}`}
              </option>
            ))}
          </select>
        </label>
      )}
      {player && <Deck key={player.node} stage={stage} player={player} />}
      {all && !player && <Nothing stage={stage} />}
    </section>
  );
}

const WORDS: Readonly<Record<Player['status'], string>> = {
  loading: 'Opening',
  playing: 'Now playing',
  paused: 'Paused',
  idle: 'Nothing to play',
  ended: 'Played to its end',
  failed: 'Failed',
};

function nameOf({ src, title }: Player): string {
  return title ?? (src === undefined ? 'nothing' : lastPart(src));
}

/** A graph that plays nothing of its own says so, rather than refuse every button. */
function Nothing({ stage }: { stage: Stage }) {
  return (
    <div className="empty">
      <p>This graph plays no files.</p>
      <p className="small">
        A <code>source.queue</code>, <code>source.file</code> or <code>source.url</code> can be steered here: add one under{' '}
        <a href={fragmentOf({ view: 'editor', at: stage.key, node: undefined })}>Edit</a>.
      </p>
    </div>
  );
}

function Deck({ stage, player }: { stage: Stage; player: Player }) {
  const steer = useSteering(stage, player);
  const task = useTask();
  const run = (work: () => Promise<unknown>) => void task.run(work);
  const { status, src, gainDb, kind } = player;
  const title = steer.queue?.track?.title ?? nameOf(player);
  // There is nothing that a button could begin.
  const empty = status === 'idle' && (player.queue?.total ?? 0) === 0;
  const goes = status === 'playing' || status === 'loading';
  return (
    <>
      <div className="now">
        <div className="now-text">
          <p className="small dim">{WORDS[status]}</p>
          <p className="now-title">{src === undefined ? '—' : title}</p>
          {src !== undefined && title !== src && <p className="code small dim now-src">{src}</p>}
        </div>
        <div className="row">
          {goes ? (
            <Button bare kind="main" icon="pause" label="Pause" disabled={task.busy} onClick={() => run(steer.pause)} />
          ) : (
            <Button bare kind="main" icon="play" label="Play" disabled={task.busy || empty} onClick={() => run(steer.resume)} />
          )}
          {kind === 'queue' && (
            <Button bare icon="skip" label="Next track" disabled={task.busy || empty} onClick={() => run(steer.skip)} />
          )}
          <Button bare icon="stop" label="Stop" disabled={task.busy || status === 'idle'} onClick={() => run(steer.stop)} />
        </div>
      </div>
      {src !== undefined && <Position player={player} seek={(positionMs) => task.run(() => steer.seek(positionMs))} />}
      {gainDb === undefined ? (
        <p className="small dim">
          Its loudness cannot be set here: the graph has no <code>effect.gain</code> called <code>volume</code>.
        </p>
      ) : (
        <Volume gainDb={gainDb} set={(percent) => task.run(() => steer.volume(percent))} />
      )}
      <AddTrack steer={steer} run={run} busy={task.busy} />
      {task.problem && (
        <p className="notice small" role="alert">
          <Icon name="warning" size={16} />
          {task.problem}
        </p>
      )}
      {steer.queue && <QueueList queue={steer.queue} steer={steer} run={run} />}
    </>
  );
}

/** What a slider is at while it is moved, and until what it was moved to is there. */
function useWanted(present: number, set: (value: number) => Promise<unknown>) {
  const [wanted, setWanted] = useState<number>();
  const moves = useRef(0);
  const done = async () => {
    if (wanted === undefined) return;
    const move = ++moves.current;
    await set(wanted);
    // Whoever goes on moving it is not thrown back.
    if (move === moves.current) setWanted(undefined);
  };
  const props = {
    value: wanted ?? present,
    onChange: (event: { target: { value: string } }) => (moves.current++, setWanted(Number(event.target.value))),
    onPointerUp: () => void done(),
    onKeyUp: (event: { key: string }) => void (/^(Arrow|Page|Home|End)/.test(event.key) && done()),
  };
  return { value: wanted ?? present, props };
}

function Position({ player, seek }: { player: Player; seek: (positionMs: number) => Promise<unknown> }) {
  const present = usePosition(player);
  const { value: at, props } = useWanted(present, seek);
  const { durationMs } = player;
  if (durationMs === undefined) return <p className="number dim small">{clock(at)}</p>;
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
        {...props}
      />
      <span>{clock(durationMs)}</span>
    </div>
  );
}

function Volume({ gainDb, set }: { gainDb: number; set: (percent: number) => Promise<unknown> }) {
  const present = gainDb <= -60 ? 0 : Math.round(100 * 10 ** (gainDb / 20));
  const { value: percent, props } = useWanted(present, set);
  return (
    <label className="position small">
      <span>Volume</span>
      <input type="range" min={0} max={200} step={5} aria-valuetext={`${percent} percent`} {...props} />
      <span className="number">{percent} %</span>
    </label>
  );
}

function AddTrack({ steer, run, busy }: { steer: Steering; run: (work: () => Promise<unknown>) => void; busy: boolean }) {
  const [src, setSrc] = useState('');
  const add = () =>
    run(async () => {
      await steer.add(src.trim());
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
        label={steer.queue ? 'Add' : 'Play it'}
        icon={steer.queue ? 'plus' : 'play'}
        type="submit"
        disabled={busy || src.trim() === ''}
      />
    </form>
  );
}
