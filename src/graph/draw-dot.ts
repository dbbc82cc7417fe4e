import { drawingOf, KIND_COLORS, type DrawnArrow, type DrawnBox } from './draw-model.js';
import type { Plan } from './plan-types.js';
import type { Registry } from './registry.js';

/** A plan in Graphviz's DOT language. Deterministic; ends with a line break. */
export function drawDot(plan: Plan, registry: Registry): string {
  const { title, groups, boxes, arrows } = drawingOf(plan, registry);
  const lines = [
    'digraph voxgraph {',
    `  label=${quote(title)}; labelloc=t; rankdir=LR; fontname="sans-serif";`,
    '  node [shape=box, style="rounded", fontname="sans-serif", fontsize=11];',
    '  edge [fontname="sans-serif", fontsize=9];',
  ];
  for (const { index, label } of groups) {
    lines.push(
      `  subgraph cluster_${index} {`,
      `    label=${quote(label)}; style="dashed,rounded"; color="#8a8f98"; fontsize=10;`,
    );
    for (const box of boxes) if (box.group === index) lines.push(`    ${node(box)}`);
    lines.push('  }');
  }
  for (const arrow of arrows) lines.push(`  ${edge(arrow)}`);
  return `${[...lines, '}'].join('\n')}\n`;
}

function node({ id, type, options, implicit, role }: DrawnBox): string {
  const style = [role === 'effect' ? 'rounded' : 'rounded,bold', implicit ? ',dashed' : ''].join('');
  return `${quote(id)} [label=${quote([id, type, ...options].join('\n'))}, style="${style}"];`;
}

function edge({ from, to, kind, label, queued, branches }: DrawnArrow): string {
  const color = KIND_COLORS[kind].light;
  const style = queued ? ', style=dashed' : branches ? ', style=bold' : '';
  const text = label.length > 0 ? `, label=${quote(label.join('\n'))}` : '';
  return `${quote(from)} -> ${quote(to)} [color="${color}", fontcolor="${color}", tooltip="${kind}"${text}${style}];`;
}

/** A DOT string: backslashes doubled, so that no text can form an escape of DOT's own; lines centred. */
function quote(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\r?\n/g, '\\n')}"`;
}
