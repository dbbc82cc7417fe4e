// A page with every graph that comes with voxgraph: drawn, and heard or seen where its test says who is in the call.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SITE_ROOT, soundFigure } from './example-media.mjs';
import { runExample } from './example-run.mjs';

/** Of each sound: long enough to hear what it is about, short enough for a page. */
const SECONDS = 5;
const VOICE = '../media/voice.opus';
/** Graphs that can be heard here, with who is in the call then. */
const HEARD = {
  duck: { ada: [{ file: VOICE, fromSec: 1.5, toSec: 3.5 }] },
  karaoke: { ada: [{ file: VOICE, fromSec: 1 }] },
  'eight-way-mix': {},
  'voice-changer': { ada: [{ file: VOICE }] },
  'voice-effects': { ada: [{ file: VOICE }] },
};

async function heard(site, engine, name, file) {
  const said = HEARD[name];
  if (!said) return undefined;
  const participants = Object.fromEntries(Object.entries(said).map(([id, says]) => [id, { says }]));
  const { wires } = await runExample(engine, file, 'sink.call', join(site.work, 'frames', name), {
    durationSec: SECONDS,
    participants,
  });
  const planes = wires.find((wire) => wire.planes)?.planes;
  if (!planes) throw new Error(`${file} gave no sound`);
  const figure = await soundFigure(engine, { planes, label: 'What a call hears', path: `graphs/${name}`, folder: site.media });
  return [`<div class="figures">${figure}</div>`, ''];
}

/** The comment at the top of a graph file, as a sentence. */
function about(text) {
  const lines = text.split('\n').map((line) => line.trim());
  const first = lines.findIndex((line) => line.startsWith('//'));
  const rest = lines.slice(first);
  const end = rest.findIndex((line) => !line.startsWith('//') || line === '//');
  return first === -1
    ? ''
    : rest
        .slice(0, end)
        .map((line) => line.replace(/^\/\/ ?/, ''))
        .join(' ');
}

/** The page, and the sounds on it, by graph. */
export async function graphsPage(site, engine) {
  const names = readdirSync(join(site.root, 'graphs'))
    .filter((name) => name.endsWith('.json') && !/\.(test|schema)\.json$/.test(name) && name !== 'test.schema.json')
    .map((name) => name.replace(/\.json$/, ''))
    .sort();
  const lines = [
    '# Graphs that come with it',
    '',
    'Whole graphs in `graphs/`, to run, to read and to change. Each has a [test](graph-tests.md) beside it where there is something to promise.',
  ];
  mkdirSync(join(site.media, 'graphs'), { recursive: true });
  const sounds = new Map();
  const loader = engine.createPluginLoader();
  for (const name of names) {
    const file = join('graphs', `${name}.json`);
    const text = readFileSync(join(site.root, file), 'utf8');
    const base = engine.createRegistry(engine.builtinNodes);
    const { check } = await engine.declarePlugins(file, '.', { registry: base, installed: [], loader });
    const plan = engine.loadGraph(file, { ...check, cwd: '.' });
    const sound = await heard(site, engine, name, file);
    if (sound) sounds.set(name, sound);
    writeFileSync(join(site.media, `graphs/${name}.svg`), engine.drawSvg(plan, check.registry));
    lines.push(
      '',
      `## ${name}`,
      '',
      about(text) || `${plan.title}.`,
      '',
      `<figure class="graph"><img src="${SITE_ROOT}graphs/${name}.svg" alt="${plan.title}: the graph" loading="lazy"></figure>`,
      '',
      ...(sounds.get(name) ?? []),
      '```sh',
      `voxgraph run ${file} --call room:lobby`,
      '```',
      '',
      `<details><summary>${file}</summary>`,
      '',
      '```jsonc',
      text.trim(),
      '```',
      '',
      '</details>',
    );
  }
  return { text: `${lines.join('\n')}\n`, sounds };
}
