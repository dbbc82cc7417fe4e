import { useState } from 'react';
import { log, type LogLine } from '../live/log.js';
import { useStore } from '../live/store.js';
import { Button } from '../ui/Button.js';
import { timeOfDay } from '../ui/format.js';
import '../styles/log.css';

/** What happened, the newest first. */
export function LogView() {
  const lines = useStore(log);
  const [wanted, setWanted] = useState('');
  const [troubles, setTroubles] = useState(false);
  const [held, setHeld] = useState<readonly LogLine[]>();
  const shown = (held ?? lines).filter((line) => (!troubles || line.level !== 'fact') && matches(line, wanted));
  return (
    <div className="page log-page">
      <header>
        <div>
          <h1>Log</h1>
          <p>What happened since this page was opened; the newest first, at most a thousand lines.</p>
        </div>
        <div className="row">
          <input
            className="field log-search"
            type="search"
            placeholder="Find, such as stream or room:lobby"
            aria-label="Find in the log"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          <Button icon="warning" label="Problems" on={troubles} onClick={() => setTroubles(!troubles)} />
          <Button icon="pause" label="Hold" on={held !== undefined} onClick={() => setHeld(held ? undefined : lines)} />
        </div>
      </header>
      {shown.length === 0 ? (
        <p className="empty">{lines.length === 0 ? 'Nothing happened yet.' : 'No line is like that.'}</p>
      ) : (
        <ol className="log" reversed>
          {shown.toReversed().map((line) => (
            <Line key={line.key} line={line} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Line({ line }: { line: LogLine }) {
  return (
    <li className={line.level}>
      <time className="number dim">{timeOfDay(line.atMs, true)}</time>
      <strong className="code">{line.what}</strong>
      <span className="log-about">{line.about}</span>
      <span className="log-text">
        {line.text}
        {line.problem && (
          <span className="log-fix">
            {line.problem.fix} <code>{line.problem.code}</code>
          </span>
        )}
      </span>
    </li>
  );
}

function matches({ what, about, text }: LogLine, wanted: string): boolean {
  const all = `${what} ${about} ${text}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
