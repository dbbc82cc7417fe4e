import { describe, expect, it } from 'vitest';
import { QueueList } from '../../../src/nodes/support/queue-list.js';
import { queueState, type RepeatMode, type ShuffleMode } from '../../../src/nodes/support/queue-state.js';

const NONE: ReadonlySet<string> = new Set();
const listOf = (names: string, options: { repeat?: RepeatMode; shuffle?: ShuffleMode; seed?: number; history?: number } = {}) => {
  const { history = 100, ...state } = options;
  const list = new QueueList(history, state);
  list.replace([...names]);
  return list;
};
/** The sources in playing order, with the current one in brackets. */
const shown = (list: QueueList) =>
  Array.from({ length: list.length }, (_, i) => (i === list.index ? `[${list.at(i)!.src}]` : list.at(i)!.src)).join('');
/** What is played from now on, so many tracks. */
const run = (list: QueueList, count: number) => {
  let played = '';
  for (let i = 0; i < count; i++) {
    played += list.current?.src ?? '.';
    list.advance(NONE);
  }
  return played;
};

describe('the order of a queue', () => {
  it('ends behind its last track, and goes on there when one is added', () => {
    const list = listOf('ab');
    expect(run(list, 3)).toBe('ab.');
    expect(shown(list)).toBe('ab');
    const { selection } = list;
    list.add(['c'], 'end', true);
    expect(shown(list)).toBe('ab[c]');
    expect(list.selection).toBeGreaterThan(selection);
  });

  it('repeats a track until another is asked for, and the queue for ever', () => {
    const track = listOf('ab', { repeat: 'track' });
    expect(run(track, 3)).toBe('aaa');
    track.advance(NONE, true);
    expect(shown(track)).toBe('a[b]');
    expect(track.following(NONE, true)).toBeUndefined();
    expect(run(listOf('abc', { repeat: 'queue' }), 7)).toBe('abcabca');
  });

  it('passes over what cannot be played', () => {
    const list = listOf('abcd', { repeat: 'queue' });
    expect(list.following(new Set(['t2', 't3']))?.src).toBe('d');
    expect(list.following(new Set(['t2', 't3', 't4']))?.src).toBe('a');
    list.repeat = 'track';
    expect(list.following(new Set(['t1', 't2']))?.src).toBe('c');
  });

  it('puts tracks at a place, next, or at the end', () => {
    const list = listOf('abc');
    list.advance(NONE);
    list.add(['x'], 'next', true);
    list.add(['y', 'z'], 0, true);
    list.add(['w'], 'end', true);
    list.add(['v'], 99, true);
    expect(shown(list)).toBe('yza[b]xcwv');
    list.setShuffle('on');
    list.setShuffle('off');
    expect(shown(list)).toBe('yza[b]xcwv');
  });

  it('moves and removes tracks around the current one', () => {
    const list = listOf('abcde');
    list.jump(2);
    list.move('t1', 4);
    expect(shown(list)).toBe('b[c]dea');
    list.move('t3', 0);
    expect(shown(list)).toBe('[c]bdea');
    list.remove('t4');
    expect(shown(list)).toBe('[c]bea');
    const { selection } = list;
    list.remove('t3');
    expect(shown(list)).toBe('[b]ea');
    expect(list.selection).toBe(selection + 1);
    expect(list.remove('t3') || list.move('t3', 0)).toBe(false);
    list.clear(true);
    expect(shown(list)).toBe('[b]');
    list.clear(false);
    expect(list.current).toBeUndefined();
  });

  it('goes back by what was played, not by the order', () => {
    const list = listOf('abcdef');
    list.jump(4);
    list.jump(2);
    list.advance(NONE);
    list.previous();
    expect(shown(list)).toBe('ab[c]def');
    list.previous();
    expect(shown(list)).toBe('abcd[e]f');
    list.previous();
    expect(shown(list)).toBe('[a]bcdef');
    list.previous();
    expect(shown(list)).toBe('[a]bcdef');
  });

  it('forgets added tracks some time after they were played, and no others', () => {
    const list = listOf('ab', { history: 2 });
    list.add([...'uvwxyz'], 'end', true);
    expect(run(list, 9)).toBe('abuvwxyz.');
    expect(shown(list)).toBe('abyz');
    expect(list.state().history).toHaveLength(2);
    const many = listOf('', { history: 3 });
    for (let i = 0; i < 1000; i++) {
      many.add(['x'], 'end', true);
      many.advance(NONE);
    }
    expect(many.length).toBe(3);
  });

  it('refuses more tracks than it may hold', () => {
    const list = listOf('a');
    expect(
      list.add(
        Array.from({ length: 10_000 }, () => 'x'),
        'end',
        true,
      ),
    ).toBeUndefined();
    expect(list.length).toBe(1);
  });
});

