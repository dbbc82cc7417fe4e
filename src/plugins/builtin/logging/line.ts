import type { StampedEvent } from '../../../events/event.js';
import type { Json, JsonObject } from '../../../events/json.js';
import { redact } from '../../../events/secrets.js';
import { LEVELS, type LogLevel, type LoggingConfig } from './config.js';

/** Events that come often and say little. */
const DEBUG = new Set(['participant.speaking', 'plugin.message', 'command.done', 'call.moved']);
/** What nodes tell that somebody may want to know without asking. */
const NODE_INFO =
  /^(stream\.(ended|failed|resolved)|track\.(ended|failed)|queue\.ended|source\.(changed|failed)|node\.(bypassed|restored))$/;

/** How grave an event is. */
export function levelOf(event: StampedEvent): LogLevel {
  switch (event.type) {
    case 'plugin.told': {
      const { level } = event.data;
      if (event.what === 'logged') return LEVELS.find((known) => known === level) ?? 'info';
      return 'debug';
    }
    case 'node.told':
      if (event.data.problem) return /(failed|bypassed)$/.test(event.what) ? 'error' : 'warn';
      return NODE_INFO.test(event.what) ? 'info' : 'debug';
    case 'plugin.failed':
    case 'plugin.bypassed':
    case 'call.faulted':
      return 'error';
    case 'plugin.faulted':
    case 'command.refused':
      return 'warn';
    case 'stream.ended':
      return event.reason === 'failed' ? 'warn' : 'info';
    case 'call.ended':
      return event.reason === 'failed' ? 'error' : 'info';
    default:
      return DEBUG.has(event.type) ? 'debug' : 'info';
  }
}

/** Whether an event is to be logged. */
export function isWanted(event: StampedEvent, { level, include, exclude }: LoggingConfig): boolean {
  if (LEVELS.indexOf(levelOf(event)) < LEVELS.indexOf(level)) return false;
  const { type } = event;
  return (include.length === 0 || include.some((one) => fits(type, one))) && !exclude.some((one) => fits(type, one));
}

/** An event as one line, with its end. What anybody may have chosen – names, titles, texts – is in fields, and cannot begin a line. */
export function lineOf(event: StampedEvent, config: LoggingConfig): string {
  const { type, seq, atMs, ...rest } = event;
  const fields = redact(shown(rest as JsonObject, event, config), new Set(config.redact.map((name) => name.toLowerCase())));
  const time = new Date(atMs).toISOString();
  const level = levelOf(event);
  if (config.format === 'ndjson') return `${JSON.stringify({ time, level, type, seq, ...(fields as JsonObject) })}\n`;
  const parts = Object.entries(fields as JsonObject).map(([name, value]) => `${name}=${asField(value)}`);
  return `${[time, level.padEnd(5), type, ...parts].join(' ')}\n`;
}

function shown(fields: JsonObject, event: StampedEvent, { texts }: LoggingConfig): JsonObject {
  switch (event.type) {
    case 'message.received':
    case 'message.sent':
      return texts ? fields : { ...fields, text: `[${event.text.length} characters]` };
    case 'plugin.loaded':
    case 'plugin.reloaded':
      // As large as all that it remembers.
      return { ...fields, state: event.state === undefined ? undefined : '[state]' };
    case 'command.done':
    case 'command.refused':
      return event.command.type === 'call.tell' && !texts
        ? { ...fields, command: { ...event.command, text: `[${event.command.text.length} characters]` } }
        : fields;
    case 'plugin.message':
      return texts ? fields : { ...fields, payload: '[payload]' };
    default:
      return fields;
  }
}

/** `*` stands for anything. */
function fits(type: string, wanted: string): boolean {
  const parts = wanted.split('*').map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('.*')}$`).test(type);
}

function asField(value: Json | undefined): string {
  if (typeof value === 'string' && /^[\w.:/@+~[\]-]+$/.test(value)) return value;
  // U+2028 and the like are line ends to some.
  return JSON.stringify(value ?? null).replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => escaped(character));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
