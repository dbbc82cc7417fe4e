/** The lines of a Markdown table, after an empty one; none without rows. Cells are Markdown already. */
export function table(head, rows) {
  if (rows.length === 0) return [];
  return ['', ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)];
}

/** Text as a cell of a table. */
export function cell(text) {
  return text
    .replace(/\|/g, '\\|')
    .replace(/</g, '&lt;')
    .replace(/([*_])/g, '\\$1');
}
