import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allStates, describeMachine, type StateDescription } from '../../src/machines/describe.js';
import { labelOf, toMermaid } from '../../src/machines/mermaid.js';
import { createPluginMachine } from '../../src/machines/plugin.js';
import { createSourceMachine } from '../../src/machines/source.js';
import { FakeMedia, paperCall, paperSession, paperSignIn } from './fakes.js';

const file = fileURLToPath(new URL('../../docs/machines.md', import.meta.url));
const charts: Record<string, StateDescription> = {
  call: describeMachine(paperCall()),
  plugin: describeMachine(
    createPluginMachine({ load: async () => {}, clean: async () => {}, waitsFor: () => '', work: () => () => {} }),
  ),
  session: describeMachine(paperSession()),
  signIn: describeMachine(paperSignIn()),
  source: describeMachine(createSourceMachine({ actors: new FakeMedia().actors, nowMs: () => 0 })),
};

function tableOf(chart: StateDescription): string {
  const short = (id: string): string => (id === chart.id ? `(${id})` : id.slice(chart.id.length + 1));
  const rows = allStates(chart).flatMap((state) =>
    state.transitions.map(
      (t) =>
        `| \`${short(state.id)}\` | ${labelOf(t)} | ${t.targets.map((id) => `\`${short(id)}\``).join(', ') || '–'} | ${t.actions.join(', ')} |`,
    ),
  );
  return ['| State | On | To | Actions |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The page with its generated parts made anew. */
function fresh(page: string): string {
  return page.replace(
    /(<!-- generated: (\w+) (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (_all, open: string, name: string, what: string, close: string) => {
      const chart = charts[name]!;
      return open + (what === 'chart' ? `\`\`\`mermaid\n${toMermaid(chart)}\n\`\`\`` : `\n${tableOf(chart)}\n`) + close;
    },
  );
}

describe('docs/machines.md', () => {
  // Made anew by `vitest run test/machines/docs.test.ts -u`.
  it('shows the charts as they are', async () => {
    const page = readFileSync(file, 'utf8');
    expect(page.match(/<!-- generated: \w+ \w+ -->/g)).toHaveLength(10);
    await expect(fresh(page)).toMatchFileSnapshot(file);
  });

  it.each(Object.keys(charts))('draws every state of %s once, and only arrows between neighbours', (name) => {
    const lines = toMermaid(charts[name]!)
      .split('\n')
      .map((line) => line.trim());
    for (const { id } of allStates(charts[name]!).slice(1)) {
      expect(lines.filter((line) => line.endsWith(`as ${id.replaceAll('.', '_')}`))).toHaveLength(1);
    }
    const parent = (id: string): string => id.slice(0, id.lastIndexOf('_'));
    for (const line of lines) {
      const arrow = /^(\w+) --> (\w+)/.exec(line);
      if (arrow) expect(parent(arrow[1]!)).toBe(parent(arrow[2]!));
    }
    expect(lines.filter((line) => line.endsWith('{')).length).toBe(lines.filter((line) => line === '}').length);
  });
});
