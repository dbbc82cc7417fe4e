import { format, type Edit } from 'jsonc-parser';
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { linter, lintGutter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Text } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  type KeyBinding,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { JsonSchema, SourceProblem } from '../api/types.js';
import { comments } from './comments.js';
import { completeGraph } from './completion.js';

/** An open editor. */
export interface GraphEditor {
  text(): string;
  /** Puts another text in its place; what was undone stays so. */
  set(text: string): void;
  /** Moves the cursor to a line and column, both from 1. */
  goTo(line: number, column: number): void;
  /** Sets line breaks and indents as they should be; comments stay, and it can be undone. */
  tidy(): void;
  /** What Ctrl-S does. */
  applyBy(work: () => void): void;
  close(): void;
}

const CHECK_PAUSE_MS = 400;

const COLORS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--audio)' },
  { tag: tags.string, color: 'var(--events)' },
  { tag: tags.number, color: 'var(--packets)' },
  { tag: [tags.bool, tags.null], color: 'var(--video)' },
  { tag: tags.comment, color: 'var(--dim)', fontStyle: 'italic' },
]);

const LOOK = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--ink)', backgroundColor: 'var(--panel)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--code)', lineHeight: '1.6', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--accent)', padding: '12px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--dim)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--sunken) 70%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--focus) 26%, transparent)',
  },
  '.cm-comment': { color: 'var(--dim)', fontStyle: 'italic' },
  '.cm-comment *': { color: 'inherit' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow)',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--code)', maxHeight: '16em' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--accent-ink)' },
  '.cm-completionDetail': { color: 'inherit', opacity: '0.75', fontStyle: 'normal', marginLeft: '1em' },
  '.cm-completionInfo': { maxWidth: '320px', padding: '8px 10px', fontFamily: 'var(--text)' },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'var(--text)', maxWidth: '460px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--warn)' },
  // The library's own are pictures in its code, which the page's policy forbids.
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warn) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lint-marker': { width: '9px', height: '9px', margin: '6px 2px', borderRadius: '50%' },
  '.cm-lint-marker-error': { content: '""', backgroundColor: 'var(--bad)' },
  '.cm-lint-marker-warning': { content: '""', backgroundColor: 'var(--warn)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn)' },
});

/**
 * Opens an editor of a graph file. It lies in a shadow tree, where its styles are sheets made by script: the page's policy forbids those that
 * are written into it.
 * @param check what is wrong with a text
 * @param changed told every text that is written
 */
export function openEditor(
  place: HTMLElement,
  {
    text,
    schema,
    check,
    changed,
    apply,
  }: {
    text: string;
    schema: JsonSchema;
    check: (text: string) => Promise<readonly SourceProblem[]>;
    changed: (text: string) => void;
    apply: () => void;
  },
): GraphEditor {
  const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
  root.replaceChildren();
  let applied = apply;
  const save: KeyBinding = { key: 'Mod-s', run: () => (applied(), true), preventDefault: true };
  const lint = linter(
    async ({ state }) => {
      try {
        return (await check(state.doc.toString())).map((found) => diagnostic(state.doc, found));
      } catch {
        // The server is away; the page says so.
        return [];
      }
    },
    { delay: CHECK_PAUSE_MS },
  );
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        json(),
        comments,
        syntaxHighlighting(COLORS),
        autocompletion({ override: [completeGraph(schema)], icons: false }),
        lint,
        lintGutter(),
        LOOK,
        EditorView.contentAttributes.of({ 'aria-label': 'Graph file' }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) changed(state.doc.toString());
        }),
        keymap.of([
          save,
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...lintKeymap,
          ...defaultKeymap,
        ]),
      ],
    }),
  });
  // Where it scrolls it must be reached without a mouse.
  view.scrollDOM.tabIndex = 0;
  return {
    text: () => view.state.doc.toString(),
    set: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    goTo(line, column) {
      const at = position(view.state.doc, line, column);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      view.focus();
    },
    tidy() {
      const changes = tidyEdits(view.state.doc.toString()).map(({ offset, length, content }) => ({
        from: offset,
        to: offset + length,
        insert: content,
      }));
      if (changes.length > 0) view.dispatch({ changes, userEvent: 'input.tidy' });
      view.focus();
    },
    applyBy: (work) => {
      applied = work;
    },
    close: () => view.destroy(),
  };
}

function diagnostic(doc: Text, { message, fix, severity, line = 1, column = 1, endLine, endColumn }: SourceProblem): Diagnostic {
  const from = position(doc, line, column);
  const to = endColumn === undefined ? endOfWord(doc, from) : position(doc, endLine ?? line, endColumn);
  return { from, to: Math.max(to, from), severity, message: fix ? `${message}\n${fix}` : message };
}

function position(doc: Text, line: number, column: number): number {
  const found = doc.line(Math.max(1, Math.min(doc.lines, line)));
  return Math.min(found.from + column - 1, found.to);
}

function endOfWord(doc: Text, from: number): number {
  const line = doc.lineAt(from);
  const word = /^("[^"]*"?|[^\s,{}[\]:]+)/.exec(line.text.slice(from - line.from));
  return from + (word?.[0].length ?? 0);
}

/** A text in few lines is spread over as many as it needs; one that somebody has divided keeps his lines. */
function tidyEdits(text: string): Edit[] {
  const keepLines = text.trim().split('\n').length > 3;
  return format(text, undefined, { tabSize: 2, insertSpaces: true, eol: '\n', keepLines });
}
