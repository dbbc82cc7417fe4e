import { ReactFlowProvider } from '@xyflow/react';
import { useEffect, useMemo, useState } from 'react';
import type { ViewProps } from '../app/App.js';
import type { Stage } from '../live/places.js';
import type { MachineInstance, Machines } from '../api/types.js';
import { loadTransitions, machines, refreshMachines, transitions } from '../live/live.js';
import { noteLine } from '../live/log.js';
import { useStore } from '../live/store.js';
import { sentence } from '../api/client.js';
import { MachineCanvas } from './MachineCanvas.js';
import { Timeline } from './Timeline.js';
import '../styles/canvas.css';
import '../styles/machine.css';
import '../styles/panel.css';

/** The machines of a call, drawn from the machines themselves, live or as they were. */
export function MachineView({ stage, place, go }: ViewProps) {
  const all = useStore(machines);
  const [kind, setKind] = useState<string>();
  useEffect(() => void refreshMachines(), []);
  const running = instancesOf(all, stage);
  const instance = running.find((one) => one.instance === place.node) ?? (kind === undefined ? running[0] : undefined);
  const chart = all.charts.find(({ id }) => id === (instance?.machine ?? kind)) ?? all.charts[0];
  const steps = useStore(transitions, (every) => (instance ? every[instance.instance] : undefined)) ?? [];
  const [at, setAt] = useState<number>();
  const name = instance?.instance;
  useEffect(() => {
    setAt(undefined);
    if (instance) loadTransitions(instance).catch((error: unknown) => noteLine('warning', sentence(error)));
  }, [name]);
  const shown = at === undefined ? undefined : steps.find(({ n }) => n === at);
  const last = shown ?? steps.at(-1);
  const value = shown ? shown.to : instance?.value;
  const taken = useMemo(() => new Set(last?.transitionIds), [last]);
  if (!chart) return <p className="empty">Loading …</p>;
  return (
    <div className="work">
      <ReactFlowProvider key={chart.id}>
        <MachineCanvas chart={chart} value={value} taken={taken} past={shown !== undefined}>
          <Choice
            all={all}
            running={running}
            chart={chart.id}
            instance={name}
            choose={(next, nextKind) => (setKind(nextKind), go({ node: next }))}
          />
        </MachineCanvas>
      </ReactFlowProvider>
      {instance && <Timeline steps={steps} at={shown?.n} show={setAt} />}
    </div>
  );
}

interface ChoiceProps {
  readonly all: Machines;
  readonly running: readonly MachineInstance[];
  readonly chart: string;
  readonly instance: string | undefined;
  readonly choose: (instance: string | undefined, kind: string | undefined) => void;
}

function Choice({ all, running, chart, instance, choose }: ChoiceProps) {
  return (
    <select
      className="field machine-choice"
      aria-label="Machine"
      value={instance ?? `chart ${chart}`}
      onChange={({ target: { value } }) =>
        value.startsWith('chart ') ? choose(undefined, value.slice('chart '.length)) : choose(value, undefined)
      }
    >
      {running.length > 0 && (
        <optgroup label="Running">
          {running.map((one) => (
            <option key={one.instance} value={one.instance}>
              {one.machine} · {subjectText(one)}
              {one.ended ? ' (ended)' : ''}
            </option>
          ))}
        </optgroup>
      )}
      <optgroup label="Charts">
        {all.charts.map(({ id }) => (
          <option key={id} value={`chart ${id}`}>
            {id}
          </option>
        ))}
      </optgroup>
    </select>
  );
}

/** The machines of a call, of its graph and of the plugins; those that run first. */
function instancesOf({ instances }: Machines, stage: Stage | undefined): readonly MachineInstance[] {
  const mine = ({ subject: { call, graph } }: MachineInstance) =>
    (call === undefined && graph === undefined) ||
    (call !== undefined && call === stage?.call) ||
    (graph !== undefined && graph === stage?.graph);
  const rank = ({ machine, ended }: MachineInstance) =>
    (ended ? 10 : 0) + (machine === 'call' ? 0 : machine === 'source' ? 1 : 2);
  return instances.filter(mine).toSorted((a, b) => rank(a) - rank(b));
}

function subjectText({ subject: { call, node, plugin, graph, account }, instance }: MachineInstance): string {
  return node ?? plugin ?? account ?? call ?? graph ?? instance;
}
