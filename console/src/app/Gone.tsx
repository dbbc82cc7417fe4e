import type { Stage } from '../live/places.js';
import { fragmentOf } from './address.js';

/** In the place of a call that is over: another one in its place would be steered by mistake. */
export function Gone({ at, view, stages }: { at: string; view: string; stages: readonly Stage[] }) {
  return (
    <div className="empty gone" role="status">
      <h1>{at} is over</h1>
      <p>
        <a href={fragmentOf({ view: 'calls', at: undefined, node: undefined })}>Calls</a> says what ended and why.
      </p>
      {stages.length > 0 && (
        <ul className="gone-others" aria-label="What runs">
          {stages.map(({ key, title }) => (
            <li key={key}>
              <a href={fragmentOf({ view, at: key, node: undefined })}>{title === key ? key : `${key} – ${title}`}</a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
