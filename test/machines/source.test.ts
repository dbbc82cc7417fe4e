import { defer } from 'rxjs';
import { type AnyMachineSnapshot, createActor, type EventObject } from 'xstate';
import { describe, expect, it } from 'vitest';
import { allStates, describeMachine } from '../../src/machines/describe.js';
import { createSourceMachine } from '../../src/machines/source.js';
import { sourceActors } from '../../src/machines/source-actors.js';
import { positionMs } from '../../src/machines/source-position.js';
import { resumeSource } from '../../src/machines/source-resume.js';
import type { SourceContext, SourceFact, SourceInput, StreamEnd } from '../../src/machines/source-types.js';
import { createVirtualScheduler, xstateClock } from '../../src/time/index.js';
import { FakeMedia, seeded } from './fakes.js';
import { walk } from './walk.js';

const finished: StreamEnd = { type: 'finished' };

function start(input: SourceInput = { src: 'a.opus' }) {
  const scheduler = createVirtualScheduler();
  const media = new FakeMedia();
  const actor = createActor(createSourceMachine({ actors: media.actors, nowMs: () => scheduler.now() }), {
    input,
    clock: xstateClock(scheduler),
  });
  const facts: SourceFact[] = [];
  actor.on('*', (fact) => facts.push(fact));
  actor.start();
  return {
    actor,
    scheduler,
    media,
    facts,
    value: () => actor.getSnapshot().value,
    position: () => positionMs(actor.getSnapshot().context, actor.getSnapshot().matches({ active: 'playing' }), scheduler.now()),
    expectIdle: () => {
      expect(media.facts$.observed).toBe(false);
      expect(scheduler.flush()).toBe(0);
    },
    play: (generation = 1) => {
      media.facts$.next({ type: 'stream.opened', generation, durationMs: 60_000, seekable: true });
      media.facts$.next({ type: 'stream.started', generation, positionMs: 0 });
    },
  };
}

