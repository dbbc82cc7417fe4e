import type { CallEvent } from '../calls/call-media.js';
import type { Problem } from '../errors.js';
import type { GraphEvent } from '../graph/run/graph-events.js';
import type { EngineEvent } from '../events/event.js';

/** A running graph's fact as the engine tells it. */
export function graphEvent(event: GraphEvent): EngineEvent | undefined {
  const { type, graph, node, ...data } = event;
  if (type === 'graph.started') return { type, graph };
  if (type === 'graph.ended') return { type, graph, reason: String(data['reason']) };
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
      return { type: event.type, call, participantId: text('participantId') };
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
