import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { AudioFrame } from '../../../../src/media/frame.js';
import { definePlugin } from '../../../../src/plugins/define-plugin.js';
import voiceEffects from '../../../../src/plugins/builtin/voice-effects/index.js';
import { graphFromObject } from '../../../../src/graph/load.js';
import { testPlugin } from '../../../../src/testing/test-plugin.js';
import { lab } from '../../lab.js';

const gain = (gainDb: number) => ({ effect: 'gain', gainDb });

describe('voice-effects: messages', () => {
  it('set, get and clear what is heard', async () => {
    const test = await testPlugin(voiceEffects, { config: { effects: ['robot'] } });
    expect(await test.send('set', { effects: [gain(-6)] })).toEqual({ effects: [gain(-6)] });
    expect(await test.send('set', { participantId: 'ada', effects: [] })).toEqual({ effects: [] });
    expect(await test.send('get', { participantId: 'ada' })).toEqual({ effects: [] });
    expect(await test.send('get', {})).toEqual({ effects: [gain(-6)] });
    const { audio } = await test.hear(() => 0.5, 200);
    expect(audio.planes[0]!.at(-1)).toBeCloseTo(0.5 * 10 ** (-6 / 20), 3);
    expect(await test.send('clear', { participantId: 'ada' })).toEqual({ effects: [gain(-6)] });
    expect(await test.send('clear', {})).toEqual({ effects: [] });
    // Whoever begins anew has what the installer wrote.
    await test.restart();
    expect(await test.send('get', {})).toEqual({ effects: ['robot'] });
    await test.close();
  });

  it('loses none of two at once', async () => {
    const test = await testPlugin(voiceEffects, { config: { effects: [] } });
    await Promise.all([
      test.send('set', { participantId: 'ada', effects: ['robot'] }),
      test.send('set', { participantId: 'bob', effects: ['echo'] }),
    ]);
    expect(await test.send('get', { participantId: 'ada' })).toEqual({ effects: ['robot'] });
    expect(await test.send('get', { participantId: 'bob' })).toEqual({ effects: ['echo'] });
    await test.close();
  });

  it('refuses what makes no sense, and goes on as before', async () => {
    const test = await testPlugin(voiceEffects, { config: { effects: ['robot'] } });
    await expect(test.send('set', { call: 'room:nowhere', effects: [] })).rejects.toThrow('There is no call room:nowhere.');
    await expect(test.send('set', { effects: ['robto'] })).rejects.toThrow(/effects/);
    await expect(test.send('set', { effects: [{ effect: 'echo', delayMs: -1 }] })).rejects.toThrow(/delayMs/);
    expect(await test.send('get', {})).toEqual({ effects: ['robot'] });
    const own = await testPlugin(voiceEffects, { config: { effects: [] }, graph: { graph: 'g', call: 'room:a' } });
    await expect(own.send('set', { call: 'room:b', effects: [] })).rejects.toThrow('It works in the call room:a only.');
    expect(await own.send('set', { call: 'room:a', effects: ['echo'] })).toEqual({ effects: ['echo'] });
    await own.close();
    await test.close();
  });

  it('are heard in the call that they name, and in no other one after it', async () => {
    const heard = new Map<string, number>();
    const spy = definePlugin({
      name: 'spy',
      version: '1.0.0',
      description: 'Listens behind the others.',
      dependencies: { 'voice-effects': '*' },
      audio: ({ ctx }) =>
        map((frame: AudioFrame) => {
          heard.set(ctx.graph, Math.max(...frame.planes[0]!));
          return frame;
        }),
    });
    const { engine, scheduler, of } = lab();
    await engine.use(voiceEffects, { config: { effects: [] } });
    await engine.use(spy);
    const plan = graphFromObject(
      {
        version: 1,
        nodes: {
          tone: { type: 'source.tone', options: { levelDb: -6 } },
          effects: { type: 'plugin.audio', in: { audio: 'tone' } },
          call: { type: 'sink.call', in: { audio: 'effects' } },
        },
      },
      { registry: engine.registry },
    );
    const a = await engine.run(plan, { call: 'room:a' });
    const b = await engine.run(plan, { call: 'room:b' });
    await scheduler.play(100);
    const full = heard.get(b.id)!;
    await engine.send('voice-effects', 'set', { call: 'room:a', effects: [gain(-20)] });
    await scheduler.play(100);
    expect(heard.get(a.id)).toBeCloseTo(full / 10, 3);
    expect(heard.get(b.id)).toBeCloseTo(full, 3);
    expect(of('command.done').map(({ by, command }) => [by, command.type])).toEqual([['voice-effects', 'plugin.configure']]);
    await a.stop();
    await scheduler.play(100);
    expect(of('plugin.configured').at(-1)!.config).toEqual({ effects: [], participants: {}, graphs: {} });
    await engine.close();
  });
});
