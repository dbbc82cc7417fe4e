import type { Json, JsonObject } from './json.js';

/** Words by which a field, an option, or a part of an address says that what it holds is for nobody else. */
const SECRET_NAME =
  /^(api_?(id|hash|key)|auth|authorization|bearer|cookies?|credentials?|headers?|(access_?)?(hash|key)|key_?pair_?id|pass|phone(_?number)?|policy|private_?key|session|sig|x-amz-.*)$|(auth|token|tokens|secret|passwd|password|passphrase|session_?(id|string)|signature|(api|stream|private)[_-]?key)$/i;

/** Name and password of an address. */
const LOGIN = /\b([a-z][a-z\d+.-]*:\/\/)[^\s/@]+@/gi;
/** What addresses carry after `?`, and what it is called. */
const PARAM = /([?&;]([\w.-]+)=)[^&#\s"]+/g;

/** Parts of texts that are secrets by their looks. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [LOGIN, '$1[redacted]@'],
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
  const start = cut.replace(PARAM, (whole, head: string, name: string) => (isSecretName(name) ? `${head}[redacted]` : whole));
  return SECRETS.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), start);
}

/** Whether a field, an option or a part of an address by this name holds what nobody else may know. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whether an address holds a name, a password, or what may be a token. */
export function isSecretAddress(src: string): boolean {
  if (!URL.canParse(src)) return false;
  const { username, password, searchParams } = new URL(src);
  return username !== '' || password !== '' || [...searchParams.keys()].some(isSecretName);
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
      isSecretName(key) || more.has(key.toLowerCase()) ? '[redacted]' : redact(inner, more, depth + 1),
    ]);
  return Object.fromEntries(kept) as JsonObject;
}
