import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../support/browser.js';
import { openStage, toneRoom, until, type Stage } from '../support/stage.js';
import { barriers, duckNodes, LIMIT, LOOKS, openConsole, shoot, tabTo, type OpenConsole } from './support.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

let stage: Stage | undefined;
let open: OpenConsole | undefined;
afterEach(async () => {
  await open?.close();
  await stage?.close();
  open = undefined;
  stage = undefined;
});

const enter = async (fragment: string, options = LOOKS.light) => {
  await open?.close();
  open = await openConsole(browser, stage!, fragment, options);
  return open;
};

const VIEWS = ['calls', 'graph', 'states', 'people', 'plugins', 'log'];
const READY: Readonly<Record<string, string>> = { graph: '.node', states: '.state.leaf' };

describe('the console', () => {
  it('shows the calls, and follows what becomes of them', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes, cellar: toneRoom(880) } });
    const { page, errors } = await enter('view=calls');
    await page.locator('.card', { hasText: 'Graph of lobby' }).waitFor(LIMIT);
    expect(await page.locator('.card h2').allTextContents()).toEqual(['Graph of lobby', 'Graph of cellar']);
    expect(await page.getAttribute('.card:first-child a[target]', 'href')).toBe('/?room=lobby');
    await stage.graphs['cellar']!.stop();
    await until(async () => (await page.locator('.card').count()) === 1);
    expect(errors).toEqual([]);
  });

  it('comes back by itself when the server does, and shows what is different then', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes, cellar: toneRoom(880) } });
    const { page } = await enter('view=calls');
    await page.locator('.card').nth(1).waitFor(LIMIT);
    const { port } = stage.server;
    await stage.server.close();
    await page.getByRole('status').filter({ hasText: 'Trying again' }).waitFor(LIMIT);
    await stage.graphs['cellar']!.stop();
    await stage.engine.serveRooms({ port });
    await page.locator('.connection.live').waitFor(LIMIT);
    await until(async () => (await page.locator('.card').count()) === 1);
    expect(await page.locator('.card h2').textContent()).toBe('Graph of lobby');
  });

  it('is led to by the page of a room', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes, cellar: toneRoom(880) }, server: { token: 'secret' } });
    const { page } = await enter('view=calls&token=secret');
    await page.goto(`${stage.origin}/?room=cellar#token=secret`);
    await page.locator('#console[href*="cellar"]').click(LIMIT);
    await page.getByRole('heading', { name: 'Graph of cellar' }).waitFor(LIMIT);
  });

  it('draws a graph from its plan, with levels and figures of what runs', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    const { page, errors } = await enter('view=graph');
    await page.locator('.node').first().waitFor(LIMIT);
    const { plan } = stage.graphs['lobby']!;
    expect((await page.locator('.node-name').allTextContents()).sort()).toEqual(plan.nodes.map(({ id }) => id).sort());
    const wires = plan.nodes.flatMap(({ inputs }) => Object.values(inputs).flat());
    expect(await page.locator('.wire-label').count()).toBe(wires.length);
    // A tone of −12 dB peak has −15 dB RMS.
    const meter = page.getByRole('meter', { name: 'Level of music.audio' });
    await until(async () => Math.abs(Number(await meter.getAttribute('aria-valuenow')) + 15) <= 1);
    await page.locator('.wire-queue', { hasText: '/5' }).waitFor(LIMIT);
    await page.locator('.canvas-title', { hasText: /on air for \d+:\d\d/ }).waitFor(LIMIT);
    await page
      .locator('.node', { hasText: 'duck' })
      .locator('.node-figures', { hasText: /^[\d.]+ [µm]s · p99 [\d.]+ [µm]s/ })
      .first()
      .waitFor(LIMIT);
    const metrics = await (await fetch(`${stage.origin}/metrics`)).text();
    for (const quantile of ['0.5', '0.99'])
      expect(metrics).toMatch(
        new RegExp(`voxgraph_node_work_seconds\\{graph="graph-1",node="duck",quantile="${quantile}"\\} [\\d.e-]+`),
      );
    expect(metrics).toMatch(/voxgraph_node_latency_seconds\{graph="graph-1",node="opus"\} 0\.00\d/);
    expect(metrics).toMatch(/voxgraph_node_late_seconds\{graph="graph-1",node="call",port="audio"\} [\d.]+/);
    expect(errors).toEqual([]);
  });

  it('shows what is known of a node', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    const { page, errors } = await enter('view=graph');
    await page.getByRole('button', { name: /^Node duck\s*,/ }).click(LIMIT);
    const panel = page.getByRole('complementary', { name: 'Node duck' });
    await panel.getByText('Play a bed under a voice').waitFor(LIMIT);
    await panel.getByRole('slider', { name: 'depthDb' }).waitFor(LIMIT);
    await panel.locator('.rows', { hasText: 'running' }).waitFor(LIMIT);
    await panel.getByRole('button', { name: 'Docs of mix.duck' }).click();
    await panel.locator('.ports', { hasText: 'bed' }).waitFor(LIMIT);
    expect(new URL(page.url()).hash).toContain('node=duck');
    await page.keyboard.press('Escape');
    await panel.waitFor({ ...LIMIT, state: 'detached' });
    expect(errors).toEqual([]);
  });

  it('says of a node what went wrong with it, and draws a long graph in rows that can be read', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`e${i}`, { type: 'effect.gain', in: { audio: i === 0 ? 'station' : `e${i - 1}` } }]),
    );
    const station = { type: 'source.url', options: { src: 'http://127.0.0.1:9/none' } };
    stage = await openStage({
      rooms: {
        lobby: {
          station,
          ...chain,
          opus: { type: 'encode.opus', in: { audio: 'e8' } },
          call: { type: 'sink.call', in: { audio: 'opus' } },
        },
      },
    });
    const { page } = await enter('view=graph');
    await page.locator('.node.troubled', { hasText: 'faults' }).waitFor(LIMIT);
    const boxes = await page
      .locator('.node')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as DOMRect));
    expect(new Set(boxes.map(({ top }) => Math.round(top))).size).toBeGreaterThan(1);
    for (const { left, right, width } of boxes) {
      expect(width).toBeGreaterThan(190 * 0.6);
      expect([left >= 0, right <= 1280]).toEqual([true, true]);
    }
    await page.getByRole('button', { name: /^Node station/ }).click(LIMIT);
    await page.locator('.panel .notice', { hasText: '127.0.0.1:9 cannot be reached' }).waitFor(LIMIT);
  });

  it('draws the machine of a call from the machine, lit where it is', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    const { page, errors } = await enter('view=states');
    await page.locator('[data-state="call.attempt.live.network.good"][data-active=true]').waitFor(LIMIT);
    expect(await page.locator('[data-state="call.attempt.live"]').getAttribute('class')).toContain('parallel');
    expect(await page.locator('[data-state="call.ended"]').getAttribute('data-active')).toBe('false');
    // What is not active is folded: a chart of forty states cannot be read at once.
    const box = (id: string) => page.locator(`[data-state="${id}"]`);
    expect(await box('call.attempt.joining').textContent()).toMatch(/joining\d+ states/);
    expect(await box('call.attempt.joining.asking').count()).toBe(0);
    await box('call.attempt.joining').getByRole('button', { name: 'joining', expanded: false }).press('Enter');
    await box('call.attempt.joining.asking').waitFor(LIMIT);
    await page.getByRole('button', { name: 'Fold what is not active' }).click();
    await box('call.attempt.joining').getByRole('button', { name: 'joining', expanded: false }).waitFor(LIMIT);
    await page.getByRole('button', { name: 'Unfold all states' }).click();
    await box('call.attempt.joining.asking').waitFor(LIMIT);
    // Every state of the chart, and every event that leads from one to another, is in the drawing.
    const { charts } = (await (await fetch(`${stage.origin}/api/v1/machines`)).json()) as { charts: Chart[] };
    const states = allStates(charts.find(({ id }) => id === 'call')!);
    const drawn = await page
      .locator('[data-state]')
      .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['state']));
    expect(new Set(drawn)).toEqual(new Set(states.map(({ id }) => id)));
    const labels = (await page.locator('.transition-label li').allTextContents()).join('\n');
    for (const { transitions } of states) {
      for (const { trigger, targets, guard } of transitions) {
        if (trigger.event !== undefined && targets.length > 0)
          expect(labels).toContain(guard ? `${trigger.event} [${guard}]` : trigger.event);
      }
    }
    expect(errors).toEqual([]);
  });

  it('goes back to what a machine was before, and to the present again', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    const { page, errors } = await enter('view=states');
    const lit = (id: string) => page.locator(`[data-state="${id}"][data-active=true]`);
    await lit('call.attempt.live').waitFor(LIMIT);
    const step = page.locator('.timeline-steps button', { hasText: 'transport.opened' });
    await step.click(LIMIT);
    await lit('call.attempt.joining.asking').waitFor(LIMIT);
    expect(await lit('call.attempt.live').count()).toBe(0);
    await page.locator('.chart.past').waitFor(LIMIT);
    expect(await page.locator('.transition-label .taken').allTextContents()).toEqual(['transport.opened']);
    // Step by step with the arrow keys, as with the buttons.
    await page.keyboard.press('ArrowDown');
    await lit('call.attempt.connecting').waitFor(LIMIT);
    await page.getByRole('button', { name: 'To the present' }).click();
    await lit('call.attempt.live').waitFor(LIMIT);
    expect(errors).toEqual([]);
  });

  it('asks for the token, and shows it to the server alone', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes }, server: { token: 'secret' } });
    expect(stage.server.consoleUrl).toBe(`${stage.origin}/console/#token=secret`);
    const { page } = await enter('view=calls&token=secret');
    await page.locator('.card').waitFor(LIMIT);
    await page.click('.nav a:has-text("Graph")');
    await page.locator('.node').first().waitFor(LIMIT);
    expect(new URL(page.url()).hash).toContain('token=secret');
    const stranger = await page.context().newPage();
    await stranger.goto(`${stage.origin}/console/`);
    await stranger.locator('.connection.refused', { hasText: 'The token is missing or wrong' }).waitFor(LIMIT);
  });

  it('is served under a policy that forbids scripts written into the page', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    const answer = await fetch(`${stage.origin}/console/`);
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/unsafe|data:/);
    expect(await answer.text()).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/i);
    expect((await fetch(`${stage.origin}/console`, { redirect: 'manual' })).headers.get('location')).toBe('/console/');
    expect((await fetch(`${stage.origin}/console/../package.json`)).status).toBe(404);
    expect((await fetch(`${stage.origin}/console/%2e%2e/bundle/index.js`)).status).toBe(404);
  });

  it('is reached by keyboard: the parts, a node, its panel and back', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    const { page, errors } = await enter('view=calls');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await tabTo(page, page.locator('.nav a', { hasText: 'Graph' }));
    await page.keyboard.press('Enter');
    const node = page.getByRole('button', { name: /^Node volume/ });
    await node.waitFor(LIMIT);
    await tabTo(page, node);
    expect(await node.evaluate((element) => getComputedStyle(element.parentElement!).outlineStyle)).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'volume' }).waitFor(LIMIT);
    await until(() => page.evaluate(() => document.activeElement?.textContent === 'volume'));
    await tabTo(page, page.getByRole('slider', { name: 'gainDb, slider' }));
    await page.keyboard.press('Escape');
    // The focus goes back to where it came from.
    await until(() => page.evaluate(() => document.activeElement?.textContent?.startsWith('Node volume') === true));
    expect(errors).toEqual([]);
  });

  it('looks right in light, dark and on a phone, and puts nothing in anybody’s way', async () => {
    stage = await openStage({ rooms: { lobby: duckNodes } });
    for (const [look, options] of Object.entries(LOOKS)) {
      for (const view of VIEWS) {
        const { page } = await enter(`view=${view}`, options);
        await page
          .locator(READY[view] ?? '.page')
          .first()
          .waitFor(LIMIT);
        await page.evaluate(() => document.fonts.ready);
        if (READY[view]) await page.locator('.canvas[data-still=true]').waitFor(LIMIT);
        await shoot(page, `${view}-${look}`);
        expect(await barriers(page), `${view} ${look}`).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), `${view} ${look} overflows`).toBe(
          false,
        );
        if (look !== 'phone') continue;
        const small = await page
          .locator('.nav a, .top button')
          .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent));
        expect(small, `${view}: too small for a finger`).toEqual([]);
      }
    }
  });
});

interface Chart {
  readonly id: string;
  readonly states: readonly Chart[];
  readonly transitions: readonly {
    readonly trigger: { readonly event?: string };
    readonly targets: readonly string[];
    readonly guard?: string;
  }[];
}

function allStates(chart: Chart): Chart[] {
  return [chart, ...chart.states.flatMap(allStates)];
}
