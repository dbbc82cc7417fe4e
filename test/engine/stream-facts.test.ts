import { describe, expect, it } from 'vitest';
import { StreamFacts } from '../../src/engine/stream-facts.js';
import type { GraphEvent } from '../../src/graph/run/graph-events.js';

function facts() {
  const streams = new StreamFacts();
  return (type: string, more: object = {}, node: string | undefined = 'music') =>
    streams
      .told({ graph: 'g', type, ...(node !== undefined && { node }), ...more } as GraphEvent, 'room:a')
      .map(({ graph: _, call: _c, node: _n, ...fact }) => fact);
}

describe('facts about streams', () => {
  it('are one start and one end of each track of a queue', () => {
    const told = facts();
    expect(told('track.started', { id: 't1', src: 'a.mp3', title: 'A', info: { durationUs: 61_000_000 } })).toEqual([
      { type: 'stream.started', src: 'a.mp3', title: 'A', durationMs: 61_000 },
    ]);
    expect(told('track.ended', { id: 't1', src: 'a.mp3', reason: 'skipped', playedMs: 1200 })).toEqual([
      { type: 'stream.ended', src: 'a.mp3', reason: 'skipped', playedMs: 1200 },
    ]);
    expect(told('track.ended', { id: 't1', src: 'a.mp3', reason: 'stopped', playedMs: 1200 })).toEqual([]);
    expect(told('queue.changed', {})).toEqual([]);
  });

  it('of a file go over changes of its settings, and end what another file replaced', () => {
    const told = facts();
    told('stream.opened', { src: 'a', info: { durationUs: 5_000_000 } });
    expect(told('stream.started', { src: 'a' })).toEqual([{ type: 'stream.started', src: 'a', durationMs: 5000 }]);
    told('stream.opened', { src: 'a', info: { durationUs: 5_000_000 } });
    expect(told('stream.ended', { src: 'a', reason: 'replaced', heard: true, playedMs: 10, continues: true })).toEqual([]);
    // Overtaken by another one before it was heard.
    expect(told('stream.ended', { src: 'b', reason: 'replaced', heard: false, playedMs: 0 })).toEqual([]);
    expect(told('stream.ended', { src: 'a', reason: 'replaced', heard: true, playedMs: 900 })).toMatchObject([
      { type: 'stream.ended', src: 'a', reason: 'skipped', playedMs: 900 },
    ]);
    expect(told('stream.started', { src: 'c' })).toEqual([{ type: 'stream.started', src: 'c' }]);
  });

  it('know the title that a page gave', () => {
    const told = facts();
    told('stream.resolved', { title: 'Song' });
    told('stream.opened', { src: 'https://x', info: {} });
    expect(told('stream.started', { src: 'https://x' })).toEqual([{ type: 'stream.started', src: 'https://x', title: 'Song' }]);
  });

  it('end with the node, and with the graph', () => {
    const told = facts();
    const problem = { code: 'MEDIA_CORRUPT', message: 'm', fix: 'f' };
    told('stream.started', { src: 'a' });
    told('stream.started', { src: 'b' }, 'other');
    expect(told('source.failed', { problem })).toMatchObject([{ type: 'stream.ended', src: 'a', reason: 'failed', problem }]);
    expect(told('graph.ended', { reason: 'stopped' }, undefined)).toMatchObject([
      { type: 'stream.ended', src: 'b', reason: 'stopped' },
    ]);
    expect(told('graph.ended', { reason: 'stopped' }, undefined)).toEqual([]);
  });

  it('are none of sources without a name', () => {
    const told = facts();
    expect([told('stream.started'), told('stream.ended', { reason: 'finished' })]).toEqual([[], []]);
  });
});
