import { Handle, Position } from '@xyflow/react';
import { memo } from 'react';
import type { StateDescription } from '../api/types.js';
import type { Note } from './chart-model.js';

interface BoxData {
  readonly state: StateDescription;
  readonly notes: readonly Note[];
  readonly active: boolean;
  readonly initial: boolean;
  readonly region: boolean;
  readonly taken: ReadonlySet<string>;
  readonly past: boolean;
}

const WORDS = { invoke: 'runs', entry: 'entry', exit: 'exit', on: 'on' };

/** One state, with what happens in it; the states in it are drawn over it. */
export const StateBox = memo(function StateBox({ data }: { data: unknown }) {
  const { state, notes, active, initial, region, taken } = data as BoxData;
  const compound = state.states.length > 0;
  return (
    <div
      className={`state ${state.type} ${compound ? 'compound' : 'leaf'} ${region ? 'region' : ''} ${active ? 'active' : ''}`}
      data-state={state.id}
      data-active={active}
      title={state.description}
    >
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <p className="state-head">
        {initial && <span className="state-initial" title="It begins here" />}
        <strong>{state.key}</strong>
        {state.type === 'parallel' && <span className="state-word">parallel</span>}
        {state.type === 'final' && <span className="state-word">final</span>}
        {active && <span className="hidden">active</span>}
      </p>
      {notes.length > 0 && (
        <ul className="state-notes">
          {notes.map(({ kind, text, transition }, index) => (
            <li key={index} className={transition !== undefined && taken.has(transition) ? 'taken' : ''} title={text}>
              <span>{WORDS[kind]}</span> {text}
            </li>
          ))}
        </ul>
      )}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
});
