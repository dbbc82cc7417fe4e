import { Button } from '../ui/Button.js';
import type { Player } from './player.js';

/** What waits in the queue. */
export function QueueList({ player, run }: { player: Player; run: (work: () => Promise<unknown>) => void }) {
  const { waiting, total, repeat, shuffle } = player.queue!;
  const nextRepeat = { off: 'track', track: 'queue', queue: 'off' }[repeat] ?? 'off';
  return (
    <div className="section queue">
      <div className="card-head">
        <h3>{total === 0 ? 'Nothing waits' : `${total} ${total === 1 ? 'track waits' : 'tracks wait'}`}</h3>
        <div className="row">
          <Button
            label={`Repeat ${repeat}`}
            kind="quiet"
            on={repeat !== 'off'}
            onClick={() => run(() => player.tell('repeat', { mode: nextRepeat }))}
          />
          <Button label="Shuffle" kind="quiet" on={shuffle !== 'off'} onClick={() => run(() => player.tell('shuffle'))} />
        </div>
      </div>
      <ol className="tracks">
        {waiting.map((track, index) => (
          <li key={track.id}>
            <span className="number dim">{track.place}</span>
            <span className="track-title">
              {track.title}
              {track.requester !== null && <span className="small dim"> asked for by {track.requester}</span>}
            </span>
            <Button
              bare
              kind="quiet"
              icon="play"
              label={`Play ${track.title} now`}
              onClick={() => run(() => player.tell('jump', { id: track.id }))}
            />
            <Button
              bare
              kind="quiet"
              icon="up"
              label={`Move ${track.title} up`}
              disabled={index === 0}
              onClick={() => run(() => player.tell('move', { id: track.id, to: track.place - 1 }))}
            />
            <Button
              bare
              kind="quiet"
              icon="close"
              label={`Take ${track.title} out`}
              onClick={() => run(() => player.tell('remove', { id: track.id }))}
            />
          </li>
        ))}
      </ol>
    </div>
  );
}
