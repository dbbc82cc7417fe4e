import { describe, expect, test } from 'vitest';
import { drawDot } from '../../src/graph/draw-dot.js';
import { drawMermaid } from '../../src/graph/draw-mermaid.js';
import { drawingOf } from '../../src/graph/draw-model.js';
import { drawSvg } from '../../src/graph/draw-svg.js';
import { graphFromObject } from '../../src/graph/load.js';
import { testLoad, testRegistry } from './support.js';

const plan = graphFromObject(
  {
    version: 1,
    title: 'A "title" <with> & marks',
    nodes: {
      music: { type: 'source.file', options: { src: 'deep/folder/with/a/very/long/path/to/tune.opus', loop: true } },
      room: { type: 'source.participants' },
      duck: { type: 'mix.duck', in: { bed: 'music.audio', voice: 'room' } },
      opus: { type: 'encode.opus', in: { audio: 'duck' } },
      call: {
        type: 'sink.call',
        in: { audio: { from: 'opus', queue: { frames: 5 } }, video: { from: 'camera', queue: { frames: 2 } } },
      },
      camera: { type: 'source.camera' },
    },
  },
  testLoad,
);

describe('drawings', () => {
  test('say what differs from the defaults, and name ports only where they tell something', () => {
    const { boxes, arrows, groups } = drawingOf(plan, testRegistry);
    expect(boxes.find(({ id }) => id === 'music')).toMatchObject({
      options: [expect.stringMatching(/^src: ….*tune\.opus$/), 'loop: true'],
    });
    expect(boxes.find(({ id }) => id === 'duck~mix')).toMatchObject({ implicit: true, options: [], role: 'effect' });
    expect(arrows.map(({ from, to, label }) => `${from}>${to} ${label.join('/')}`)).toEqual([
      'room>duck~mix ',
      'music>duck audio → bed',
      'duck~mix>duck voice',
      'duck>opus ',
      'opus>call audio/queue 5, drop-oldest',
      'camera>call video/queue 2, drop-oldest',
    ]);
    expect(groups.map(({ label }) => label)).toEqual(['clock main · 20 ms beat', 'clock call', 'clock main-2 · 20 ms beat']);
  });

  test.each([
    ['mermaid', drawMermaid],
    ['dot', drawDot],
    ['svg', drawSvg],
  ])('%s shows every node once and is the same each time', async (kind, draw) => {
    const drawn = draw(plan, testRegistry);
    expect(draw(plan, testRegistry)).toBe(drawn);
    await expect(drawn).toMatchFileSnapshot(`drawings/plan.${kind}`);
    for (const { type } of plan.nodes) expect(drawn).toContain(type);
  });

  test('svg: well-formed, escaped, inside its own bounds, and for light and dark', () => {
    const svg = drawSvg(plan, testRegistry);
    expect(svg).toContain('A &quot;title&quot; &lt;with&gt; &amp; marks');
    expect(svg).not.toContain('<with>');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(/NaN|undefined|<script/);
    const open: string[] = [];
    for (const [, closing, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!selfClosing) open.push(name!);
    }
    expect(open).toEqual([]);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number) as [number, number, number];
    for (const rect of svg.matchAll(/<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)) {
      const [x, y, w, h] = rect.slice(1).map(Number) as [number, number, number, number];
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + w).toBeLessThanOrEqual(width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y + h).toBeLessThanOrEqual(height);
    }
  });

  test('no text of a graph can break out of a drawing', () => {
    const evil = '"]; x --> y </text><script>alert(1)</script> \\" %%{init}%% \n#quot;';
    const odd = graphFromObject(
      {
        version: 1,
        title: evil,
        nodes: {
          end: { type: 'source.playlist', options: { files: [] } },
          out: { type: 'sink.file', in: { audio: 'end' }, options: { path: evil.slice(0, 24) } },
        },
      },
      testLoad,
    );
    expect(drawSvg(odd, testRegistry)).not.toContain('<script>');
    const mermaid = drawMermaid(odd, testRegistry);
    expect(
      mermaid
        .split('\n')
        .slice(3)
        .filter((line) => line.includes('-->')),
    ).toHaveLength(1);
    expect(mermaid).not.toContain('</text>');
    const unquoted = drawDot(odd, testRegistry).replace(/"(?:[^"\\]|\\.)*"/g, '""');
    expect(unquoted).not.toMatch(/script|alert|-->/);
  });
});
