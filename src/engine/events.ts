import type { CallEvent } from '../calls/call-media.js';
import type { Problem } from '../errors.js';
import type { GraphEvent } from '../graph/run/graph-events.js';
import type { EngineEvent, MessageSender, ParticipantFacts } from '../events/event.js';
import type { JsonObject } from '../events/json.js';

/** A running graph's fact as the engine tells it. */
export function graphEvent(event: GraphEvent): EngineEvent | undefined {
  const { type, graph, node, ...data } = event;
  // It flows all the time, and what it says is asked for where it is wanted.
  if (type === 'stream.position') return undefined;
  if (type === 'graph.started') return { type, graph };
  if (type === 'graph.ended') return { type, graph, reason: String(data['reason']) };
  if (type === 'plugin.told')
    return { type, plugin: String(data['plugin']), what: String(data['what']), data: data['data'] as JsonObject };
  if (type === 'plugin.faulted' || type === 'plugin.bypassed') {
    const about = {
      plugin: String(data['plugin']),
      where: String(data['where']),
      problem: data['problem'] as Problem,
      graph,
      ...(node !== undefined && { node }),
    };
    return type === 'plugin.bypassed' ? { type, ...about } : { type, ...about, count: Number(data['count'] ?? 1) };
  }
  return { type: 'node.told', graph, node: node ?? '', what: type, data };
}

/**
 * A call's fact as the engine tells it; undefined for those that concern nobody else.
 *
 * @param connected the peers that were connected; kept up to date here.
 */
export function callEvent(call: string, event: CallEvent, connected: Set<string>): EngineEvent | undefined {
  const text = (key: string) => {
    const value = event[key];
    return typeof value === 'string' ? value : '';
  };
  const peerId = text('peerId');
  switch (event.type) {
    case 'participant.joined':
    case 'participant.left':
      return { type: event.type, call, participantId: text('participantId'), ...participantFacts(event) };
    case 'participant.speaking':
      return { type: event.type, call, participantId: text('participantId'), speaking: event['speaking'] === true };
    case 'participant.muted':
      return { type: event.type, call, participantId: text('participantId'), muted: event['muted'] === true };
    case 'participant.levelled':
      return { type: event.type, call, participantId: text('participantId'), percent: Number(event['percent'] ?? 100) };
    case 'call.muted':
      return { type: event.type, call, muted: event['muted'] === true };
    case 'participant.kicked': {
      const reason = event['reason'];
      const banMs = Number(event['banMs'] ?? 0);
      return {
        type: event.type,
        call,
        participantId: text('participantId'),
        banMs,
        ...(typeof reason === 'string' && { reason }),
      };
    }
    case 'message.received':
      return { type: event.type, call, from: event['from'] as MessageSender, text: text('text') };
    case 'message.sent': {
      const to = event['to'];
      return { type: event.type, call, text: text('text'), ...(typeof to === 'string' && { to }) };
    }
    case 'peer.connected':
      connected.add(peerId);
      return { type: event.type, call, peerId, role: text('role') };
    case 'peer.closed':
      return {
        type: event.type,
        call,
        peerId,
        role: text('role'),
        wasConnected: connected.delete(peerId),
        reason: text('reason'),
      };
    case 'file.failed':
      return { type: 'call.faulted', call, problem: event['problem'] as Problem };
    default:
      return undefined;
  }
}

function participantFacts({ name, admin, self }: CallEvent): ParticipantFacts {
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof admin === 'boolean' && { admin }),
    ...(typeof self === 'boolean' && { self }),
  };
}
