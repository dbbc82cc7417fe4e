import { useEffect, useRef, useState } from 'react';
import type { ViewProps } from '../app/App.js';
import { ask } from '../api/client.js';
import type { GraphSource, JsonSchema, SourceProblem } from '../api/types.js';
import { Button } from '../ui/Button.js';
import { useTask } from '../ui/useTask.js';
import { openEditor, type GraphEditor } from './graph-editor.js';
import '../styles/editor.css';

interface ChangedSource extends GraphSource {
  /** What is different now, in words. */
  readonly changes: readonly string[];
}

/** The graph file: written with completion, checked as it is written, applied to what runs with a crossfade. */
export function EditorView({ stage }: ViewProps) {
  if (stage?.graph === undefined)
    return <p className="empty">{stage ? 'This call has no graph.' : 'Nothing runs at present.'}</p>;
  return <GraphEditorPane key={stage.graph} graph={stage.graph} />;
}

function GraphEditorPane({ graph }: { graph: string }) {
  const path = `/graphs/${encodeURIComponent(graph)}`;
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<GraphEditor>(undefined);
  const [source, setSource] = useState<GraphSource>();
  const [problems, setProblems] = useState<readonly SourceProblem[]>([]);
  const [changed, setChanged] = useState(false);
  const [said, setSaid] = useState('');
  const [save, setSave] = useState(false);
  const running = useRef('');
  const task = useTask();

  const check = async (text: string): Promise<readonly SourceProblem[]> => {
    const answer = await ask<{ problems: readonly SourceProblem[] }>(`${path}/check`, { method: 'POST', body: { text } });
    setProblems(answer.problems);
    return answer.problems;
  };
  const take = (found: GraphSource): void => {
    setSource(found);
    running.current = found.text;
    if (editor.current && editor.current.text() !== found.text) editor.current.set(found.text);
    setChanged(false);
  };
  const load = async (): Promise<void> => {
    take(await ask<GraphSource>(`${path}/source`));
    setSaid('');
  };
  const apply = () =>
    task.run(async () => {
      const text = editor.current!.text();
      setSaid('Applying …');
      try {
        const body = { text, version: source!.version, save };
        const answer = await ask<ChangedSource>(`${path}/source`, { method: 'PUT', body });
        take(answer);
        setSaid(changesText(answer.changes));
      } catch (error) {
        setSaid('');
        await check(text).catch(() => {});
        throw error;
      }
    });
  const undo = () =>
    task.run(async () => {
      const answer = await ask<ChangedSource>(`${path}/undo`, { method: 'POST', body: { save } });
      take(answer);
      setSaid(`Undone. ${changesText(answer.changes)}`);
    });

  useEffect(() => {
    let over = false;
    const begin = async () => {
      const [found, schema] = await Promise.all([ask<GraphSource>(`${path}/source`), ask<JsonSchema>('/graph.schema.json')]);
      if (over || !place.current) return;
      take(found);
      editor.current = openEditor(place.current, {
        text: found.text,
        schema,
        check,
        changed: (text) => setChanged(text !== running.current),
        apply: () => void apply(),
      });
    };
    void task.run(begin);
    return () => {
      over = true;
      editor.current?.close();
      editor.current = undefined;
    };
  }, [path]);
  useEffect(() => {
    if (editor.current) editor.current.applyBy(() => void apply());
  });

  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return (
    <div className="editor-page">
      <header className="editor-bar">
        <div className="editor-file">
          <h1>{source?.file ?? 'Graph file'}</h1>
          <p className="small dim" role="status">
            {[said || (changed ? 'Changed, not applied yet' : 'As it runs'), source?.unsaved && 'not saved to the file']
              .filter(Boolean)
              .join('; ')}
          </p>
        </div>
        <div className="row">
          <label className="save">
            <input type="checkbox" checked={save} onChange={(event) => setSave(event.target.checked)} />
            <span>
              Save<span className="save-more"> to file</span>
            </span>
          </label>
          <Button
            icon="tidy"
            label="Tidy"
            title="Line breaks and indents (comments stay)"
            onClick={() => editor.current?.tidy()}
          />
          <Button icon="reset" label="Load again" disabled={task.busy} onClick={() => void task.run(load)} />
          <Button icon="undo" label="Undo" disabled={task.busy || !source || source.undo === 0} onClick={() => void undo()} />
          <Button
            icon="apply"
            label="Apply"
            kind="main"
            disabled={task.busy || !changed || errors > 0}
            onClick={() => void apply()}
          />
        </div>
      </header>
      {task.problem && <p className="notice">{task.problem}</p>}
      <div ref={place} className="editor-place" />
      <section className="problems" aria-label="Problems" tabIndex={0}>
        <p className="small dim" role="status">
          {problems.length === 0
            ? 'No problems.'
            : `${errors} ${errors === 1 ? 'error' : 'errors'}, ${problems.length - errors} warnings`}
        </p>
        <ul>
          {problems.map((found, index) => (
            <li key={index}>
              <button
                type="button"
                className={found.severity}
                onClick={() => editor.current?.goTo(found.line ?? 1, found.column ?? 1)}
              >
                <span className="number dim">
                  {found.line ?? 1}:{found.column ?? 1}
                </span>
                <span>
                  {found.message} {found.fix && <span className="dim">{found.fix}</span>}
                </span>
                <code className="dim">{found.code}</code>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

/** What became of an applied text. */
function changesText(changes: readonly string[]): string {
  return changes.length === 0 ? 'Nothing is different' : `Changed: ${changes.join('; ')}`;
}
