import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkGraphFile } from '../../src/graph/load.js';
import { createRegistry } from '../../src/graph/registry.js';
import { builtinNodes } from '../../src/nodes/index.js';
import { GRAPHS } from './render-graph.js';

const names = readdirSync(GRAPHS).filter((name) => name.endsWith('.json') && !/\.(schema|test)\.json$/.test(name));

describe('the graphs that come along', () => {
  it('are these', () => {
    expect(names.sort()).toEqual([
      'announcement-over-music.json',
      'announcer.json',
      'dj-crossfade.json',
      'duck.json',
      'eight-way-mix.json',
      'film-night.json',
      'film-queue.json',
      'gallery.json',
      'karaoke.json',
      'moderated-room.json',
      'music-bot.json',
      'night-radio.json',
      'per-speaker-record.json',
      'radio.json',
      'record-call.json',
      'video-filters.json',
      'voice-changer.json',
      'voice-effects.json',
    ]);
  });

  it.each(names)('%s has no problem', (name) => {
    const { plan, problems } = checkGraphFile(join(GRAPHS, name), { registry: createRegistry(builtinNodes) });
    expect(problems).toEqual([]);
    expect(plan).toBeDefined();
  });

  it.each(names)('%s has its recordings and its stations at an even loudness', (name) => {
    const { plan } = checkGraphFile(join(GRAPHS, name), { registry: createRegistry(builtinNodes) });
    const nodes = [...plan!.nodes];
    const rides = nodes.some(({ type }) => type === 'effect.loudness');
    for (const { type, options, id } of nodes) {
      if (!/^source\.(file|url|queue|playlist)$/.test(type)) continue;
      expect(rides || (options as { targetLufs?: number }).targetLufs !== undefined, id).toBe(true);
    }
  });
});
