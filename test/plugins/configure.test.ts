import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineCommand } from '../../src/events/command.js';
import { definePlugin, message } from '../../src/plugins/define-plugin.js';
import type { PluginLoader } from '../../src/plugins/loader-types.js';
import { BASE, lab } from './lab.js';

const folder = mkdtempSync(join(tmpdir(), 'voxgraph-configure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Notes in its state which texts its reducer saw, and in a list those of `config$`. */
function greeter(followed: string[] = []) {
  return definePlugin({
    ...BASE,
    name: 'greeter',
    config: z.strictObject({ text: z.string().default('Hi'), times: z.number().int().max(3).default(1) }),
    messages: { note: message(z.null()) },
    state: {
      initial: () => ({ seen: [] as string[] }),
      messages: { note: (draft, _, { config }) => void draft.seen.push(config.text) },
    },
    setup: (ctx) => {
      const following = ctx.config$.subscribe(({ text }) => followed.push(text));
      ctx.defer(() => following.unsubscribe());
    },
  });
}
const configure = (config: Record<string, string | number>): EngineCommand => ({
  type: 'plugin.configure',
  plugin: 'greeter',
  config,
});

describe('plugin.configure', () => {
  it('takes a whole config, is told before it counts, and is checked', async () => {
    const followed: string[] = [];
    const { engine, of, events, state } = lab();
    await engine.use(greeter(followed), { config: { text: 'Hello', times: 2 } });
    await engine.send('greeter', 'note');
    await engine.execute(configure({ text: 'Ho' }));
    // What is left out has its default, not what it was.
    expect(of('plugin.configured')).toMatchObject([{ plugin: 'greeter', config: { text: 'Ho', times: 1 } }]);
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['plugin.configured', 'command.done']);
    expect(engine.state.plugins['greeter']!.config).toEqual({ text: 'Ho', times: 1 });
    await engine.send('greeter', 'note');
    expect(state('greeter')).toEqual({ seen: ['Hello', 'Ho'] });
    expect(followed).toEqual(['Hello', 'Ho']);
    await expect(engine.execute(configure({ times: 9 }))).rejects.toThrow('setting "times" of plugin "greeter"');
    await expect(engine.execute({ ...configure({}), plugin: 'greter' } as EngineCommand)).rejects.toThrow(
      'Did you mean "greeter"?',
    );
    expect(of('command.refused')).toHaveLength(2);
    expect(engine.state.plugins['greeter']!.config).toEqual({ text: 'Ho', times: 1 });
    await engine.close();
  });

  it('reaches a plugin that is disabled, and survives a reload of its code', async () => {
    const { engine, scheduler } = lab();
    const plugin = await engine.use(greeter());
    plugin.disable();
    await engine.execute(configure({ text: 'Ho' }));
    plugin.enable();
    const reloading = engine.reloadPlugin('greeter', greeter());
    await scheduler.play(100);
    await reloading;
    expect(engine.state.plugins['greeter']!.config).toEqual({ text: 'Ho', times: 1 });
    await engine.close();
  });

  it('lasts until the installer changes his own config, not until he saves the file', async () => {
    const definition = greeter();
    const loader: PluginLoader = {
      load: async () => ({ definition, from: 'here', files: [] }),
      reload: () => Promise.reject(new Error('not here')),
      present: () => [],
    };
    const { engine, scheduler } = lab({ loader });
    const file = join(folder, 'graph.json');
    const save = (text: string, hz: number) =>
      writeFileSync(
        file,
        JSON.stringify({
          version: 1,
          plugins: { greeter: { config: { text } } },
          nodes: {
            tone: { type: 'source.tone', options: { frequencyHz: hz } },
            out: { type: 'sink.null', in: { audio: 'tone' } },
          },
        }),
      );
    save('Hello', 440);
    const session = await engine.run(file);
    await scheduler.play(100);
    const text = () => Object.values(engine.state.plugins)[0]!.config['text'];
    const change = async () => {
      const done = session.change(file);
      await scheduler.play(500);
      await done;
    };
    await engine.execute(configure({ text: 'Ho' }));
    save('Hello', 220);
    await change();
    expect(text()).toBe('Ho');
    save('Good day', 220);
    await change();
    expect(text()).toBe('Good day');
    await session.stop();
    await engine.close();
  });
});
