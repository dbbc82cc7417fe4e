import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.js';
import { engine } from '../live/live.js';
import { useStore } from '../live/store.js';
import { Button } from '../ui/Button.js';
import { Icon } from '../ui/Icon.js';
import { useTask } from '../ui/useTask.js';

/** Who is in the call, with volume, mute and kick. */
export function Participants({ call }: { call: string }) {
  const state = useStore(engine, ({ calls }) => calls[call]);
  if (!state) return null;
  const room = call.startsWith('room:');
  return (
    <section className="card" aria-labelledby="who">
      <div className="card-head">
        <h2 id="who">In the call</h2>
        <span className="dim number">
          {room ? `${state.participants.length} with a microphone, ${state.listeners} listening` : state.participants.length}
        </span>
      </div>
      {state.participants.length === 0 ? (
        <p className="dim">
          {room
            ? 'Nobody speaks here. Who presses Speak, above or on the room’s page, is listed with volume, mute and remove.'
            : 'Nobody else is in the call.'}
        </p>
      ) : (
        <ul className="participants">
          {state.participants.map((id) => (
            <Participant
              key={id}
              call={call}
              id={id}
              name={state.people[id]?.name}
              admin={state.people[id]?.admin === true}
              speaking={state.speaking.includes(id)}
              muted={state.muted.includes(id)}
              percent={state.volumes[id] ?? 100}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface ParticipantProps {
  readonly call: string;
  readonly id: string;
  readonly name: string | undefined;
  readonly admin: boolean;
  readonly speaking: boolean;
  readonly muted: boolean;
  /** 100 is as he speaks. */
  readonly percent: number;
}

function Participant({ call, id, name, admin, speaking, muted, percent }: ParticipantProps) {
  const task = useTask();
  const [leaving, setLeaving] = useState(false);
  const shown = name ?? `Guest ${id.slice(0, 4)}`;
  const path = `/calls/${encodeURIComponent(call)}/participants/${encodeURIComponent(id)}`;
  const mute = () => task.run(() => ask(`${path}/mute`, { method: 'POST', body: { muted: !muted } }));
  const set = (value: number) => task.run(() => ask(`${path}/volume`, { method: 'POST', body: { percent: value } }));
  return (
    <li>
      <span className={`avatar ${speaking && !muted ? 'speaking' : ''}`} aria-hidden="true">
        {shown.slice(0, 1).toUpperCase()}
      </span>
      <span className="participant-name">
        <strong>{shown}</strong>
        <span className="small dim">
          {[admin && 'admin', muted ? 'muted' : speaking ? 'speaking' : 'silent'].filter(Boolean).join(', ')}
        </span>
      </span>
      <VoiceVolume name={shown} percent={percent} set={(value) => void set(value)} />
      <Button
        bare
        icon={muted ? 'micOff' : 'mic'}
        label={`Mute ${shown}`}
        on={muted}
        disabled={task.busy}
        onClick={() => void mute()}
      />
      <Button
        bare
        kind="danger"
        icon="kick"
        label={`Remove ${shown}`}
        aria-expanded={leaving}
        onClick={() => setLeaving(!leaving)}
      />
      {leaving && <KickForm path={path} name={shown} close={() => setLeaving(false)} />}
      {task.problem && (
        <p className="notice small">
          <Icon name="warning" size={16} />
          {task.problem}
        </p>
      )}
    </li>
  );
}

/** How loud he is: set when the slider is let go, so that not every step of it is a request. */
function VoiceVolume({ name, percent, set }: { name: string; percent: number; set: (percent: number) => void }) {
  const [wanted, setWanted] = useState<number>();
  useEffect(() => setWanted(undefined), [percent]);
  const value = wanted ?? percent;
  const done = () => wanted !== undefined && wanted !== percent && set(wanted);
  return (
    <label className="voice-volume small dim number">
      <input
        type="range"
        min={0}
        max={200}
        step={5}
        value={value}
        aria-label={`Volume of ${name}`}
        aria-valuetext={`${value} percent`}
        onChange={(event) => setWanted(Number(event.target.value))}
        onPointerUp={done}
        onKeyUp={(event) => /^(Arrow|Page|Home|End)/.test(event.key) && done()}
      />
      <span>{value} %</span>
    </label>
  );
}

function KickForm({ path, name, close }: { path: string; name: string; close: () => void }) {
  const task = useTask();
  const reason = useRef<HTMLInputElement>(null);
  const ban = useRef<HTMLSelectElement>(null);
  const kick = () =>
    task.run(async () => {
      const why = reason.current!.value.trim();
      await ask(`${path}/kick`, { method: 'POST', body: { banMs: Number(ban.current!.value), ...(why && { reason: why }) } });
      close();
    });
  return (
    <form className="kick" onSubmit={(event) => (event.preventDefault(), void kick())}>
      <input
        ref={reason}
        className="field"
        maxLength={200}
        placeholder="Reason, shown to them"
        aria-label={`Why ${name} is removed`}
        autoFocus
      />
      <select ref={ban} className="field" aria-label={`How long ${name} may not come back`} defaultValue="60000">
        <option value="0">May come back at once</option>
        <option value="60000">Not for a minute</option>
        <option value="3600000">Not for an hour</option>
        <option value="86400000">Not for a day</option>
      </select>
      <Button label="Remove" kind="danger" type="submit" disabled={task.busy} />
      <Button label="Cancel" kind="quiet" onClick={close} />
      {task.problem && <p className="notice small">{task.problem}</p>}
    </form>
  );
}
