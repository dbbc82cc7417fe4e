import type { StampedEvent } from '../events/event.js';

/** What plugins do, as a sentence; undefined for other events, and for what needs no words. */
export function pluginSentence(event: StampedEvent): string | undefined {
  switch (event.type) {
    case 'plugin.reloaded':
      return `Plugin "${event.plugin}" ${event.version} took its own place.`;
    case 'command.refused':
      return `${event.by}: ${event.problem.message}.`;
    case 'plugin.told': {
      if (event.what !== 'logged') return undefined;
      const { sentence, fields } = event.data as { readonly sentence?: string; readonly fields?: object };
      return `${event.plugin}: ${sentence}${fields ? ` ${JSON.stringify(fields)}` : ''}`;
    }
    default:
      return undefined;
  }
}
