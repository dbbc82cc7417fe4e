import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openStage, until, type Nodes } from '../support/stage.js';
import { consoleDesk, duckNodes, LIMIT, openConsole } from './support.js';

const desk = consoleDesk();

const enter = async (fragment: string, width: number, height: number): Promise<Page> => {
  desk.open = await openConsole(desk.browser, desk.stage, fragment, { viewport: { width, height } });
  await desk.open.page.locator('.canvas[data-still=true]').waitFor(LIMIT);
  return desk.open.page;
};

const long: Nodes = {
  tone: { type: 'source.tone' },
  ...Object.fromEntries(
    Array.from({ length: 6 }, (_, i) => [`e${i}`, { type: 'effect.gain', in: { audio: i === 0 ? 'tone' : `e${i - 1}` } }]),
  ),
  opus: { type: 'encode.opus', in: { audio: 'e5' } },
  call: { type: 'sink.call', in: { audio: 'opus' } },
};

type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
const boxes = (page: Page, selector: string): Promise<Box[]> =>
  page.locator(selector).evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as Box));
/** Whether every node lies within the drawing's part of the screen, and so under no button. */
const allSeen = async (page: Page): Promise<boolean> => {
  const [area] = await boxes(page, '.canvas .react-flow');
  const inside = ({ left, top, right, bottom }: Box) =>
    left >= area!.left && top >= area!.top && right <= area!.right && bottom <= area!.bottom;
  return (await boxes(page, '.node')).every(inside);
};
/** In which order the nodes stand, from the top left: the shape of the drawing. */
const shape = async (page: Page): Promise<string> => {
  const all = await page
    .locator('.react-flow__node')
    .evaluateAll((nodes) =>
      nodes.map((node) => `${(node as HTMLElement).dataset['id']} ${(node as HTMLElement).style.transform}`),
    );
  return all.join('\n');
};

describe('a drawing in the console', () => {
  it('is under no button, keeps its shape when a node is opened, and is whole again when that is closed', async () => {
    desk.stage = await openStage({ rooms: { lobby: long } });
    const page = await enter('view=graph', 1280, 800);
    expect(await allSeen(page)).toBe(true);
    const before = await shape(page);
    await page.getByRole('button', { name: /^Node e2/ }).click();
    await page.getByRole('complementary', { name: 'Node e2' }).waitFor(LIMIT);
    await until(async () => (await boxes(page, '.node.chosen')).length === 1);
    expect(await shape(page)).toBe(before);
    await page.keyboard.press('Escape');
    await until(() => allSeen(page));
    expect(await shape(page)).toBe(before);
    // Who opens the page with a panel sees the same drawing.
    await page.goto('about:blank');
    await page.goto(`${desk.stage.origin}/console/#view=graph&node=e2`);
    await page.locator('.canvas[data-still=true]').waitFor(LIMIT);
    expect(await shape(page)).toBe(before);
  });

  it('is placed and fitted anew when the window changes, such as a turned phone', async () => {
    desk.stage = await openStage({ rooms: { lobby: duckNodes } });
    const page = await enter('view=graph', 1280, 800);
    for (const [width, height] of [
      [820, 1000],
      [1000, 620],
      [700, 1100],
    ] as const) {
      await page.setViewportSize({ width, height });
      await until(
        () => allSeen(page),
        30_000,
        () => `${width} x ${height}`,
      );
    }
  });

  it('of a machine stays large enough to read, and the time-line speaks as the chart does', async () => {
    desk.stage = await openStage({ rooms: { lobby: duckNodes } });
    const page = await enter('view=states', 768, 1024);
    await page.locator('[data-state="call.attempt.live.network.good"][data-active=true]').waitFor(LIMIT);
    await page.locator('.canvas[data-still=true]').waitFor(LIMIT);
    const zoom = await page
      .locator('.react-flow__viewport')
      .evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a);
    expect(zoom).toBeGreaterThanOrEqual(0.6);
    await page.locator('.timeline-steps strong', { hasText: /^resolve done$/ }).waitFor(LIMIT);
    await page.locator('.timeline-steps strong', { hasText: /^join done$/ }).waitFor(LIMIT);
    expect(await page.locator('.timeline-steps', { hasText: 'xstate.' }).count()).toBe(0);
  });
});
