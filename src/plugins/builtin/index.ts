import type { PluginDefinition } from '../plugin-types.js';

/** The plugins that come with voxgraph, by name: each is imported once somebody asks for it. */
export const BUILTIN_PLUGINS: Readonly<Record<string, () => Promise<PluginDefinition>>> = {
  announcer: async () => (await import('./announcer/index.js')).default,
  'auto-moderator': async () => (await import('./auto-moderator/index.js')).default,
  logging: async () => (await import('./logging/index.js')).default,
  'music-queue': async () => (await import('./music-queue/index.js')).default,
  statistics: async () => (await import('./statistics/index.js')).default,
  'stream-history': async () => (await import('./stream-history/index.js')).default,
  'video-filters': async () => (await import('./video-filters/index.js')).default,
  'voice-effects': async () => (await import('./voice-effects/index.js')).default,
};
