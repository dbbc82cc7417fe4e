import type { Json, JsonObject } from '../../../events/json.js';

/** Names of fields that hold what nobody else may know. */
const SECRET_KEY =
  /^(api_?(id|hash|key)|auth|authorization|bearer|cookies?|credentials?|passw(or)?d|phone(_?number)?|private_?key|secret|session(_?string)?|tokens?)$|(token|secret|password|passphrase|session_?string|api_?key)$/i;

/** Parts of texts that are secrets by their looks. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Name and password of an address.
  [/\b([a-z][a-z\d+.-]*:\/\/)[^\s/@]+@/gi, '$1[redacted]@'],
  // What addresses carry to prove a right.
  [
    /([?&;](?:access_?token|api_?key|auth|key|password|pass|secret|session|sig|signature|token|hash|x-amz-[a-z-]+)=)[^&#\s"]+/gi,
    '$1[redacted]',
  ],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]'],
  // A bot's token.
  [/\b\d{6,12}:[\w-]{30,}/g, '[redacted]'],
  // A signed token of three parts.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[redacted]'],
  // A session string, a key: long, and nothing that anybody reads.
  [/[\w+/=-]{100,}/g, '[redacted]'],
  // A phone number as people write it with its country.
  [/\+\d[\d\s().-]{6,}\d/g, '[phone]'],
];

const MOST_DEPTH = 8;
const MOST_ITEMS = 50;
const MOST_CHARACTERS = 1000;

/** A text without what looks like a secret, and not longer than a line can bear. */
export function redactText(text: string): string {
  // Cut first: the patterns take time by the length.
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return SECRETS.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), cut);
}

/**
 * A copy without secrets: those by their names and those by their looks. What is long or deep is shortened.
 *
 * @param more further names of fields, in small letters.
 */
export function redact(value: Json | undefined, more: ReadonlySet<string> = new Set(), depth = 0): Json {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (depth >= MOST_DEPTH) return '[deep]';
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const kept = items.slice(0, MOST_ITEMS).map((item) => redact(item, more, depth + 1));
    return items.length > MOST_ITEMS ? [...kept, `[${items.length - MOST_ITEMS} more]`] : kept;
  }
  const entries = Object.entries(value as JsonObject).filter(([, inner]) => inner !== undefined);
  const kept = entries
    .slice(0, MOST_ITEMS)
    .map(([key, inner]) => [
      redactText(key),
      SECRET_KEY.test(key) || more.has(key.toLowerCase()) ? '[redacted]' : redact(inner, more, depth + 1),
    ]);
  return Object.fromEntries(kept) as JsonObject;
}
