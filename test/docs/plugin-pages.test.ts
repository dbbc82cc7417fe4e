import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILTIN_PLUGINS } from '../../src/plugins/builtin/index.js';

const folder = join(import.meta.dirname, '../../docs/plugins');
const pages = readdirSync(folder).map((file) => file.replace(/\.md$/, ''));

/** The first block of a page with `plugins`: a graph, or the part of one that it is about. A page without one needs no settings. */
function shown(name: string): { plugins: Record<string, { config?: object }> } {
  const page = readFileSync(join(folder, `${name}.md`), 'utf8');
  const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text!);
  const block = blocks.find((text) => text.includes('"plugins"'));
  if (block === undefined) return { plugins: { [name]: {} } };
  const whole = block.trimStart().startsWith('{') ? block : `{${block}}`;
  // What is left out is shown as dots, and what is cut off ends there.
  const cut = whole.replace(/,\s*…\s*\}?\s*\}?\s*$/, ' } }');
  return JSON.parse(cut) as ReturnType<typeof shown>;
}

describe('the pages of the built-in plugins', () => {
  it('are there for each', () => expect(pages.sort()).toEqual(Object.keys(BUILTIN_PLUGINS).sort()));

  it.each(pages)('%s shows a config that it takes', async (name) => {
    const { plugins } = shown(name);
    const definition = await BUILTIN_PLUGINS[name]!();
    const { config = {} } = plugins[name]!;
    expect(definition.config.safeParse(config).error?.issues ?? []).toEqual([]);
  });

  it.each(pages)('%s tells only messages that it takes, as it takes them', async (name) => {
    const page = readFileSync(join(folder, `${name}.md`), 'utf8');
    const definition = await BUILTIN_PLUGINS[name]!();
    for (const [, message = '', payload = 'null'] of page.matchAll(
      new RegExp(`voxgraph tell ${name} (\\w+)(?: '([^']*)')?`, 'g'),
    )) {
      const spec = definition.messages[message];
      expect(spec, message).toBeDefined();
      const given: unknown = payload === 'null' ? {} : JSON.parse(payload);
      expect(spec!.payload.safeParse(given).error?.issues ?? [], `${message} ${payload}`).toEqual([]);
    }
  });
});

describe('the page for those who come from TgCaller', () => {
  const page = readFileSync(join(folder, '../coming-from-tgcaller.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| '));

  it.each(
    [
      'BasePlugin|on_load|on_unload|process_audio|process_video|on_stream_start|on_stream_end|on_user_joined|on_user_left',
      'on_call_start|on_call_end|register_plugin|enabled|priority|dependencies|Messages|Storage|queue|moderator|Statistics',
      'Logging|Voice effects|Video filters|on error|Buffer pooling|validation|clean-up|tests',
    ].flatMap((names) => names.split('|')),
  )('%s has its form here', (name) => {
    const row = rows.find((one) => one.split('|')[1]!.toLowerCase().includes(name.toLowerCase()));
    expect(row).toBeDefined();
    // What it is called there, what is written here, what was repaired.
    const [, , here = '', repaired = ''] = row!.split('|');
    expect(here.trim()).not.toBe('');
    expect(repaired.trim().length).toBeGreaterThan(10);
  });
});
