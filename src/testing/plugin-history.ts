import type { EngineEvent } from '../events/event.js';
import { problem } from '../errors.js';

const call = 'room:lobby';
const graph = 'graph-1';
const stream = { graph, call, node: 'music', src: 'media/tune.opus' };

/**
 * A short evening in a room: one of each kind of event that plugins listen to, those included that come in odd orders, such as somebody who
 * leaves and was never seen to come.
 */
export const PLUGIN_HISTORY: readonly EngineEvent[] = [
  { type: 'call.opened', call, address: call },
  { type: 'graph.loaded', graph, title: 'Radio', call },
  { type: 'graph.started', graph },
  { type: 'call.moved', call, status: 'joining' },
  { type: 'call.moved', call, status: 'live' },
  { type: 'call.started', call, address: call },
  { type: 'stream.started', ...stream, title: 'Tune', durationMs: 10_000 },
  { type: 'peer.connected', call, peerId: 'peer-1', role: 'listen' },
  { type: 'participant.joined', call, participantId: 'ada', name: 'Ada', admin: true },
  { type: 'participant.joined', call, participantId: 'bob', name: 'Bob' },
  { type: 'participant.joined', call, participantId: 'nameless' },
  { type: 'participant.speaking', call, participantId: 'ada', speaking: true },
  { type: 'participant.speaking', call, participantId: 'ada', speaking: false },
  { type: 'message.received', call, from: { id: 'bob', name: 'Bob' }, text: '/play media/tune.opus' },
  { type: 'message.received', call, from: { id: 'ada', name: 'Ada', admin: true }, text: 'Hello' },
  { type: 'message.received', call, from: { id: 'unseen' }, text: '' },
  { type: 'message.sent', call, text: 'Hello', to: 'ada' },
  { type: 'participant.muted', call, participantId: 'bob', muted: true },
  { type: 'participant.muted', call, participantId: 'bob', muted: false },
  { type: 'participant.levelled', call, participantId: 'bob', percent: 50 },
  { type: 'call.muted', call, muted: true },
  { type: 'call.silenced', call, silenced: true },
  { type: 'call.handRaised', call, raised: true },
  { type: 'node.told', graph, node: 'music', what: 'source.underrun', data: { frames: 3 } },
  { type: 'stream.ended', ...stream, reason: 'finished', playedMs: 10_000 },
  { type: 'stream.started', ...stream, src: 'https://example.org/gone.mp3' },
  {
    type: 'stream.ended',
    ...stream,
    src: 'https://example.org/gone.mp3',
    reason: 'failed',
    playedMs: 0,
    problem: problem('MEDIA_NOT_FOUND', { file: 'gone.mp3' }),
  },
  { type: 'stream.ended', ...stream, src: 'never-started.mp3', reason: 'stopped', playedMs: 0 },
  { type: 'participant.kicked', call, participantId: 'bob', banMs: 60_000 },
  { type: 'participant.left', call, participantId: 'bob' },
  { type: 'participant.left', call, participantId: 'never-came' },
  { type: 'call.faulted', call, problem: problem('PEER_SILENT', {}) },
  { type: 'peer.closed', call, peerId: 'peer-1', role: 'listen', wasConnected: true, reason: 'left' },
  { type: 'command.done', command: { type: 'call.skip', call }, by: '(outside)' },
  { type: 'command.refused', command: { type: 'call.skip', call }, by: '(outside)', problem: problem('USAGE', { reason: 'no' }) },
  { type: 'graph.ended', graph, reason: 'finished' },
  { type: 'call.ended', call, reason: 'left' },
  { type: 'call.closed', call },
];
