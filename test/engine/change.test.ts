import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { VoxError } from '../../src/errors.js';
import { createVirtualScheduler } from '../../src/time/virtual.js';

const folder = mkdtempSync(join(tmpdir(), 'voxgraph-change-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'graph.json');
const write = (effect: object) =>
  writeFileSync(
    file,
    JSON.stringify({
      version: 1,
      nodes: {
        tone: { type: 'source.tone' },
        fx: { in: { audio: 'tone' }, ...effect },
        out: { type: 'sink.null', in: { audio: 'fx' } },
      },
    }),
  );

it('a session is changed to a file; a file with mistakes changes nothing', async () => {
  const scheduler = createVirtualScheduler();
  const engine = createEngine({ scheduler });
  const told: string[] = [];
  engine.events$.subscribe((event) => event.type === 'node.told' && told.push(event.what));
  write({ type: 'effect.gain' });
  const session = await engine.run(file);
  await scheduler.play(100);
  write({ type: 'effect.echo', options: { delayMs: 100 } });
  const changing = session.change(file);
  await scheduler.play(600);
  expect(await changing).toMatchObject({ rebuilt: [{ node: 'fx' }], unchanged: ['tone', 'out'] });
  expect(session.plan.nodes.find(({ id }) => id === 'fx')?.type).toBe('effect.echo');
  write({ type: 'effect.ehco' });
  const failure = await session.change(file).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(VoxError);
  expect((failure as VoxError).problems[0]).toMatchObject({ code: 'UNKNOWN_TYPE', place: { line: 1 } });
  await scheduler.play(100);
  const { stats, positionUs } = await session.stats();
  expect(stats.beat).toMatchObject({ skipped: 0 });
  expect(stats.nodes['out']).toMatchObject({ state: 'running', faults: 0 });
  expect(Object.keys(stats.nodes)).toEqual(['tone', 'fx', 'out']);
  expect(positionUs).toBeGreaterThanOrEqual(780_000);
  expect(told.filter((what) => what.startsWith('graph.'))).toEqual(['graph.changed']);
  await engine.close();
});

it('what was set goes on where the file says nothing new of it', async () => {
  const scheduler = createVirtualScheduler();
  const engine = createEngine({ scheduler });
  const both = (gainDb: number, delayMs: number) =>
    writeFileSync(
      file,
      JSON.stringify({
        version: 1,
        nodes: {
          tone: { type: 'source.tone' },
          volume: { type: 'effect.gain', options: { gainDb }, in: { audio: 'tone' } },
          fx: { type: 'effect.echo', options: { delayMs }, in: { audio: 'volume' } },
          out: { type: 'sink.null', in: { audio: 'fx' } },
        },
      }),
    );
  both(0, 100);
  const session = await engine.run(file);
  await scheduler.play(100);
  await session.setOptions('volume', { gainDb: -20 });
  both(0, 200);
  const first = session.change(file);
  await scheduler.play(600);
  expect((await first).unchanged).toContain('volume');
  expect(session.changed.get('volume')).toEqual({ gainDb: -20 });
  both(-3, 200);
  const second = session.change(file);
  await scheduler.play(600);
  expect((await second).set).toMatchObject([{ node: 'volume' }]);
  expect(session.changed.has('volume')).toBe(false);
  await engine.close();
});
