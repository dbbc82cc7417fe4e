import { describe, expect, it } from 'vitest';
import { openStage, toneRoom, until } from '../support/stage.js';
import { barriers, duckNodes, LIMIT, consoleDesk, openConsole, shoot } from './support.js';

const desk = consoleDesk();

describe('the log of the console', () => {
  it('tells what happens in words, finds in it, and opens to the fact itself', async () => {
    desk.stage = await openStage({ rooms: { lobby: duckNodes } });
    desk.open = await openConsole(desk.browser, desk.stage, 'view=log');
    const { page } = desk.open;
    await desk.stage.engine.execute({ type: 'call.tell', call: 'room:lobby', text: '<img src=x onerror=alert(1)>' });
    await page.locator('.log li', { hasText: 'voxgraph: <img src=x' }).waitFor(LIMIT);
    expect(await page.locator('.log img').count()).toBe(0);
    await page.locator('.log li', { hasText: '“Graph of lobby” is loaded from lobby.json' }).waitFor(LIMIT);
    await desk.stage.engine.execute({ type: 'call.mute', call: 'room:lobby' });
    const muted = page.locator('.log li', { hasText: 'We are muted' });
    await muted.waitFor(LIMIT);
    await muted.getByRole('button', { name: 'call.muted', expanded: false }).press('Enter');
    const fact = JSON.parse((await muted.locator('pre').textContent(LIMIT)) ?? '') as object;
    expect(fact).toMatchObject({ type: 'call.muted', call: 'room:lobby', muted: true });
    // That a command was done is told by what it did; who looks closely sees both.
    const done = page.locator('.log li', { hasText: 'call.mute (muted true), asked by' });
    expect(await done.count()).toBe(0);
    await page.getByRole('button', { name: 'Details' }).click();
    await done.waitFor(LIMIT);
    await shoot(page, 'log');
    expect(await barriers(page)).toEqual([]);
    await page.fill('.log-search', 'no such thing');
    await page.getByText('No line is like that.').waitFor(LIMIT);
    expect(desk.open.errors).toEqual([]);
  });

  it('is of one call alone if wanted, and leads from a problem to its node', async () => {
    const station = { type: 'source.url', options: { src: 'http://127.0.0.1:9/none', reconnectAttempts: 0 } };
    const nodes = {
      station,
      tone: { type: 'source.tone' },
      sum: { type: 'mix.sum', in: { audio: ['station', 'tone'] } },
      opus: { type: 'encode.opus', in: { audio: 'sum' } },
      call: { type: 'sink.call', in: { audio: 'opus' } },
    };
    desk.stage = await openStage({ rooms: { lobby: toneRoom(440), cellar: nodes } });
    desk.open = await openConsole(desk.browser, desk.stage, 'view=log&at=room:lobby');
    const { page } = desk.open;
    const trouble = page.locator('.log .problem', { hasText: 'cannot be reached' }).first();
    await trouble.waitFor(LIMIT);
    await page.getByRole('button', { name: 'Only room:lobby' }).click();
    await until(async () => (await page.locator('.log .problem').count()) === 0);
    expect(await page.locator('.log li', { hasText: 'room:cellar' }).count()).toBe(0);
    expect(await page.locator('.log li', { hasText: 'room:lobby' }).count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Only room:lobby' }).click();
    await trouble.getByRole('link', { name: 'station' }).click(LIMIT);
    await page.getByRole('complementary', { name: 'Node station' }).locator('.notice').waitFor(LIMIT);
    expect(new URL(page.url()).hash).toContain(encodeURIComponent('room:cellar'));
  });
});