describe('source', () => {
  it('plays to its end, once', () => {
    const s = start();
    expect(s.value()).toEqual({ active: 'opening' });
    s.play();
    s.scheduler.advanceBy(1500);
    expect(s.position()).toBe(1500);
    s.media.facts$.next({ type: 'stream.ended', generation: 1, reason: finished });
    s.media.facts$.next({ type: 'stream.ended', generation: 1, reason: finished });
    s.actor.send({ type: 'stream.ended', generation: 1, reason: finished });
    expect(s.value()).toBe('ended');
    expect(s.facts.filter((fact) => fact.type === 'source.ended')).toEqual([
      { type: 'source.ended', generation: 1, reason: finished },
    ]);
    expect(s.media.commands.map((command) => command.type)).toEqual(['media.open', 'media.close']);
    s.expectIdle();
  });

  it('ignores the end of an earlier stream after a restart', () => {
    const s = start();
    s.play();
    s.actor.send({ type: 'source.restart' });
    expect(s.media.commands.map((command) => `${command.type} ${command.generation}`)).toEqual([
      'media.open 1',
      'media.close 1',
      'media.open 2',
    ]);
    s.media.facts$.next({ type: 'stream.ended', generation: 1, reason: finished });
    expect(s.value()).toEqual({ active: 'opening' });
    s.play(2);
    s.media.facts$.next({ type: 'stream.ended', generation: 1, reason: finished });
    expect(s.value()).toEqual({ active: 'playing' });
    s.media.facts$.next({ type: 'stream.ended', generation: 2, reason: finished });
    expect(s.facts.filter((fact) => fact.type === 'source.ended').map((fact) => [fact.generation, fact.reason.type])).toEqual([
      [1, 'stopped'],
      [2, 'finished'],
    ]);
    s.actor.send({ type: 'source.restart' });
    expect(s.media.commands.at(-1)).toEqual({ type: 'media.open', generation: 3, src: 'a.opus', startMs: 0, paused: false });
  });

  it('keeps its position over pause, stall and seek', () => {
    const s = start();
    s.play();
    s.scheduler.advanceBy(2000);
    s.actor.send({ type: 'source.pause' });
    s.scheduler.advanceBy(20);
    s.media.facts$.next({ type: 'stream.paused', generation: 1, positionMs: 2010 });
    s.scheduler.advanceBy(5000);
    expect(s.position()).toBe(2010);
    s.actor.send({ type: 'source.play' });
    s.media.facts$.next({ type: 'stream.resumed', generation: 1, positionMs: 2010 });
    s.scheduler.advanceBy(1000);
    expect(s.position()).toBe(3010);
    s.media.facts$.next({ type: 'stream.stalled', generation: 1, positionMs: 3000 });
    s.scheduler.advanceBy(1000);
    expect([s.value(), s.position()]).toEqual([{ active: 'buffering' }, 3000]);
    s.media.facts$.next({ type: 'stream.recovered', generation: 1, positionMs: 3000 });
    s.actor.send({ type: 'source.seek', positionMs: 50_000 });
    s.actor.send({ type: 'source.seek', positionMs: 70_000 });
    expect(s.media.commands.slice(-2).map((c) => c.type === 'media.seek' && [c.seek, c.positionMs])).toEqual([
      [1, 50_000],
      [2, 60_000],
    ]);
    s.media.facts$.next({ type: 'stream.seeked', generation: 1, seek: 1, positionMs: 50_000 });
    expect(s.value()).toEqual({ active: 'seeking' });
    s.media.facts$.next({ type: 'stream.seeked', generation: 1, seek: 2, positionMs: 59_990 });
    s.scheduler.advanceBy(1000);
    expect([s.value(), s.position()]).toEqual([{ active: 'playing' }, 60_000]);
  });

  it('seeks as soon as it is open, and refuses where it cannot', () => {
    const s = start();
    s.actor.send({ type: 'source.seek', positionMs: 9000 });
    s.actor.send({ type: 'source.pause' });
    s.media.facts$.next({ type: 'stream.opened', generation: 1, durationMs: 60_000, seekable: true });
    expect(s.media.commands.at(-1)).toEqual({ type: 'media.seek', generation: 1, seek: 1, positionMs: 9000 });
    s.media.facts$.next({ type: 'stream.seeked', generation: 1, seek: 1, positionMs: 9000 });
    expect(s.value()).toEqual({ active: 'paused' });
    const live = start();
    live.media.facts$.next({ type: 'stream.opened', generation: 1, seekable: false });
    live.actor.send({ type: 'source.seek', positionMs: 9000 });
    expect(live.facts.at(-1)).toEqual({ type: 'source.seekRefused', generation: 1 });
    expect(live.value()).toEqual({ active: 'buffering' });
  });

  it('fails by its time limits, and can be restarted', () => {
    const s = start();
    s.scheduler.advanceBy(30_000);
    expect(s.value()).toBe('failed');
    expect(s.facts).toMatchObject([
      {
        type: 'source.ended',
        reason: {
          type: 'failed',
          failure: { code: 'STREAM_TIMEOUT', message: 'the stream a.opus gave nothing for 30 s while opening' },
        },
      },
    ]);
    s.expectIdle();
    s.actor.send({ type: 'source.restart' });
    s.play(2);
    expect(s.value()).toEqual({ active: 'playing' });
    s.media.facts$.next({ type: 'stream.stalled', generation: 2, positionMs: 10 });
    s.scheduler.advanceBy(60_000);
    expect(s.value()).toBe('failed');
  });

  it('stops and closes, telling the end each time once', () => {
    const s = start();
    s.play();
    s.actor.send({ type: 'source.stop' });
    s.actor.send({ type: 'source.stop' });
    s.actor.send({ type: 'source.close' });
    expect(s.actor.getSnapshot().status).toBe('done');
    expect(s.facts.filter((fact) => fact.type === 'source.ended').length).toBe(1);
    s.expectIdle();
    const open = start();
    open.actor.send({ type: 'source.close' });
    expect(open.facts.map((fact) => fact.type)).toEqual(['source.ended']);
    open.expectIdle();
  });

  it('fails, and goes on living, when the media host throws or is gone', () => {
    const media = new FakeMedia();
    media.send = () => {
      throw new Error('boom');
    };
    const actor = createActor(createSourceMachine({ actors: sourceActors(media), nowMs: () => 0 }), {
      input: { src: 'a' },
    }).start();
    expect(actor.getSnapshot().context.end).toMatchObject({ type: 'failed', failure: { code: 'MEDIA_UNREADABLE' } });
    const s = start();
    s.play();
    s.media.facts$.complete();
    expect(s.value()).toBe('failed');
  });

  it('is taken up by another process where it was', () => {
    const s = start();
    s.play();
    s.scheduler.advanceBy(4000);
    const saved: unknown = JSON.parse(JSON.stringify(s.actor.getPersistedSnapshot()));
    expect(resumeSource(saved, 4500)).toEqual({ src: 'a.opus', startMs: 4500, paused: false, generation: 2 });
    s.actor.send({ type: 'source.stop' });
    expect(resumeSource(JSON.parse(JSON.stringify(s.actor.getPersistedSnapshot())), 0)).toBeUndefined();
    expect(() => resumeSource({}, 0)).toThrow('the saved state of a source cannot be used');
  });
});

