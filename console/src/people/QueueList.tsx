import { Button } from '../ui/Button.js';
import type { QueueView, Steering } from './player.js';

/** What waits in the queue. */
export function QueueList({
  queue: { waiting, total, repeat, shuffle },
  steer,
  run,
}: {
  queue: QueueView;
  steer: Steering;
  run: (work: () => Promise<unknown>) => void;
}) {
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
            onClick={() => run(() => steer.repeat(nextRepeat))}
          />
          <Button
            label="Shuffle"
            kind="quiet"
            on={shuffle !== 'off'}
            onClick={() => run(() => steer.shuffle(shuffle === 'off' ? 'on' : 'off'))}
          />
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
              onClick={() => run(() => steer.jump(track))}
            />
            <Button
              bare
              kind="quiet"
              icon="up"
              label={`Move ${track.title} up`}
              disabled={index === 0}
              onClick={() => run(() => steer.moveUp(track))}
            />
            <Button
              bare
              kind="quiet"
              icon="close"
              label={`Take ${track.title} out`}
              onClick={() => run(() => steer.remove(track))}
            />
          </li>
        ))}
      </ol>
    </div>
  );
}
