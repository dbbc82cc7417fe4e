import type { Player } from '../api/types.js';
import { engine } from '../live/live.js';
import type { Stage } from '../live/places.js';
import { mainPlayer } from '../live/players.js';
import { useStore } from '../live/store.js';
import { usePlayers, usePosition } from '../live/usePlayers.js';
import { Icon } from '../ui/Icon.js';
import { clock, lastPart } from '../ui/format.js';
import { fragmentOf, roomAddress } from './address.js';
import { EndedGraphs } from './EndedGraphs.js';
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
      {stages.length === 0 && (
        <p className="dim">
          A call begins by <code>voxgraph run graphs/radio.json --call room:lobby</code>, or by a program that uses the library.
        </p>
      )}
      <ul className="cards">
        {stages.map((stage) => (
          <CallCard key={stage.key} stage={stage} />
        ))}
      </ul>
      <EndedGraphs />
    </div>
  );
}

function CallCard({ stage }: { stage: Stage }) {
  const call = useStore(engine, ({ calls }) => (stage.call === undefined ? undefined : calls[stage.call]));
  const graph = useStore(engine, ({ graphs }) => (stage.graph === undefined ? undefined : graphs[stage.graph]));
  const players = usePlayers(stage.graph) ?? [];
  const plays = mainPlayer(players);
  const problems = Object.entries(graph?.problems ?? {});
  const room = roomAddress(stage.call);
  const to = (view: string, node?: string) => fragmentOf({ view, at: stage.key, node });
  const own = call && [call.silenced ? 'may not speak' : call.selfMuted && 'muted', call.handRaised && 'asks to speak'];
  return (
    <li className="card">
      <div className="card-head">
        <h2>
          <a href={to('graph')}>{stage.title}</a>
        </h2>
        <span className={`tag ${['live', 'running'].includes(stage.status) ? 'good' : 'warn'}`}>{stage.status}</span>
      </div>
      <p className="row">
        <span className="code dim">{stage.key}</span>
        {own?.map(
          (word) =>
            word && (
              <span key={word} className="tag warn">
                {word}
              </span>
            ),
        )}
      </p>
      {plays && <Plays player={plays} others={players.length - 1} />}
      {call && (
        <dl className="facts number">
          {room && (
            <div>
              <dt>Listening</dt>
              <dd>{call.listeners}</dd>
            </div>
          )}
          <div>
            <dt>{room ? 'With a microphone' : 'In the call'}</dt>
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
            <a href={to('graph', node)}>
              <code>{node}</code>
            </a>{' '}
            {message}
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

const ICONS = { playing: 'play', loading: 'play', paused: 'pause', idle: 'stop', ended: 'stop', failed: 'warning' } as const;
const WORDS = { playing: '', loading: 'opening', paused: 'paused', idle: 'nothing to play', ended: 'over', failed: 'failed' };

function Plays({ player, others }: { player: Player; others: number }) {
  const atMs = usePosition(player);
  const { status, src, title, durationMs } = player;
  const word = WORDS[status];
  return (
    <p className="card-plays">
      <Icon name={ICONS[status]} size={16} />
      <span>{title ?? (src === undefined ? 'Nothing to play' : lastPart(src))}</span>
      <span className="dim small number card-at">
        {src !== undefined && word !== '' && `${word}, `}
        {src !== undefined && `${clock(atMs)}${durationMs === undefined ? '' : ` / ${clock(durationMs)}`}`}
        {others > 0 && ` · ${others} more`}
      </span>
    </p>
  );
}
