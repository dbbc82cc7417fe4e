import { describe, expect, it } from 'vitest';
import { CHARTS } from '../../src/machines/chart-names.js';
import { chartOf } from '../../src/machines/charts.js';
import { allStates } from '../../src/machines/describe.js';
import { drawChartSvg } from '../../src/machines/draw-svg.js';
import { voxgraph } from '../../src/cli/program.js';

describe('a chart as a picture', () => {
  it.each(CHARTS)('holds every state of %s once, and an arrow for every transition that leads elsewhere', (name) => {
    const chart = chartOf(name)!;
    const svg = drawChartSvg(chart);
    for (const { id } of allStates(chart).slice(1)) expect(svg.split(`id="${id}"`)).toHaveLength(2);
    for (const state of allStates(chart)) {
      for (const { trigger, targets } of state.transitions)
        if (trigger.kind === 'event' && targets.length > 0) expect(svg).toContain(trigger.event);
    }
    expect(svg).not.toMatch(/NaN|undefined|<script/);
    expect(drawChartSvg(chart)).toBe(svg);
  });
});

describe('voxgraph machines', () => {
  async function machines(...args: string[]) {
    const out: string[] = [];
    const errors: string[] = [];
    const io = { stdout: (text: string) => out.push(text), stderr: (text: string) => errors.push(text), color: false, cwd: '/' };
    const code = await voxgraph(['machines', ...args], io as never);
    return { code, out: out.join(''), errors: errors.join('') };
  }

  it('lists them, and gives them as Mermaid, SVG and JSON', async () => {
    expect((await machines()).out).toMatch(/^call .+\nplugin .+\nsession .+\nsignIn .+\nsource .+\n$/);
    expect((await machines('call', '--format', 'mermaid')).out).toMatch(/^stateDiagram-v2\n/);
    expect((await machines('call', '--format', 'svg')).out).toMatch(/^<svg /);
    expect((JSON.parse((await machines('--format', 'json')).out) as unknown[]).length).toBe(CHARTS.length);
    const unknown = await machines('cal', '--format', 'json');
    expect([unknown.code, unknown.errors]).toEqual([2, expect.stringContaining('Did you mean "call"?')]);
    expect((await machines('--format', 'svg')).code).toBe(2);
  });
});
