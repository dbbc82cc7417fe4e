import { engine } from '../live/live.js';
import type { Stage } from '../live/places.js';
import { playing } from '../live/playing.js';
import { useStore } from '../live/store.js';
import { Icon } from '../ui/Icon.js';
import { lastPart } from '../ui/format.js';
import { fragmentOf, roomAddress } from './address.js';
import type { ViewProps } from './App.js';

/** Every call, and what becomes of it. */
export function CallsView({ stages }: ViewProps) {
  return (
    <div className="page">
      <header>
        <div>
          <h1>Calls</h1>
          <p>
            {stages.length === 0
              ? 'Nothing runs at present.'
              : `${stages.length} on air, each with its graph, its states and its people.`}
          </p>
        </div>
      </header>
      <ul className="cards">
        {stages.map((stage) => (
          <CallCard key={stage.key} stage={stage} />
        ))}
      </ul>
    </div>
  );
}

function CallCard({ stage }: { stage: Stage }) {
  const call = useStore(engine, ({ calls }) => (stage.call === undefined ? undefined : calls[stage.call]));
  const graph = useStore(engine, ({ graphs }) => (stage.graph === undefined ? undefined : graphs[stage.graph]));
  const plays = useStore(playing, (all) => Object.values(all).find((one) => one.graph === stage.graph));
  const problems = Object.entries(graph?.problems ?? {});
  const room = roomAddress(stage.call);
  const to = (view: string) => fragmentOf({ view, at: stage.key, node: undefined });
  return (
    <li className="card">
      <div className="card-head">
        <h2>
          <a href={to('graph')}>{stage.title}</a>
        </h2>
        <span className={`tag ${['live', 'running'].includes(stage.status) ? 'good' : 'warn'}`}>{stage.status}</span>
      </div>
      <p className="code dim">{stage.key}</p>
      <p className="card-plays">
        <Icon name={plays?.paused ? 'pause' : 'play'} size={16} />
        <span>{plays ? (plays.title ?? lastPart(plays.src)) : 'No track plays'}</span>
      </p>
      {call && (
        <dl className="facts number">
          <div>
            <dt>Listening</dt>
            <dd>{call.listeners}</dd>
          </div>
          <div>
            <dt>In the call</dt>
            <dd>{call.participants.length}</dd>
          </div>
          <div>
            <dt>Speaking</dt>
            <dd>{call.speaking.length}</dd>
          </div>
        </dl>
      )}
      {problems.map(([node, { message }]) => (
        <p key={node} className="notice small">
          <Icon name="warning" size={16} />
          <span>
            <code>{node}</code> {message}
          </span>
        </p>
      ))}
      <div className="card-links">
        <a href={to('graph')}>Graph</a>
        <a href={to('states')}>States</a>
        <a href={to('people')}>People and music</a>
        {room && (
          <a href={room} target="_blank" rel="noreferrer">
            Room page <Icon name="open" size={13} />
          </a>
        )}
      </div>
    </li>
  );
}
