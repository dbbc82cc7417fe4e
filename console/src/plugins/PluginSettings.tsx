import { useEffect, useState } from 'react';
import { ask } from '../api/client.js';
import type { PluginInfo } from '../api/types.js';
import { Button } from '../ui/Button.js';
import { useTask } from '../ui/useTask.js';

/** The settings of a plugin, as JSON; what they mean stands beside. */
export function PluginSettings({ plugin: { key, name, config, options } }: { plugin: PluginInfo }) {
  const present = JSON.stringify(config, null, 2);
  const [text, setText] = useState(present);
  const task = useTask();
  useEffect(() => setText(present), [present]);
  const apply = () =>
    task.run(async () => {
      let made: unknown;
      try {
        made = JSON.parse(text);
      } catch (error) {
        throw new Error(`This is not JSON: ${(error as Error).message}`, { cause: error });
      }
      await ask(`/plugins/${encodeURIComponent(key)}/configure`, { method: 'POST', body: { config: made } });
    });
  return (
    <div className="section">
      <textarea
        className="field"
        aria-label={`Settings of ${name}`}
        rows={Math.min(14, text.split('\n').length + 1)}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {task.problem && <p className="notice small">{task.problem}</p>}
      <div className="row">
        <Button label="Apply" kind="main" icon="apply" disabled={task.busy || text === present} onClick={() => void apply()} />
      </div>
      <dl className="option-docs small">
        {options.map((option) => (
          <div key={option.name}>
            <dt>
              <code>{option.name}</code> <span className="dim">{option.type}</span>
            </dt>
            <dd className="dim">{option.description}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
