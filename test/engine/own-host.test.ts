import { map } from 'rxjs';
import { expect, it } from 'vitest';
import { graphFromObject } from '../../src/graph/load.js';
import { InProcessHost } from '../../src/host/in-process.js';
import type { AudioFrame } from '../../src/media/frame.js';
import { definePlugin } from '../../src/plugins/define-plugin.js';
import { BASE, lab } from '../plugins/lab.js';

it('a host that a function makes runs the operators of plugins', async () => {
  let frames = 0;
  const counter = definePlugin({ ...BASE, name: 'counter', audio: () => map((frame: AudioFrame) => (frames++, frame)) });
  const made: InProcessHost[] = [];
  const { engine, scheduler, of } = lab({
    plugins: [{ definition: counter }],
    host: (parts) => {
      made.push(new InProcessHost(parts));
      return made[0]!;
    },
  });
  const plan = graphFromObject(
    {
      version: 1,
      nodes: {
        tone: { type: 'source.tone' },
        effects: { type: 'plugin.audio', in: { audio: 'tone' } },
        out: { type: 'sink.null', in: { audio: 'effects' } },
      },
    },
    { registry: engine.registry },
  );
  const session = await engine.run(plan);
  await scheduler.play(1000);
  expect(made).toHaveLength(1);
  expect(frames).toBeGreaterThanOrEqual(49);
  expect(of('plugin.faulted')).toEqual([]);
  await session.stop();
  await engine.close();
});
