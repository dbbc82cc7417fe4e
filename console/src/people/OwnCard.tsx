import { useState } from 'react';
import { ask } from '../api/client.js';
import type { EngineState } from '../api/types.js';
import { engine } from '../live/live.js';
import { useStore } from '../live/store.js';
import { Button } from '../ui/Button.js';
import { Icon } from '../ui/Icon.js';
import { useTask } from '../ui/useTask.js';

type CallState = EngineState['calls'][string];

/** How we appear in the call: mute, ask to speak, leave. */
export function OwnCard({ call }: { call: string }) {
  const state = useStore(engine, ({ calls }) => calls[call]);
  const task = useTask();
  const [leaving, setLeaving] = useState(false);
  if (!state) return null;
  const { selfMuted, handRaised } = state;
  const telegram = call.startsWith('telegram:');
  const hearable = telegram || call.startsWith('room:');
  const verb = (word: string, body: object) =>
    void task.run(() => ask(`/calls/${encodeURIComponent(call)}/${word}`, { method: 'POST', body }));
  return (
    <section className="card own" aria-labelledby="own">
      <h2 id="own">voxgraph in this call</h2>
      <p role="status" className={state.silenced ? 'own-warn' : 'dim'}>
        {hearable ? heard(state) : `The call is ${state.status}.`}
      </p>
      <div className="row">
        {hearable && (
          <Button
            icon={selfMuted ? 'micOff' : 'mic'}
            label={selfMuted ? 'Muted' : 'Mute'}
            title={selfMuted ? 'Let everybody hear the graph again' : 'Let nobody hear the graph; it goes on'}
            on={selfMuted}
            disabled={task.busy}
            onClick={() => verb('mute', { muted: !selfMuted })}
          />
        )}
        {telegram && (
          <Button
            icon="hand"
            label={handRaised ? 'Hand raised' : state.silenced ? 'Ask to speak' : 'Raise hand'}
            title={handRaised ? 'Lower the hand' : 'Show the admins that the account wants to speak'}
            on={handRaised}
            disabled={task.busy}
            onClick={() => verb('raise-hand', { raised: !handRaised })}
          />
        )}
        <Button
          icon="kick"
          kind="danger"
          label="Leave"
          aria-expanded={leaving}
          disabled={task.busy}
          onClick={() => setLeaving(!leaving)}
        />
      </div>
      {leaving && (
        <div className="row own-leave" role="group" aria-label="Leave the call?">
          <span>Leave {call}? Its graph ends.</span>
          <Button kind="danger" label="Yes, leave" autoFocus disabled={task.busy} onClick={() => verb('leave', {})} />
          <Button kind="quiet" label="Stay" onClick={() => setLeaving(false)} />
        </div>
      )}
      {task.problem && (
        <p className="notice small" role="alert">
          <Icon name="warning" size={16} />
          {task.problem}
        </p>
      )}
    </section>
  );
}

function heard({ status, silenced, selfMuted, handRaised }: CallState): string {
  if (silenced)
    return handRaised
      ? 'An admin keeps the call from hearing the graph. The hand is raised; he can let it be heard.'
      : 'An admin keeps the call from hearing the graph.';
  if (selfMuted) return 'Muted: nobody hears the graph. It goes on all the same.';
  return status === 'live' ? 'Everybody in the call hears the graph.' : `Not heard at present: the call is ${status}.`;
}
