import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createEngine, type EngineOptions } from '../../src/engine.js';
import { graphFromObject } from '../../src/graph/load.js';
import { makeTempDir } from '../support/media-fixtures.js';

it('lets a graph run commands only when the engine allows it', async () => {
  const temp = makeTempDir();
  writeFileSync(temp.path('in.raw'), new Uint8Array(new Int16Array(9600).fill(8192).buffer));
  const render = async (permissions: EngineOptions['permissions']) => {
    const engine = createEngine({ permissions });
    const problems: unknown[] = [];
    engine.events$.subscribe((event) => {
      if (JSON.stringify(event).includes('PROCESS_FORBIDDEN')) problems.push(event);
    });
    const plan = graphFromObject(
      {
        version: 1,
        nodes: {
          voice: { type: 'source.process', options: { command: 'cat', args: [temp.path('in.raw')], inputChannels: 1 } },
          out: { type: 'sink.file', in: { audio: 'voice' }, options: { path: temp.path('out.wav') } },
        },
      },
      { registry: engine.registry, cwd: temp.dir },
    );
    const session = await engine.render(plan, { output: temp.path('out.wav') });
    await session.ended;
    await engine.close();
    return problems.length;
  };
  expect(await render({ process: true })).toBe(0);
  expect(readFileSync(temp.path('out.wav')).length).toBeGreaterThan(9600 * 2);
  expect(await render({})).toBeGreaterThan(0);
  temp.remove();
});
