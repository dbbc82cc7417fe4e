import { useState } from 'react';
import type { ViewProps } from '../app/App.js';
import { fragmentOf } from '../app/address.js';
import { engine } from '../live/live.js';
import { log, type LogLine } from '../live/log.js';
import { useStore } from '../live/store.js';
import { Button } from '../ui/Button.js';
import { timeOfDay } from '../ui/format.js';
import '../styles/log.css';

/** What happened, the newest first. */
export function LogView({ stage }: ViewProps) {
  const lines = useStore(log);
  const calls = useCalls();
  const [wanted, setWanted] = useState('');
  const [here, setHere] = useState(false);
  const [troubles, setTroubles] = useState(false);
  const [details, setDetails] = useState(false);
  const [held, setHeld] = useState<readonly LogLine[]>();
  const place = here ? stage?.key : undefined;
  const shown = (held ?? lines).filter(
    (line) =>
      (details || line.level !== 'detail') &&
      (!troubles || line.level === 'problem' || line.level === 'warning') &&
      (place === undefined || placeOf(line, calls) === place) &&
      matches(line, placeOf(line, calls), wanted),
  );
  return (
    <div className="page log-page">
      <header>
        <div>
          <h1>Log</h1>
          <p>What happened, the newest first; a line opens to all that is known of it.</p>
        </div>
        <div className="row">
          <input
            className="field log-search"
            type="search"
            placeholder="Find words, or room:lobby"
            aria-label="Find in the log"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          {stage && <Button icon="filter" label={`Only ${stage.key}`} on={here} onClick={() => setHere(!here)} />}
          <Button icon="warning" label="Problems" on={troubles} onClick={() => setTroubles(!troubles)} />
          <Button icon="plus" label="Details" on={details} onClick={() => setDetails(!details)} />
          <Button icon="pause" label="Hold" on={held !== undefined} onClick={() => setHeld(held ? undefined : lines)} />
        </div>
      </header>
      {shown.length === 0 ? (
        <p className="empty">{lines.length === 0 ? 'Nothing happened yet.' : 'No line is like that.'}</p>
      ) : (
        <ol className="log" reversed>
          {shown.toReversed().map((line) => (
            <Line key={line.key} line={line} place={placeOf(line, calls)} />
          ))}
        </ol>
      )}
    </div>
  );
}

/** The call of each graph; of one without a call, itself. */
function useCalls(): Readonly<Record<string, string>> {
  const text = useStore(engine, ({ graphs }) =>
    JSON.stringify(Object.fromEntries(Object.entries(graphs).map(([id, { call }]) => [id, call ?? id]))),
  );
  return JSON.parse(text) as Record<string, string>;
}

/** Where it happened: the call, or the graph without one. */
function placeOf({ call, graph, plugin }: LogLine, calls: Readonly<Record<string, string>>): string | undefined {
  return call ?? (graph === undefined ? plugin?.split('@')[1] : (calls[graph] ?? graph));
}

function Line({
  line: { level, atMs, what, node, plugin, text, problem, event },
  place,
}: {
  line: LogLine;
  place: string | undefined;
}) {
  const [open, setOpen] = useState(false);
  return (
    <li className={level}>
      <time className="number dim">{timeOfDay(atMs, true)}</time>
      {event ? (
        <button type="button" className="log-what code" aria-expanded={open} onClick={() => setOpen(!open)}>
          {what}
        </button>
      ) : (
        <strong className="log-what code">{what}</strong>
      )}
      <span className="log-about">
        {place}
        {node !== undefined && (
          <>
            {' · '}
            <a href={fragmentOf({ view: 'graph', at: place, node })}>{node}</a>
          </>
        )}
        {node === undefined && plugin !== undefined && `${place === undefined ? '' : ' · '}${plugin.split('@')[0]}`}
      </span>
      <span className="log-text">
        {text}
        {problem && (
          <span className="log-fix">
            {problem.fix} <code>{problem.code}</code>
          </span>
        )}
      </span>
      {open && (
        <pre className="code-block log-raw" tabIndex={0} aria-label={`All about ${what}`}>
          {JSON.stringify(event, null, 2)}
        </pre>
      )}
    </li>
  );
}

function matches({ what, node = '', plugin = '', text }: LogLine, place = '', wanted: string): boolean {
  const all = `${what} ${place} ${node} ${plugin} ${text}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
