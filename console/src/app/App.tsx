import { lazy, Suspense, useEffect, useState, type ComponentType } from 'react';
import { EMPTY_STATE } from '../../../src/events/state.js';
import { connection, engine, goLive } from '../live/live.js';
import { stagesOf, type Stage } from '../live/places.js';
import { useStore } from '../live/store.js';
import { Icon, type IconName } from '../ui/Icon.js';
import { CallsView } from './CallsView.js';
import { fragmentOf, placeOf, type Place } from './address.js';
import { Gone } from './Gone.js';
import { Guard } from './Guard.js';
import { ThemeSwitch } from './ThemeSwitch.js';
import { RoomAudio } from '../listen/RoomAudio.js';

/** What a view is given. */
export interface ViewProps {
  /** What is looked at; undefined: nothing runs. */
  readonly stage: Stage | undefined;
  readonly stages: readonly Stage[];
  readonly place: Place;
  /** Shows something else. */
  readonly go: (to: Partial<Place>) => void;
}

const named = <N extends string>(load: () => Promise<Record<N, ComponentType<ViewProps>>>, name: N) =>
  lazy(async () => ({ default: (await load())[name] }));

/** Each part of the console. What is large is loaded when it is first looked at. */
const VIEWS: Readonly<Record<string, { title: string; icon: IconName; View: ComponentType<ViewProps> }>> = {
  calls: { title: 'Calls', icon: 'calls', View: CallsView },
  graph: { title: 'Graph', icon: 'graph', View: named(() => import('../graph/GraphView.js'), 'GraphView') },
  states: { title: 'States', icon: 'machine', View: named(() => import('../machine/MachineView.js'), 'MachineView') },
  people: { title: 'People', icon: 'people', View: named(() => import('../people/PeopleView.js'), 'PeopleView') },
  editor: { title: 'Edit', icon: 'editor', View: named(() => import('../editor/EditorView.js'), 'EditorView') },
  plugins: { title: 'Plugins', icon: 'plugins', View: named(() => import('../plugins/PluginsView.js'), 'PluginsView') },
  log: { title: 'Log', icon: 'log', View: named(() => import('../log/LogView.js'), 'LogView') },
};

/** Those that are about one call or graph. */
const OF_A_CALL = new Set(['graph', 'states', 'people', 'editor']);

const STATE_WORDS = { connecting: 'Connecting', live: 'Live', lost: 'Trying again', refused: 'Refused' };

/** The console. */
export function App() {
  const [place, setPlace] = useState(placeOf);
  const stages = useStages();
  useEffect(goLive, []);
  useEffect(() => {
    const moved = () => setPlace(placeOf());
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  const known = useStore(engine, (state) => state !== EMPTY_STATE);
  // Another call in the place of one that is over would be steered by mistake.
  const gone = known && place.at !== undefined && !stages.some(({ key }) => key === place.at) ? place.at : undefined;
  const stage = gone === undefined ? (stages.find(({ key }) => key === place.at) ?? stages[0]) : undefined;
  const to = (change: Partial<Place>): string => fragmentOf({ ...place, at: stage?.key ?? place.at, node: undefined, ...change });
  const go = (change: Partial<Place>) => {
    location.hash = to(change);
  };
  const view = VIEWS[place.view] ? place.view : 'calls';
  const { View, title } = VIEWS[view]!;
  useEffect(() => {
    document.title = `${title} – voxgraph console`;
  }, [title]);
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>
        Skip to the content
      </a>
      <header className="top">
        <a className="brand" href={to({ view: 'calls' })} aria-label="voxgraph console">
          <Icon name="live" size={20} />
          <span>voxgraph</span>
        </a>
        <StageChoice stage={stage} gone={gone} stages={stages} choose={(at) => go({ at })} />
        <div className="top-end">
          <RoomAudio call={stage?.call} />
          <Connection />
          <ThemeSwitch />
        </div>
      </header>
      <nav className="nav" aria-label="Parts of the console">
        {Object.entries(VIEWS).map(([id, { title: name, icon }]) => (
          <a key={id} href={to({ view: id })} {...(id === view && { 'aria-current': 'page' as const })}>
            <Icon name={icon} size={20} />
            {name}
          </a>
        ))}
      </nav>
      <main className="content" id="main" tabIndex={-1}>
        <Guard key={view}>
          <Suspense fallback={<p className="empty">Loading …</p>}>
            {gone !== undefined && OF_A_CALL.has(view) ? (
              <Gone at={gone} view={view} stages={stages} />
            ) : (
              <View key={`${view} ${stage?.key}`} stage={stage} stages={stages} place={place} go={go} />
            )}
          </Suspense>
        </Guard>
      </main>
    </div>
  );
}

function useStages(): Stage[] {
  // The same text is the same list, so that speaking people draw nothing anew.
  const text = useStore(engine, (state) => JSON.stringify(stagesOf(state)));
  return JSON.parse(text) as Stage[];
}

function StageChoice({
  stage,
  gone,
  stages,
  choose,
}: {
  stage: Stage | undefined;
  /** What was chosen and is over. */
  gone: string | undefined;
  stages: readonly Stage[];
  choose: (key: string) => void;
}) {
  if (!stage && gone === undefined) return <p className="stage-choice dim">Nothing runs</p>;
  return (
    <div className="stage-choice">
      <select aria-label="Call or graph" value={stage?.key ?? ''} onChange={(event) => choose(event.target.value)}>
        {!stage && (
          <option value="" disabled>
            {gone} (over)
          </option>
        )}
        {stages.map(({ key, title }) => (
          <option key={key} value={key}>
            {title === key ? key : `${key} – ${title}`}
          </option>
        ))}
      </select>
      {stage && <span className={`tag ${['live', 'running'].includes(stage.status) ? 'good' : 'warn'}`}>{stage.status}</span>}
    </div>
  );
}

function Connection() {
  const feed = useStore(connection);
  const words = STATE_WORDS[feed.state];
  return (
    <p className={`connection ${feed.state}`} role="status" title={feed.state === 'refused' ? feed.why : words}>
      <span>{feed.state === 'refused' ? 'The token is missing or wrong' : words}</span>
    </p>
  );
}
