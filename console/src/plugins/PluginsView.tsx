import { useState } from 'react';
import type { ViewProps } from '../app/App.js';
import { ask } from '../api/client.js';
import type { PluginInfo } from '../api/types.js';
import { engine } from '../live/live.js';
import { useStore } from '../live/store.js';
import { Button } from '../ui/Button.js';
import { Icon } from '../ui/Icon.js';
import { useAsked } from '../ui/useAsked.js';
import { useTask } from '../ui/useTask.js';
import { PluginMessages } from './PluginMessages.js';
import { PluginSettings } from './PluginSettings.js';
import '../styles/panel.css';
import '../styles/plugins.css';

/** The plugins that are loaded. */
export function PluginsView(_props: ViewProps) {
  // Whatever changes about a plugin, besides what it remembers, is reason to ask again.
  const changes = useStore(engine, ({ plugins }) =>
    JSON.stringify(Object.entries(plugins).map(([key, { state: _, ...rest }]) => [key, rest])),
  );
  const { value, problem } = useAsked<{ plugins: readonly PluginInfo[] }>('/plugins', changes);
  const plugins = value?.plugins ?? [];
  return (
    <div className="page">
      <header>
        <div>
          <h1>Plugins</h1>
          <p>They work in the order shown: what they depend on first, then by priority and name.</p>
        </div>
      </header>
      {problem !== undefined && <p className="notice">{problem}</p>}
      {value && plugins.length === 0 && <p className="empty">No plugin is loaded. A graph file asks for them under “plugins”.</p>}
      <ul className="plugins">
        {plugins.map((plugin) => (
          <PluginCard key={plugin.key} plugin={plugin} />
        ))}
      </ul>
    </div>
  );
}

const TONES = { enabled: 'good', disabled: '', failed: 'bad', loading: 'warn' };

function PluginCard({ plugin }: { plugin: PluginInfo }) {
  const { key, name, version, description, status, parts, faults, bypassed, problem, priority, nodes } = plugin;
  const task = useTask();
  const [open, setOpen] = useState<'settings' | 'messages' | 'state'>();
  const on = status === 'enabled';
  const path = `/plugins/${encodeURIComponent(key)}`;
  const toggle = (which: typeof open) => setOpen(open === which ? undefined : which);
  return (
    <li className="card plugin">
      <div className="card-head">
        <h2>{name}</h2>
        <span className={`tag ${TONES[status]}`}>{status}</span>
      </div>
      <p>{description}</p>
      <dl className="plugin-facts small">
        <div>
          <dt>Key</dt>
          <dd className="code">{key}</dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd className="number">{version}</dd>
        </div>
        <div>
          <dt>Priority</dt>
          <dd className="number">{priority}</dd>
        </div>
        <div>
          <dt>Parts</dt>
          <dd>{[...parts, ...nodes].join(', ') || 'none'}</dd>
        </div>
        <div>
          <dt>Faults</dt>
          <dd className={`number ${faults > 0 ? 'option-problem' : ''}`}>{faults}</dd>
        </div>
      </dl>
      {(problem || bypassed.length > 0) && (
        <p className="notice small">
          <Icon name="warning" size={16} />
          <span>
            {bypassed.length > 0 && `Left out: ${bypassed.join(', ')}. `}
            {problem && `${problem.message} ${problem.fix}`}
          </span>
        </p>
      )}
      <div className="row">
        <Button
          label={on ? 'Disable' : 'Enable'}
          aria-label={`${on ? 'Disable' : 'Enable'} ${name}`}
          kind={on ? 'plain' : 'main'}
          disabled={task.busy}
          onClick={() => void task.run(() => ask(`${path}/${on ? 'disable' : 'enable'}`, { method: 'POST' }))}
        />
        <Button label="Settings" kind="quiet" aria-expanded={open === 'settings'} onClick={() => toggle('settings')} />
        {Object.keys(plugin.messages).length > 0 && (
          <Button label="Messages" kind="quiet" aria-expanded={open === 'messages'} onClick={() => toggle('messages')} />
        )}
        {parts.includes('state') && (
          <Button label="State" kind="quiet" aria-expanded={open === 'state'} onClick={() => toggle('state')} />
        )}
      </div>
      {task.problem && <p className="notice small">{task.problem}</p>}
      {open === 'settings' && <PluginSettings plugin={plugin} />}
      {open === 'messages' && <PluginMessages plugin={plugin} />}
      {open === 'state' && <PluginState plugin={key} />}
    </li>
  );
}

function PluginState({ plugin }: { plugin: string }) {
  const [asked, setAsked] = useState(0);
  const { value } = useAsked<{ state: { plugins: Record<string, { state?: unknown }> } }>('/state', asked);
  return (
    <div className="section">
      <pre className="code-block" tabIndex={0} aria-label="State">
        {value ? JSON.stringify(value.state.plugins[plugin]?.state ?? null, null, 2) : 'Loading …'}
      </pre>
      <div className="row">
        <Button icon="reset" label="Ask again" onClick={() => setAsked(asked + 1)} />
      </div>
    </div>
  );
}
