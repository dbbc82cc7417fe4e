import { describe, expect, it } from 'vitest';
import { MusicRig } from './rig.js';

const SRCS = ['a', 'b', 'c', 'd', 'e', 'broken', 'cut'].map((name) => `${name}.wav`);
const track = (ticks: number) => ({ samples: new Float32Array(960 * ticks).fill(0.25) });
const tracks = {
  'a.wav': track(7),
  'b.wav': track(11),
  'c.wav': track(13),
  'd.wav': { ...track(17), slow: 3 },
  'e.wav': track(40),
  'broken.wav': { ...track(5), broken: true },
  'cut.wav': { ...track(9), failsAt: 960 * 3 },
};

/** Numbers that follow from a seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

describe('the list of music-queue and the list of its node', () => {
  it('are one, whatever people do and whenever it reaches the node', async () => {
    // The last one once left the node standing, after a failure of a track that it had left.
    for (const seed of [...Array.from({ length: 20 }, (_, i) => i + 1), 100]) {
      const drawn = numbers(seed);
      const music = new MusicRig(tracks, { failureLimit: 5 }, { prefetchSec: drawn(2) * 20 });
      music.delay = drawn(5) - 1;
      const place = () => 1 + drawn(4);
      const acts: readonly (() => unknown)[] = [
        () => music.send('add', { src: SRCS[drawn(7)]!, at: (['next', 'end', 2] as const)[drawn(3)]! }),
        () => music.send('add', { tracks: [{ src: SRCS[drawn(5)]! }, { src: SRCS[drawn(7)]! }] }),
        () => music.send('next'),
        () => music.send('previous'),
        () => music.send('jump', { place: place() }),
        () => music.send('remove', { place: place() }),
        () => music.send('move', { place: place(), to: place() }),
        () => music.send('shuffle', { mode: (['off', 'on', 'dynamic'] as const)[drawn(3)]! }),
        () => music.send('repeat', { mode: (['off', 'track', 'queue'] as const)[drawn(3)]! }),
        () => music.send(drawn(2) ? 'pause' : 'resume'),
        () => music.send('stop'),
        () => music.send('resume'),
        () => drawn(4) === 0 && music.send('clear'),
        () => drawn(6) === 0 && music.restart(),
        () => music.send('seek', { positionMs: drawn(200) }),
      ];
      for (let step = 0; step < 80; step++) {
        acts[drawn(acts.length)]!();
        await music.run(drawn(12));
      }
      expect(music.faults).toEqual([]);
      // Of each start one end, of each end one start.
      const open = new Set<string>();
      for (const { type, data } of music.stage.events) {
        const key = JSON.stringify(data);
        if (type === 'track.started') expect(open.has(key), `seed ${seed}`).toBe(false);
        if (type === 'track.started') open.add(key);
        if (type === 'track.ended') expect(open.delete(key), `seed ${seed}`).toBe(true);
      }
      // Once nobody does anything: what the plugin takes for current is what is heard.
      music.send('repeat', { mode: 'off' });
      music.send('shuffle', { mode: 'off' });
      music.send('clear');
      music.send('add', { src: 'a.wav' });
      const last = music.send('add', { src: 'e.wav' }) as { tracks: { id: string }[] };
      music.send('jump', { id: last.tracks[0]!.id });
      await music.run(20);
      const played = music.stage.player.state();
      const node = played.tracks.find(({ id }) => id === played.current);
      expect([node?.src, music.current, music.queue.started], `seed ${seed}`).toEqual(['e.wav', 'e.wav', true]);
      expect(node?.data, `seed ${seed}`).toEqual(music.queue.window[0]);
      await music.run(60);
      expect([music.current, music.stage.player.state().current], `seed ${seed}`).toEqual([undefined, null]);
    }
  });
});