describe('a shuffled queue', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const sorted = (text: string) => [...text].sort((x, y) => (x < y ? -1 : 1)).join('');

  it('plays every track once in each round, in another order each time, none twice in a row', () => {
    const list = listOf(letters, { shuffle: 'on', repeat: 'queue' });
    const rounds = Array.from({ length: 20 }, () => run(list, 26));
    for (const round of rounds) expect(sorted(round)).toBe(letters);
    expect(new Set(rounds).size).toBe(20);
    const all = rounds.join('');
    for (let i = 1; i < all.length; i++) expect(all[i]).not.toBe(all[i - 1]);
    const two = listOf('ab', { shuffle: 'on', repeat: 'queue' });
    expect(run(two, 10)).toMatch(/^(ab){5}$|^(ba){5}$/);
  });

  it('is the same for the same seed, whenever one looks at what follows', () => {
    const plain = listOf(letters, { shuffle: 'on', repeat: 'queue', seed: 7 });
    const looked = listOf(letters, { shuffle: 'on', repeat: 'queue', seed: 7 });
    let played = '';
    for (let i = 0; i < 80; i++) {
      for (let n = 0; n < i % 3; n++) looked.following(NONE);
      played += looked.current!.src;
      looked.advance(NONE);
    }
    expect(played).toBe(run(plain, 80));
    expect(run(listOf(letters, { shuffle: 'on', seed: 8 }), 26)).not.toBe(played.slice(0, 26));
  });

  it('tells what follows before it goes there', () => {
    const list = listOf(letters, { shuffle: 'dynamic', repeat: 'queue' });
    for (let i = 0; i < 100; i++) {
      const told = list.following(NONE)!.src;
      list.advance(NONE);
      expect(list.current!.src).toBe(told);
    }
  });

  it('puts later tracks at the end, or anywhere among those to come when dynamic', () => {
    const on = listOf(letters, { shuffle: 'on' });
    on.add(['1', '2'], 'end', true);
    expect(shown(on).endsWith('12')).toBe(true);
    const places = new Set<number>();
    for (let seed = 1; seed < 60; seed++) {
      const list = listOf('abcd', { shuffle: 'dynamic', seed });
      list.advance(NONE);
      const { src } = list.current!;
      list.add(['1'], 'end', true);
      const at = list.indexOf('t5');
      expect(list.current!.src).toBe(src);
      expect(at).toBeGreaterThan(1);
      places.add(at);
    }
    expect([...places].sort((x, y) => x - y)).toEqual([2, 3, 4]);
  });

  it('keeps the current track, and goes back to the order of putting in', () => {
    const list = listOf(letters);
    list.jump(10);
    list.setShuffle('on');
    expect(list.current!.src).toBe('k');
    expect(shown(list).slice(0, 13)).toBe('abcdefghij[k]');
    expect(shown(list).slice(13)).not.toBe(letters.slice(11));
    const before = shown(list);
    list.reshuffle();
    expect(shown(list)).not.toBe(before);
    list.setShuffle('off');
    expect(shown(list)).toBe('abcdefghij[k]lmnopqrstuvwxyz');
  });
});

describe('new tracks for a queue', () => {
  it('keep the ids of those that are the same, and the place that is played', () => {
    const list = listOf('abca');
    list.jump(3);
    list.replace([...'xacb']);
    expect(shown(list)).toBe('x[a]cb');
    expect(list.state().tracks.map(({ id }) => id)).toEqual(['t5', 't4', 't3', 't2']);
  });

  it('go on behind a track that is gone, or at the front', () => {
    const list = listOf('abcd');
    list.jump(1);
    const { selection } = list;
    list.replace([...'acd']);
    expect(shown(list)).toBe('a[c]d');
    expect(list.selection).toBe(selection + 1);
    list.replace([...'xy']);
    expect(shown(list)).toBe('[x]y');
    run(list, 3);
    list.replace([...'xyz']);
    expect(shown(list)).toBe('xy[z]');
    run(list, 2);
    list.replace([...'xyz']);
    expect(list.current).toBeUndefined();
  });
});

describe('a saved queue', () => {
  it('goes on as the one it was saved from', () => {
    for (const shuffle of ['off', 'on', 'dynamic'] as const) {
      const list = listOf('abcdefgh', { shuffle, repeat: 'queue', seed: 5 });
      run(list, 13);
      list.add(['x', { src: 'y', requester: 'anna' }], 'end', true);
      const saved = queueState.parse(JSON.parse(JSON.stringify(list.state())));
      const again = new QueueList(100, saved);
      expect(again.state()).toEqual(list.state());
      expect(run(again, 40)).toBe(run(list, 40));
    }
  });

  it('is repaired when somebody changed it', () => {
    const track = (id: string) => ({ id, src: id, added: false });
    const list = new QueueList(10, {
      tracks: ['t9', 'b', 'c'].map(track),
      order: ['c', 'ghost', 'c', 't9'],
      index: 3,
      history: ['ghost', 'b'],
      nextId: 1,
    });
    expect(shown(list)).toBe('c[t9]b');
    expect(list.state().history).toEqual(['b']);
    expect(list.add(['x'], 'end', true)![0]!.id).toBe('t10');
  });
});
