import { drawingOf, KIND_COLORS, type DrawnArrow, type DrawnBox } from './draw-model.js';
import type { Plan } from './plan-types.js';
import type { Registry } from './registry.js';

/** A plan as a Mermaid flowchart: GitHub and many editors draw it. Deterministic; ends with a line break. */
export function drawMermaid(plan: Plan, registry: Registry): string {
  const { title, groups, boxes, arrows } = drawingOf(plan, registry);
  const ids = new Map(boxes.map((box, i) => [box.id, `n${i}`]));
  const lines = ['---', `title: ${quoteYaml(title)}`, '---', 'flowchart LR'];
  for (const { index, label } of groups) {
    lines.push(`  subgraph d${index} ["${escape(label)}"]`);
    for (const box of boxes) if (box.group === index) lines.push(`    ${ids.get(box.id)}${shape(box)}`);
    lines.push('  end');
  }
  for (const arrow of arrows) lines.push(`  ${ids.get(arrow.from)} ${line(arrow)} ${ids.get(arrow.to)}`);
  arrows.forEach(({ kind }, i) => lines.push(`  linkStyle ${i} stroke:${KIND_COLORS[kind].light}`));
  for (const box of boxes) if (box.implicit) lines.push(`  style ${ids.get(box.id)} stroke-dasharray: 4 3`);
  return `${lines.join('\n')}\n`;
}

function shape({ id, type, options, role }: DrawnBox): string {
  const text = [`<b>${escape(id)}</b>`, escape(type), ...options.map((option) => `<small>${escape(option)}</small>`)].join(
    '<br/>',
  );
  const [open, close] = role === 'source' ? ['(["', '"])'] : role === 'sink' ? ['[["', '"]]'] : ['["', '"]'];
  return `${open}${text}${close}`;
}

function line({ label, queued, branches }: DrawnArrow): string {
  const stroke = queued ? '-.->' : branches ? '==>' : '-->';
  return label.length > 0 ? `${stroke}|"${label.map(escape).join('<br/>')}"|` : stroke;
}

/** A YAML string; what could begin markup or one of Mermaid's directives is written as an escape. */
function quoteYaml(text: string): string {
  return JSON.stringify(text).replace(/[<>%&]/g, (symbol) => `\\u${symbol.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Mermaid's own entity codes; everything that could end a label or begin markup. */
function escape(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:_~·→…()/+-]/gu, (symbol) => `#${symbol.codePointAt(0)};`);
}
