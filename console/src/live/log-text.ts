import type { StampedEvent } from '../api/types.js';
import { clock, lastPart } from '../ui/format.js';

type Facts = Readonly<Record<string, unknown>>;

/** What happened, in words; whatever has none is told by its particulars. */
export function logText(event: StampedEvent): string {
  switch (event.type) {
    case 'graph.loaded':
      return `“${event.title}” is loaded${event.file === undefined ? '' : ` from ${lastPart(event.file)}`}`;
    case 'graph.started':
      return 'The graph runs';
    case 'graph.ended':
      return `The graph has ended: ${event.reason}`;
    case 'stream.started': {
      const length = event.durationMs === undefined ? '' : `, ${clock(event.durationMs)} long`;
      return `${event.title ?? lastPart(event.src)} begins${length}`;
    }
    case 'stream.ended':
      return `${lastPart(event.src)} is over after ${clock(event.playedMs)}: ${event.reason}`;
    case 'call.opened':
      return `${event.address} is opened`;
    case 'call.started':
      return 'In the call for the first time';
    case 'call.rejoined':
      return 'In the call again';
    case 'call.ended':
      return `The call is over: ${event.reason}`;
    case 'call.closed':
      return 'The call is closed';
    case 'call.moved':
      return `The call is ${event.status}`;
    case 'call.muted':
      return event.muted ? 'We are muted' : 'We are heard again';
    case 'call.silenced':
      return event.silenced ? 'An admin keeps us from being heard' : 'We may speak again';
    case 'call.handRaised':
      return event.raised ? 'Our hand is raised' : 'Our hand is down';
    case 'participant.joined':
      return `${event.name ?? event.participantId} has come`;
    case 'participant.left':
      return `${event.name ?? event.participantId} has gone`;
    case 'participant.levelled':
      return `${event.participantId} is set to ${event.percent} %`;
    case 'message.received':
      return `${event.from.name ?? event.from.id}: ${event.text}`;
    case 'message.sent':
      return `voxgraph: ${event.text}`;
    case 'command.done':
    case 'command.refused':
      return `${commandText(event.command)}, asked by ${event.by}`;
    case 'node.told':
      return toldText(event.what, event.data) ?? particulars(event.data);
    default: {
      const { seq: _, atMs: __, type: ___, ...rest } = event as Facts;
      return particulars(rest);
    }
  }
}

function toldText(what: string, data: Facts): string | undefined {
  const at = typeof data['positionMs'] === 'number' ? clock(data['positionMs']) : undefined;
  const src = typeof data['src'] === 'string' ? lastPart(data['src']) : undefined;
  switch (what) {
    case 'stream.looped':
      return `${src} goes on at ${at} again`;
    case 'stream.paused':
      return `paused at ${at}`;
    case 'stream.resumed':
      return `goes on at ${at}`;
    case 'stream.seeked':
    case 'track.seeked':
      return `moved to ${at}`;
    case 'queue.changed': {
      const { tracks, order, index, playing } = data as {
        tracks?: unknown[];
        order?: unknown[];
        index?: number;
        playing?: boolean;
      };
      const waits = Math.max(0, (order ?? tracks ?? []).length - (index ?? 0) - 1);
      return `${playing === false ? 'paused' : 'playing'} at ${at}, ${waits} waiting`;
    }
    case 'node.bypassed':
      return 'left out';
    case 'node.restored':
      return 'works again';
    case 'governor.shed':
      return `This machine is too busy: ${String(data['step'])} is left out; beats came up to ${Math.round(Number(data['maxLateUs']) / 1000)} ms late`;
    default:
      return undefined;
  }
}

/** A command such as `call.seek (positionMs 42000)`; of what is handed to a node, that. */
function commandText(command: Facts): string {
  const { type, call: _, graph: __, node, command: inner, ...rest } = command;
  if (type === 'node.command' && inner) return `${String(node)}: ${commandText(inner as Facts)}`;
  const text = particulars(rest);
  return `${String(type)}${text === '' ? '' : ` (${text})`}`;
}

const NAMED = new Set(['call', 'graph', 'node', 'plugin', 'what', 'problem']);

function particulars(facts: Facts): string {
  return Object.entries(facts)
    .filter(([name]) => !NAMED.has(name))
    .map(([name, value]) => `${name} ${short(value)}`)
    .join(', ');
}

function short(value: unknown): string {
  // What is in a list is for the API; that it has three entries is for people.
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) return `(${value.length})`;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
