import { useState } from 'react';
import { ask } from '../api/client.js';
import type { DrawnGraph, DrawnNode, NodeTypeDoc } from '../api/types.js';
import { WireSound } from '../listen/WireSound.js';
import { drawings, engine, figures } from '../live/live.js';
import { useStore } from '../live/store.js';
import { Button } from '../ui/Button.js';
import { Icon } from '../ui/Icon.js';
import { Meter } from '../ui/Meter.js';
import { PanelHead } from '../ui/PanelHead.js';
import { RichText } from '../ui/RichText.js';
import { count, microseconds, milliseconds } from '../ui/format.js';
import { useAsked } from '../ui/useAsked.js';
import { useTask } from '../ui/useTask.js';
import { InsideList } from './InsideList.js';
import { LevelPast } from './LevelPast.js';
import { OptionsForm } from './OptionsForm.js';
import { Thumbnail } from './Thumbnail.js';

/** What is known of a node, and what can be done with it. */
export function NodePanel({ graph, node, close }: { graph: DrawnGraph; node: DrawnNode; close: () => void }) {
  const { value: doc } = useAsked<NodeTypeDoc>(`/node-types/${encodeURIComponent(node.type)}`);
  const path = `/graphs/${encodeURIComponent(graph.id)}/nodes/${encodeURIComponent(node.id)}`;
  const bypass = useTask();
  const setBypassed = () =>
    bypass.run(async () => {
      await ask(path, { method: 'PATCH', body: { bypassed: !node.bypassed } });
      drawings.set((n) => n + 1);
    });
  const setOption = async (name: string, value: unknown) => {
    await ask(path, { method: 'PATCH', body: { options: { [name]: value } } });
  };
  return (
    <aside className="side panel" aria-label={`Node ${node.id}`}>
      <PanelHead title={node.id} close={close}>
        <code>{node.type}</code>
      </PanelHead>
      <p className="panel-lead">{node.summary}</p>
      {node.inserted && <p className="small dim">Put in by the planner: {node.inserted}</p>}
      {node.canBypass && (
        <div className="row">
          <Button
            icon="bypass"
            label={node.bypassed ? 'Bypassed' : 'Bypass'}
            on={node.bypassed}
            disabled={bypass.busy}
            onClick={() => void setBypassed()}
          />
        </div>
      )}
      <Trouble graph={graph.id} node={node.id} />
      {bypass.problem && <p className="notice">{bypass.problem}</p>}
      {node.inside && <InsideList graph={graph.id} node={node.id} inside={node.inside} />}
      <Outlets graph={graph} node={node} />
      <Figures graph={graph} node={node} />
      <section className="section" aria-label="Options">
        <h2>Options</h2>
        {doc ? (
          <OptionsForm schema={doc.options} values={node.options} live={node.liveOptions} change={setOption} />
        ) : (
          <p className="dim">Loading …</p>
        )}
      </section>
      {doc && <Docs doc={doc} />}
    </aside>
  );
}

/** What went wrong with it last. */
function Trouble({ graph, node }: { graph: string; node: string }) {
  const found = useStore(engine, ({ graphs }) => graphs[graph]?.problems[node]);
  if (!found) return null;
  return (
    <p className="notice" role="status">
      <Icon name="warning" />
      <span>
        {found.message} <span className="dim">{found.fix}</span>
      </span>
    </p>
  );
}

/** What leaves it: pictures to see, sound to hear. Packets are heard where they were made, or in the room. */
function Outlets({ graph, node }: { graph: DrawnGraph; node: DrawnNode }) {
  const wired = new Set(graph.plan.wires.map(({ outlet }) => outlet));
  const sounds = node.outputs.filter(({ kind }) => kind === 'audio');
  const pictures = node.outputs.filter(({ kind, port }) => kind === 'video' && wired.has(`${node.id}.${port}`));
  return (
    <>
      {pictures.length > 0 && (
        <section className="section" aria-label="Picture">
          <h2>Picture</h2>
          {pictures.map(({ port, format }) => (
            <Thumbnail key={port} graph={graph.id} outlet={`${node.id}.${port}`} format={format ?? 'video'} />
          ))}
        </section>
      )}
      {sounds.length > 0 && (
        <section className="section" aria-label="Sound">
          <h2>Sound</h2>
          {sounds.map(({ port }) => (
            <Outlet key={port} graph={graph.id} outlet={`${node.id}.${port}`} />
          ))}
        </section>
      )}
    </>
  );
}

function Outlet({ graph, outlet }: { graph: string; outlet: string }) {
  const level = useStore(figures, (all) => all[graph]?.levels[outlet]);
  return (
    <div className="outlet">
      <code className="small">{outlet}</code>
      <Meter level={level} label={`Level of ${outlet}`} tall />
      <WireSound graph={graph} outlet={outlet} />
      <LevelPast graph={graph} outlet={outlet} />
    </div>
  );
}

function Figures({ graph, node }: { graph: DrawnGraph; node: DrawnNode }) {
  const stats = useStore(figures, (all) => all[graph.id]?.stats.nodes[node.id]);
  const work = stats?.work;
  const rows: [string, string][] = [
    ['State', stats?.state ?? (graph.status === 'running' ? 'no figures yet' : graph.status)],
    ['Clock', node.clock],
    ['Estimated cost', `${node.costPercent} % of a core${node.costMeasured ? '' : ', a guess'}`],
    ...(work
      ? ([
          ['Work per beat, median', microseconds(work.p50Us)],
          ['Work per beat, p99', microseconds(work.p99Us)],
        ] as [string, string][])
      : []),
    ['Latency it adds', milliseconds(stats?.latencyMs ?? node.latencyMs)],
    ...Object.entries(stats?.lateMs ?? {}).map(([port, ms]): [string, string] => [`“${port}” comes late by`, milliseconds(ms)]),
    ['Faults', count(stats?.faults ?? 0)],
    ...Object.entries(stats?.counters ?? {}).map(([name, n]): [string, string] => [capital(name), count(n ?? 0)]),
    ...Object.entries(stats?.passed ?? {}).map(([port, n]): [string, string] => [`Given as “${port}”`, count(n)]),
  ];
  return (
    <section className="section" aria-label="Figures">
      <h2>Figures</h2>
      <dl className="rows number">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Docs({ doc }: { doc: NodeTypeDoc }) {
  const [open, setOpen] = useState(false);
  const ports = [...Object.entries(doc.inputs), ...Object.entries(doc.outputs)];
  return (
    <section className="section" aria-label="Docs">
      <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        Docs of {doc.type}
      </button>
      {open && (
        <>
          {doc.details && <RichText text={doc.details} />}
          <dl className="ports">
            {ports.map(([name, port]) => (
              <div key={`${port.arity} ${name}`}>
                <dt>
                  <code>{name}</code> <span className={`kind ${port.kind}`}>{port.kind}</span>
                  {port.arity !== 'one' && <span className="dim"> {port.arity}</span>}
                </dt>
                <dd>{port.about}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
