import { engine } from '../live/live.js';
import { useStore } from '../live/store.js';
import { Icon } from '../ui/Icon.js';

const SHOWN = 8;
/** How each way to end is told to people. */
const REASONS: Readonly<Record<string, string>> = { finished: 'nothing was left to play', stopped: 'stopped', failed: 'failed' };

/** What ran before, and why it does no more: who comes when it is over is to find the cause. */
export function EndedGraphs() {
  const text = useStore(engine, ({ graphs }) =>
    JSON.stringify(
      Object.entries(graphs)
        .filter(([, { status }]) => status === 'ended')
        .slice(-SHOWN)
        .toReversed(),
    ),
  );
  const ended = JSON.parse(text) as [string, ReturnType<typeof engine.get>['graphs'][string]][];
  if (ended.length === 0) return null;
  return (
    <section className="section" aria-labelledby="ended">
      <h2 id="ended">Ended</h2>
      <ul className="ended">
        {ended.map(([id, { title, call, reason, problems }]) => (
          <li key={id}>
            <p className="row">
              <strong>{title}</strong>
              {call !== undefined && <span className="code dim small">{call}</span>}
              <span className="dim small">{REASONS[reason ?? ''] ?? reason}</span>
            </p>
            {Object.entries(problems).map(([node, { message, fix }]) => (
              <p key={node} className="notice small">
                <Icon name="warning" size={16} />
                <span>
                  <code>{node}</code> {message} {fix}
                </span>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
