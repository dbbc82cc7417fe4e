import { createRequire } from 'node:module';
import { MTPROTO_TL } from './mtproto-schema.js';
import { fromEntries, fromGenerated, parseSchema, type TlDefinition, TlSchema } from './schema.js';

const require = createRequire(import.meta.url);
const service = parseSchema(MTPROTO_TL);
const made = new Map<number, TlSchema>();

/** The layers that clients may speak, each by the definitions that the client itself brings. */
const LAYERS: Record<number, () => TlDefinition[]> = {
  198: () => parseSchema(require('telegram/tl/apiTl.js') as string),
  227: () => fromEntries((require('@mtcute/core/tl/api-schema.json') as { e: Parameters<typeof fromEntries>[0] }).e),
  229: () => fromGenerated(require('teleproto/tl/generated/api-definitions.js') as Parameters<typeof fromGenerated>[0]),
};

/** What MTProto itself needs, before any layer is known. */
export const SERVICE = new TlSchema(service);

/** The schema of a layer; undefined if this server does not speak it. */
export function schemaOf(layer: number): TlSchema | undefined {
  const known = made.get(layer);
  if (known || !LAYERS[layer]) return known;
  // The service definitions last: a client's own copies of them are not to be trusted.
  const schema = new TlSchema([...LAYERS[layer](), ...service]);
  made.set(layer, schema);
  return schema;
}

/** The layer of a client that has not said its own yet. */
export const FIRST_LAYER = 198;