describe('the chart of a source', () => {
  const machine = createSourceMachine({ actors: new FakeMedia().actors, nowMs: () => 0 });
  const chart = describeMachine(machine);
  const types = [...new Set(allStates(chart).flatMap((state) => state.transitions.map((t) => t.id.split(' ')[1]!)))];
  const facts = (generation: number): Record<string, EventObject[]> => ({
    'stream.opened': [true, false].map((seekable) => ({ type: 'stream.opened', generation, seekable, durationMs: 10 })),
    'stream.ended': [finished, { type: 'failed', failure: { code: 'INTERNAL', message: 'x' } }].map((reason) => ({
      type: 'stream.ended',
      generation,
      reason,
    })),
    'stream.seeked': [1, 2].map((seek) => ({ type: 'stream.seeked', generation, seek, positionMs: 5 })),
    'source.seek': [{ type: 'source.seek', positionMs: 5 } as EventObject],
  });
  const events = types.flatMap((type) =>
    [1, 2].flatMap((generation) => facts(generation)[type] ?? [{ type, generation, positionMs: 1 } as EventObject]),
  );
  const key = ({ value, context }: AnyMachineSnapshot): string => {
    const { generation, wanted, seekable, seek, pendingSeekMs } = context as SourceContext;
    return JSON.stringify([value, Math.min(generation, 3), wanted, seekable, Math.min(seek, 3), pendingSeekMs]);
  };
  const found = walk(machine, [{ src: 'a' }], events, key);

  it('reaches every state and takes every transition, all named', () => {
    expect(found.missingStates).toEqual([]);
    expect(found.missingTransitions).toEqual([]);
    expect(JSON.stringify(chart)).not.toContain('(inline)');
  });

  it('survives JSON in every reachable state', () => {
    for (const snapshot of found.snapshots) {
      const text = JSON.stringify(machine.getPersistedSnapshot(snapshot as never));
      expect(JSON.stringify(JSON.parse(text))).toBe(text);
      expect(resumeSource(JSON.parse(text), 0) === undefined).toBe(
        snapshot.status !== 'active' || typeof snapshot.value === 'string',
      );
    }
  });

  it('2,000 random sequences: one end for each stream, nothing left after close', () => {
    let scheduler = createVirtualScheduler();
    let media = new FakeMedia();
    const shared = createSourceMachine({
      actors: sourceActors({ send: (command) => media.send(command), facts$: defer(() => media.facts$) }),
      nowMs: () => scheduler.now(),
    });
    const wrong: string[] = [];
    for (let seed = 1; seed <= 2000; seed++) {
      const random = seeded(seed);
      scheduler = createVirtualScheduler();
      media = new FakeMedia();
      const ended: number[] = [];
      const actor = createActor(shared, { input: { src: 'a' }, clock: xstateClock(scheduler) });
      actor.subscribe({ error: (error) => wrong.push(`seed ${seed} threw ${String(error)}`) });
      actor.on('source.ended', (fact) => ended.push(fact.generation));
      actor.start();
      for (let i = 0; i < 25; i++) {
        const { context } = actor.getSnapshot();
        const generation = context.generation - (random() < 0.2 ? 1 : 0);
        const type = types[Math.floor(random() * types.length)]!;
        if (type === 'source.close') continue;
        const given = facts(generation)[type] ?? [{ type, generation, positionMs: random() * 1e5 } as EventObject];
        actor.send(given[Math.floor(random() * given.length)] as never);
        if (random() < 0.3) scheduler.advanceBy(random() * 20_000);
        const now = actor.getSnapshot();
        const position = positionMs(now.context, now.matches({ active: 'playing' }), scheduler.now());
        if (!(position >= 0 && position <= (now.context.durationMs ?? Infinity))) wrong.push(`seed ${seed} is at ${position}`);
      }
      const { generation } = actor.getSnapshot().context;
      actor.send({ type: 'source.close' });
      if (actor.getSnapshot().status !== 'done') wrong.push(`seed ${seed} did not close`);
      if (ended.join() !== Array.from({ length: generation }, (_, i) => i + 1).join())
        wrong.push(`seed ${seed} ended ${ended.join()}`);
      const count = (type: string): number => media.commands.filter((command) => command.type === type).length;
      if (count('media.open') !== generation || count('media.close') !== generation)
        wrong.push(`seed ${seed} left a stream open`);
      if (media.facts$.observed || scheduler.flush() !== 0) wrong.push(`seed ${seed} left something behind`);
    }
    expect(wrong).toEqual([]);
  });
});
