import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { graphFromObject } from '../../../../src/graph/load.js';
import type { VideoFrame } from '../../../../src/media/video-frame.js';
import { livePictures } from '../../../../src/media/av/video/picture.js';
import { definePlugin } from '../../../../src/plugins/define-plugin.js';
import videoFilters from '../../../../src/plugins/builtin/video-filters/index.js';
import { testPlugin } from '../../../../src/testing/test-plugin.js';
import { PictureTaker } from '../../../../src/testing/video-script.js';
import { lab } from '../../lab.js';

describe('video-filters: messages', () => {
  it('set, get and clear what is seen', async () => {
    const test = await testPlugin(videoFilters, { config: { filters: ['blur'] } });
    const grey = { filter: 'grayscale', amount: 1 };
    expect(await test.send('set', { filters: ['grayscale'] })).toEqual({ filters: ['grayscale'] });
    expect(await test.send('get', {})).toEqual({ filters: ['grayscale'] });
    const chroma = async () => {
      const { pictures } = await test.see({ video: () => ({ yuv: [100, 60, 200] }) }, 100);
      return [pictures.at(-1)!.u[0], pictures.at(-1)!.v[0]];
    };
    expect(await chroma()).toEqual([128, 128]);
    expect(await test.send('set', { filters: [{ ...grey, amount: 0 }] })).toMatchObject({ filters: [{ amount: 0 }] });
    expect(await chroma()).toEqual([60, 200]);
    expect(await test.send('clear', {})).toEqual({ filters: [] });
    // Whoever begins anew has what the installer wrote.
    await test.restart();
    expect(await test.send('get', {})).toEqual({ filters: ['blur'] });
    await test.close();
  });

  it('refuses what makes no sense, and goes on as before', async () => {
    const test = await testPlugin(videoFilters, { config: { filters: ['sepia'] } });
    await expect(test.send('set', { call: 'room:nowhere', filters: [] })).rejects.toThrow('There is no call room:nowhere.');
    await expect(test.send('set', { filters: ['sepai'] })).rejects.toThrow(/filters/);
    expect(await test.send('get', {})).toEqual({ filters: ['sepia'] });
    await test.close();
  });

  it('are seen in the running call that they name, from the next picture on, and in no other one', async () => {
    const before = livePictures();
    const seen = new Map<string, number>();
    const taker = new PictureTaker();
    const spy = definePlugin({
      name: 'spy',
      version: '1.0.0',
      description: 'Looks behind the others.',
      dependencies: { 'video-filters': '*' },
      video: ({ ctx }) =>
        map((frame: VideoFrame) => {
          seen.set(ctx.graph, taker.take(frame.content, frame.ptsUs, 0)!.u[0]!);
          return frame;
        }),
    });
    const { engine, scheduler, of } = lab();
    await engine.use(videoFilters, { config: { filters: [] } });
    await engine.use(spy);
    const plan = graphFromObject(
      {
        version: 1,
        nodes: {
          film: { type: 'source.color', options: { color: 'red', width: 32, height: 32 } },
          look: { type: 'plugin.video', in: { video: 'film' } },
          vp8: { type: 'encode.vp8', in: { video: 'look' }, options: { width: 32, height: 32 } },
          call: { type: 'sink.call', in: { video: 'vp8' } },
        },
      },
      { registry: engine.registry },
    );
    const a = await engine.run(plan, { call: 'room:a' });
    const b = await engine.run(plan, { call: 'room:b' });
    await scheduler.play(200);
    const red = seen.get(b.id)!;
    expect(Math.abs(red - 128)).toBeGreaterThan(20);
    await engine.send('video-filters', 'set', { call: 'room:a', filters: ['grayscale'] });
    await scheduler.play(100);
    expect([seen.get(a.id), seen.get(b.id)]).toEqual([128, red]);
    await engine.send('video-filters', 'clear', { call: 'room:a' });
    await scheduler.play(100);
    expect(seen.get(a.id)).toBe(red);
    await engine.send('video-filters', 'set', { call: 'room:a', filters: ['sepia'] });
    await a.stop();
    await scheduler.play(100);
    expect(of('plugin.configured').at(-1)!.config).toEqual({ filters: [], graphs: {} });
    expect(of('plugin.faulted')).toEqual([]);
    await b.stop();
    await engine.close();
    taker.close();
    expect(livePictures()).toBe(before);
  });
});
