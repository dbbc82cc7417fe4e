import { useEffect, useRef, useState } from 'react';
import type { ViewProps } from '../app/App.js';
import { ApiError, ask } from '../api/client.js';
import type { GraphSource, JsonSchema, SourceProblem } from '../api/types.js';
import { Button } from '../ui/Button.js';
import { useTask } from '../ui/useTask.js';
import { openEditor, type GraphEditor } from './graph-editor.js';
import '../styles/editor.css';

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
  const [applied, setApplied] = useState(0);
  const task = useTask();

  const check = async (text: string): Promise<readonly SourceProblem[]> => {
    const answer = await ask<{ problems: readonly SourceProblem[] }>(`${path}/check`, { method: 'POST', body: { text } });
    setProblems(answer.problems);
    return answer.problems;
  };
  const load = async (): Promise<void> => {
    const found = await ask<GraphSource>(`${path}/source`);
    setSource(found);
    editor.current?.set(found.text);
    setChanged(false);
  };
  const apply = () =>
    task.run(async () => {
      const text = editor.current!.text();
      try {
        const answer = await ask<Partial<GraphSource>>(`${path}/source`, {
          method: 'PUT',
          body: { text, version: source!.version },
        });
        setSource((before) => ({ ...before!, ...answer, text }));
        setChanged(false);
        setApplied((n) => n + 1);
        setSaid('Applied; what differs fades over.');
      } catch (error) {
        setSaid('');
        if (error instanceof ApiError && error.status === 409)
          throw new Error(
            'The graph was changed elsewhere meanwhile. Take your text with you, press “Load again” and put it in anew.',
            { cause: error },
          );
        await check(text).catch(() => {});
        throw error;
      }
    });
  const undo = () =>
    task.run(async () => {
      await ask(`${path}/undo`, { method: 'POST' });
      await load();
      setApplied((n) => Math.max(0, n - 1));
      setSaid('The last change is undone.');
    });

  useEffect(() => {
    let over = false;
    const begin = async () => {
      const [found, schema] = await Promise.all([ask<GraphSource>(`${path}/source`), ask<JsonSchema>('/graph.schema.json')]);
      if (over || !place.current) return;
      setSource(found);
      editor.current = openEditor(place.current, {
        text: found.text,
        schema,
        check,
        changed: (text) => setChanged(text !== found.text),
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
            {said || (changed ? 'Changed, not applied yet' : 'As it runs')}
          </p>
        </div>
        <div className="row">
          <Button icon="reset" label="Load again" disabled={task.busy} onClick={() => void task.run(load)} />
          <Button
            icon="undo"
            label="Undo"
            disabled={task.busy || !(source?.undoable ?? applied > 0)}
            onClick={() => void undo()}
          />
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
      <section className="problems" aria-label="Problems">
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
