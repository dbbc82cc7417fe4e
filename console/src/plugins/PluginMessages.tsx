import { useState } from 'react';
import { ask } from '../api/client.js';
import type { JsonSchema, PluginInfo } from '../api/types.js';
import { Button } from '../ui/Button.js';
import { SchemaField } from '../ui/SchemaField.js';
import { useTask } from '../ui/useTask.js';

/** Sends a message to a plugin, with a form made of the message's schema. */
export function PluginMessages({ plugin: { key, messages } }: { plugin: PluginInfo }) {
  const names = Object.keys(messages);
  const [name, setName] = useState(names[0]!);
  const [payload, setPayload] = useState<Readonly<Record<string, unknown>>>({});
  const [reply, setReply] = useState<string>();
  const task = useTask();
  const message = messages[name]!;
  const schema = message.payload as JsonSchema;
  const choose = (next: string) => {
    setName(next);
    setPayload({});
    setReply(undefined);
  };
  const send = () =>
    task.run(async () => {
      const body = { message: name, payload: schema.properties ? payload : null };
      const answer = await ask<{ reply: unknown }>(`/plugins/${encodeURIComponent(key)}/messages`, { method: 'POST', body });
      setReply(JSON.stringify(answer.reply ?? null, null, 2));
    });
  return (
    <div className="section">
      <select className="field" aria-label="Message" value={name} onChange={(event) => choose(event.target.value)}>
        {names.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <p className="small dim">{message.description}</p>
      {Object.entries(schema.properties ?? {}).map(([field, of]) => (
        <SchemaField
          key={`${name} ${field}`}
          name={field}
          schema={of}
          value={payload[field]}
          give={(value) =>
            setPayload(value === '' || value === undefined ? without(payload, field) : { ...payload, [field]: value })
          }
        />
      ))}
      <div className="row">
        <Button label="Send" kind="main" disabled={task.busy} onClick={() => void send()} />
      </div>
      {task.problem && <p className="notice small">{task.problem}</p>}
      {reply !== undefined && (
        <pre className="code-block" role="status">
          {reply}
        </pre>
      )}
    </div>
  );
}

function without(all: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
}
