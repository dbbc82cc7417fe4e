/** Comments: the grammar of JSON has none, graph files do. */
import { RangeSetBuilder } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type EditorView } from '@codemirror/view';
import { createScanner } from 'jsonc-parser';

// Values of its SyntaxKind, which is a const enum and so no value at all.
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const END = 17;

const COMMENT = Decoration.mark({ class: 'cm-comment' });

function find(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const scanner = createScanner(view.state.doc.toString());
  for (;;) {
    const kind: number = scanner.scan();
    if (kind === END) break;
    if (kind !== LINE_COMMENT && kind !== BLOCK_COMMENT) continue;
    const from = scanner.getTokenOffset();
    builder.add(from, from + scanner.getTokenLength(), COMMENT);
  }
  return builder.finish();
}

/** Shows comments as such. */
export const comments = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = find(view);
    }
    update({ docChanged, view }: { docChanged: boolean; view: EditorView }): void {
      if (docChanged) this.decorations = find(view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
