// What a node type declares, as Markdown.
import { cell, table } from './markdown-table.mjs';

/** What an option takes, in words: the values of an enum, else the type and its bounds. */
export function takes(schema) {
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) {
    const words = [...new Set(variants.flatMap((one) => (one.anyOf ?? one.oneOf ?? [one]).map(takes)))];
    return words.join(' or ');
  }
  if (schema.type === 'array') return schema.items ? `list of ${takes(schema.items)}` : 'list';
  const from = schema.minimum ?? schema.exclusiveMinimum;
  const to = schema.maximum ?? schema.exclusiveMaximum;
  const range =
    from !== undefined && to !== undefined
      ? ` ${from} to ${to}`
      : from !== undefined
        ? ` from ${from}`
        : to !== undefined
          ? ` to ${to}`
          : '';
  return `${schema.type ?? 'any value'}${range}`;
}

/**
 * The tables of a node type as Markdown: ports, options, and which of those cannot change while it runs.
 *
 * @param live whether a column says so, rather than a sentence
 */
export function nodeTables(node, live = false) {
  const required = new Set(node.options.required ?? []);
  const ports = (what, list) =>
    Object.entries(list).map(([name, port]) => [`${what} \`${name}\``, port.kind, port.arity, cell(port.about)]);
  const options = Object.entries(node.options.properties ?? {}).map(([name, option]) => [
    `\`${name}\``,
    takes(option),
    option.default !== undefined ? `\`${JSON.stringify(option.default)}\`` : required.has(name) ? 'required' : '–',
    ...(live ? [node.fixedOptions.includes(name) ? 'at the start' : 'live'] : []),
    cell(option.description ?? ''),
  ]);
  const head = ['Option', 'Takes', 'Default', ...(live ? ['Changes'] : []), 'What it does'];
  return [
    ...table(['Port', 'Kind', 'Wires', 'What it is'], [...ports('in', node.inputs), ...ports('out', node.outputs)]),
    ...table(head, options),
    ...(node.fixedOptions.length > 0 && !live
      ? ['', `Only set when the graph starts: ${node.fixedOptions.map((name) => `\`${name}\``).join(', ')}.`]
      : []),
  ];
}

/** The section of a page about a node type. */
export function nodeSection(node) {
  return [
    '',
    `### ${node.type}`,
    '',
    node.summary,
    ...(node.details ? ['', node.details] : []),
    ...(node.needsCall ? ['', 'It needs a call.'] : []),
    ...nodeTables(node),
  ];
}
