import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.js';
import { log } from '../live/log.js';
import { useStore } from '../live/store.js';
import { Button } from '../ui/Button.js';
import { timeOfDay } from '../ui/format.js';
import { useTask } from '../ui/useTask.js';

interface ChatLine {
  readonly atMs: number;
  readonly text: string;
  readonly from?: string;
}

/** What is written in a room, and a line of one's own, in voxgraph's name. What is written in other calls is not known here. */
export function Chat({ call }: { call: string }) {
  const room = call.startsWith('room:') ? call.slice('room:'.length) : undefined;
  const [lines, setLines] = useState<readonly ChatLine[]>([]);
  const [text, setText] = useState('');
  const task = useTask();
  const end = useRef<HTMLLIElement>(null);
  const written = useStore(log, (all) => all.findLast(({ what }) => what === 'message.received' || what === 'message.sent')?.key);
  useEffect(() => {
    if (room === undefined) return;
    ask<{ messages: readonly ChatLine[] }>(`/rooms/${encodeURIComponent(room)}/messages`).then(
      ({ messages }) => setLines(messages),
      () => {},
    );
  }, [room, written]);
  useEffect(() => {
    // In some browsers it gives a promise, which React would take for the clean-up.
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [lines]);
  const send = () =>
    task.run(async () => {
      await ask(`/calls/${encodeURIComponent(call)}/tell`, { method: 'POST', body: { text: text.trim() } });
      setText('');
    });
  return (
    <section className="card chat" aria-labelledby="chat">
      <h2 id="chat">Chat</h2>
      {room !== undefined && (
        <ol aria-live="polite" tabIndex={0} aria-label="Messages">
          {lines.map((line, index) => (
            <li key={index} ref={index === lines.length - 1 ? end : undefined}>
              <time className="small dim number">{timeOfDay(line.atMs)}</time> <strong>{line.from ?? 'voxgraph'}</strong>{' '}
              {line.text}
            </li>
          ))}
          {lines.length === 0 && <li className="dim">Nothing was written.</li>}
        </ol>
      )}
      <form onSubmit={(event) => (event.preventDefault(), text.trim() && void send())}>
        <input
          className="field"
          maxLength={4096}
          placeholder="Write to everybody"
          aria-label="Write to everybody"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button label="Send" type="submit" disabled={task.busy || text.trim() === ''} />
      </form>
      {task.problem && <p className="notice small">{task.problem}</p>}
    </section>
  );
}
