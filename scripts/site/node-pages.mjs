// A page for each node type, made of what it declares and of what its example gives.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeTables } from '../lib/node-section.mjs';
import { exampleFigures, SITE_ROOT } from './example-media.mjs';
import { runExample } from './example-run.mjs';
import { nodeErrors } from './node-errors.mjs';

/** The folder of the examples, in the checkout. */
export const EXAMPLES = 'docs/examples/nodes';
const GROUPS = {
  source: 'Sources',
  effect: 'Effects',
  mix: 'Mixers',
  video: 'Pictures',
  flow: 'Flow',
  meter: 'Meters',
  encode: 'Encoders',
  plugin: 'Plugins',
  sink: 'Sinks',
};
/** What an example's node tells that is worth showing. */
const TOLD = ['level.measured'];

function group(type) {
  const found = GROUPS[type.split('.')[0]];
  if (!found) throw new Error(`${type} is of a group that scripts/site/node-pages.mjs does not know`);
  return found;
}

function eventLines(events) {
  const shown = events.filter(({ type }) => TOLD.includes(type)).slice(20, 23);
  if (shown.length === 0) return [];
  return ['It tells, among others:', '', '```json', ...shown.map((event) => JSON.stringify(event)), '```', ''];
}

/** The parts of voxgraph that describe nodes, from a build. */
async function declaredNodes(root) {
  const { builtinNodes } = await import(join(root, 'dist/nodes/index.js'));
  const { optionSchema } = await import(join(root, 'dist/graph/option-schema.js'));
  return builtinNodes
    .map((definition) => ({ ...definition, options: optionSchema(definition.options) }))
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}

async function nodePage(site, engine, node, errors) {
  const { type } = node;
  const file = join(EXAMPLES, `${type}.json`);
  if (!existsSync(join(site.root, file)))
    throw new Error(`${type} has no example: write ${file}, a graph with a node of that type that can be heard or seen`);
  const frames = join(site.work, 'frames', type);
  const ran = await runExample(engine, file, type, frames);
  const figures = await exampleFigures(engine, type, ran, frames, site.media);
  rmSync(frames, { recursive: true, force: true });
  const drawing = `examples/${type}/graph.svg`;
  mkdirSync(join(site.media, drawing, '..'), { recursive: true });
  writeFileSync(join(site.media, drawing), engine.drawSvg(ran.plan, ran.registry));
  const text = readFileSync(join(site.root, file), 'utf8');
  const test = file.replace(/\.json$/, '.test.json');
  const seen = ran.wires.every(({ kind }) => kind !== 'audio') && !type.startsWith('encode.opus') && type !== 'sink.call';
  return [
    `# ${type}`,
    '',
    node.summary,
    '',
    ...(node.details ? [node.details, ''] : []),
    ...(node.needsCall ? ['It needs a call.', ''] : []),
    `## ${seen ? 'See it' : 'Hear it'}`,
    '',
    `${ran.plan.title}. The engine itself made this from the graph below, when this page was built.`,
    '',
    `<div class="figures">${figures.join('')}</div>`,
    '',
    ...eventLines(ran.events),
    `<figure class="graph"><img src="${SITE_ROOT}${drawing}" alt="${ran.plan.title}: the graph" loading="lazy"></figure>`,
    '',
    '```json',
    text.trim(),
    '```',
    '',
    ...(existsSync(join(site.root, test))
      ? [
          `<details><summary>Who is in the call, and what happens meanwhile</summary>`,
          '',
          '```json',
          readFileSync(join(site.root, test), 'utf8').trim(),
          '```',
          '',
          '</details>',
          '',
        ]
      : []),
    '## Ports and options',
    ...nodeTables(node, true),
    '',
    ...(errors.length > 0
      ? [
          '## Errors',
          '',
          `Of its own, beside those of [every graph](../errors.md): ${errors.map((code) => `[\`${code}\`](../errors.md#${code.toLowerCase()})`).join(', ')}.`,
          '',
        ]
      : []),
  ].join('\n');
}

/**
 * Makes the pages of all node types.
 *
 * @returns pages by file name, and the page that lists them, with its children
 */
export async function nodePages(site, engine) {
  const nodes = await declaredNodes(site.root);
  const errors = nodeErrors(site.root);
  const pages = new Map();
  const index = [
    '# Nodes',
    '',
    'Every node type, with a sound or a picture that its example gave. The same in words: `voxgraph nodes TYPE`.',
  ];
  const children = [];
  for (const [name, title] of Object.entries(GROUPS)) {
    const members = nodes.filter(({ type }) => type.split('.')[0] === name);
    if (members.length === 0) continue;
    const rows = members.map(({ type, summary }) => `| [\`${type}\`](nodes/${type}.md) | ${summary.replace(/\|/g, '\\|')} |`);
    index.push('', `## ${title}`, '', '| Type | What it does |', '| --- | --- |', ...rows);
    const local = rows.map((row) => row.replace('(nodes/', '('));
    pages.set(`nodes/${name}.md`, [`# ${title}`, '', '| Type | What it does |', '| --- | --- |', ...local].join('\n'));
    children.push({
      file: `nodes/${name}.md`,
      title,
      pages: members.map(({ type }) => ({ file: `nodes/${type}.md`, title: type })),
    });
  }
  for (const node of nodes) {
    group(node.type);
    pages.set(`nodes/${node.type}.md`, await nodePage(site, engine, node, errors.get(node.type) ?? []));
  }
  pages.set('nodes.md', `${index.join('\n')}\n`);
  return { pages, children, count: nodes.length };
}
