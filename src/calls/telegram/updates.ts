import type { Api } from 'telegram';

/** The single updates in whatever carries them: an answer to a request, or something pushed. Anything else gives none. */
export function updatesIn(value: unknown): readonly Api.TypeUpdate[] {
  if (typeof value !== 'object' || value === null || !('className' in value)) return [];
  const object = value as Api.TypeUpdates;
  switch (object.className) {
    case 'Updates':
    case 'UpdatesCombined':
      return object.updates;
    case 'UpdateShort':
      return [object.update];
    default:
      return [];
  }
}
