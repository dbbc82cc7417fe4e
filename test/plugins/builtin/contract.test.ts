import { describe, expect, it } from 'vitest';
import type { ModeratorState } from '../../../src/plugins/builtin/auto-moderator/state.js';
import type { StatisticsState } from '../../../src/plugins/builtin/statistics/state.js';
import { BUILTIN_PLUGINS } from '../../../src/plugins/builtin/index.js';
import type { Json } from '../../../src/events/json.js';
import { createPluginLoader } from '../../../src/plugins/loader/plugin-loader.js';
import { pluginContract, type PluginContractSettings } from '../../../src/testing/plugin-contract.js';

/** What is sent to them. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  'auto-moderator': { ban: { id: 'eve', reason: 'noise' }, list: {}, actions: {}, unban: { id: 'eve' } },
  statistics: { report: {}, beat: {} },
  'stream-history': { list: {}, chats: {}, clear: {} },
  'video-filters': { set: { filters: ['sepia'] }, clear: {}, get: {} },
  'voice-effects': { set: { effects: ['echo'] }, clear: { participantId: 'ada' }, get: {} },
};
const SETTINGS: Readonly<Record<string, PluginContractSettings>> = {
  // Standard error is the test runner's.
  logging: { config: { exclude: ['*'] } },
  // What was open is over then, and the run is another one.
  statistics: { outlives: ({ total, chats, sinceMs }: StatisticsState) => ({ total, chats, sinceMs }) },
  'auto-moderator': { outlives: ({ bans, actions }: ModeratorState) => ({ bans, actions }) },
  'voice-effects': { config: { effects: ['tremolo', 'echo'] }, audio: { change: { effects: ['echo', 'pitch'] } } },
};

describe.each(Object.keys(BUILTIN_PLUGINS))('the built-in plugin %s', (name) => {
  it('is found by its name', async () => {
    const { definition, from } = await createPluginLoader().load({ name, baseDir: '.' });
    expect([definition.name, from]).toEqual([name, 'built-in']);
  });

  it('keeps the contract of plugins', async () => {
    const definition = await BUILTIN_PLUGINS[name]!();
    const messages = MESSAGES[name] ?? {};
    for (const { name: promise, run } of pluginContract(definition, { messages, ...SETTINGS[name] })) {
      try {
        await run();
      } catch (error) {
        throw new Error(`${name} ${promise}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
});
