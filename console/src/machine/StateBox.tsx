import { Handle, Position } from '@xyflow/react';
import { memo } from 'react';
import type { StateDescription } from '../api/types.js';
import { Icon } from '../ui/Icon.js';
import type { Note } from './chart-model.js';

interface BoxData {
  readonly state: StateDescription;
  readonly notes: readonly Note[];
  readonly hidden: number;
  /** Whether it is the machine itself, which cannot be folded. */
  readonly outermost: boolean;
  readonly fold: (id: string, folded: boolean) => void;
  readonly active: boolean;
  readonly initial: boolean;
  readonly region: boolean;
  readonly taken: ReadonlySet<string>;
  readonly past: boolean;
}

const WORDS = { invoke: 'runs', entry: 'entry', exit: 'exit', on: 'on' };

/** One state, with what happens in it; the states in it are drawn over it. */
export const StateBox = memo(function StateBox({ data }: { data: unknown }) {
  const { state, notes, hidden, outermost, active, initial, region, taken, fold } = data as BoxData;
  const folded = hidden > 0;
  const compound = state.states.length > 0 && !folded;
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
        {state.states.length > 0 && !outermost ? (
          <button
            type="button"
            className="state-fold"
            aria-expanded={!folded}
            title={folded ? `Show the ${hidden} states in it` : 'Hide what is in it'}
            onClick={() => fold(state.id, !folded)}
          >
            <Icon name="fold" size={14} />
            <strong>{state.key}</strong>
          </button>
        ) : (
          <strong>{state.key}</strong>
        )}
        {folded && <span className="state-word">{hidden} states</span>}
        {!folded && state.type === 'parallel' && <span className="state-word">parallel</span>}
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
