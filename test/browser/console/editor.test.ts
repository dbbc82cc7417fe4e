import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openStage, toneRoom, until } from '../support/stage.js';
import { barriers, LIMIT, LOOKS, consoleDesk, openConsole, shoot } from './support.js';

const desk = consoleDesk();

const TEXT = `// A tone.
{
  "version": 1,
  "title": "A tone to be changed",
  "nodes": {
    "tone": { "type": "source.tone", "options": { "levelDb": -20 } },
    "opus": { "type": "encode.opus", "in": { "audio": "tone" } },
    "call": { "type": "sink.call", "in": { "audio": "opus" } }
  }
}
`;

const enter = async (options = LOOKS.light) => {
  desk.stage = await openStage({ rooms: { lobby: toneRoom(440) } });
  await desk.stage.graphs['lobby']!.stop();
  const file = `${desk.stage.folder}/tone.json`;
  writeFileSync(file, TEXT);
  const graph = await desk.stage.engine.run(file, { call: 'room:studio' });
  desk.open = await openConsole(desk.browser, desk.stage, 'view=editor&at=room:studio', options);
  const { page } = desk.open;
  await page.locator('.cm-content', { hasText: 'A tone to be changed' }).waitFor(LIMIT);
  /** Puts the cursor behind a text. */
  const behind = async (text: string) => {
    await page.keyboard.press('Control+f');
    await page.locator('.cm-search [name=search]').press('Control+a');
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowRight');
  };
  return { page, graph, behind, file };
};

describe('the editor of the console', () => {
  it('completes types, options and inputs from the schema', async () => {
    const { page, behind } = await enter();
    await page.locator('.cm-content').click();
    await behind('"levelDb": -20');
    await page.keyboard.type(', "freq');
    const list = page.locator('.cm-tooltip-autocomplete li');
    await list.filter({ hasText: '"frequencyHz"' }).waitFor(LIMIT);
    await shoot(page, 'editor-completion');
    await page.keyboard.press('Enter');
    await page.keyboard.type('880');
    await page.locator('.cm-content', { hasText: '"levelDb": -20, "frequencyHz": 880' }).waitFor(LIMIT);
    await behind('"type": "sink.');
    await page.keyboard.press('Control+Space');
    await list.filter({ hasText: '"sink.file"' }).waitFor(LIMIT);
    await page.keyboard.press('Escape');
    await behind('"in": { "audio": "');
    await page.keyboard.press('Control+Space');
    await list.filter({ hasText: '"tone"' }).waitFor(LIMIT);
    expect(desk.open.errors).toEqual([]);
  });

  it('shows problems at their lines, and goes there', async () => {
    const { page, behind } = await enter();
    await page.locator('.cm-content').click();
    await behind('"levelD');
    await page.keyboard.type('X');
    const found = page.locator('.problems button', { hasText: 'levelDXb' });
    await found.waitFor(LIMIT);
    expect(await found.locator('.number').textContent()).toMatch(/^6:/);
    await page.locator('.cm-lintRange-error').waitFor(LIMIT);
    await page.locator('.cm-gutter-lint .cm-lint-marker-error').waitFor(LIMIT);
    expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
    await shoot(page, 'editor-problem');
    await page.locator('.cm-content').press('Control+Home');
    await found.click();
    await page.keyboard.press('Delete');
    await page.keyboard.press('Control+z');
    await page.locator('.problems button').waitFor(LIMIT);
    expect(await barriers(page)).toEqual([]);
  });

  it('applies a text to what runs, and undoes it', async () => {
    const { page, graph, behind, file } = await enter();
    const level = () => graph.plan.nodes.find(({ id }) => id === 'tone')?.options['levelDb'];
    await page.locator('.cm-content').click();
    await behind('"levelDb": -2');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('4');
    await page.locator('.editor-bar', { hasText: 'not applied yet' }).waitFor(LIMIT);
    await page.keyboard.press('Control+s');
    await page.locator('.editor-bar', { hasText: 'Changed: ' }).waitFor(LIMIT);
    await until(() => level() === -40);
    await shoot(page, 'editor-light');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.editor-bar', { hasText: 'Undone' }).waitFor(LIMIT);
    await until(() => level() === -20);
    expect(await page.locator('.cm-content').textContent()).toContain('"levelDb": -20');
    expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
    // Somebody else changes it meanwhile.
    const path = `${desk.stage.origin}/api/v1/graphs/${graph.id}/source`;
    const { version } = (await (await fetch(path)).json()) as { version: string };
    const body = JSON.stringify({ text: TEXT.replace('-20', '-33'), version });
    expect((await fetch(path, { method: 'PUT', body, headers: { 'content-type': 'application/json' } })).status).toBe(200);
    await page.locator('.cm-content').press('Control+End');
    await page.keyboard.type('// mine');
    await page.keyboard.press('Control+s');
    await page.locator('.notice').waitFor(LIMIT);
    expect(level()).toBe(-33);
    expect(file).toBeTruthy();
  });

  it('sets a text that is all in one line as it should be, which can be undone', async () => {
    const { page } = await enter();
    const content = page.locator('.cm-content');
    const line = '{"version":1,/* one */"title":"All in one line","nodes":{"tone":{"type":"source.tone"}}}';
    await content.press('Control+a');
    await page.keyboard.insertText(line);
    await content.filter({ hasText: 'All in one line' }).waitFor(LIMIT);
    await page.getByRole('button', { name: 'Tidy' }).click();
    await until(async () => (await page.locator('.cm-line').count()) >= 8);
    expect(await content.textContent()).toContain('/* one */');
    await content.press('Control+z');
    await until(async () => (await page.locator('.cm-line').count()) === 1);
    expect(await content.textContent()).toBe(line);
  });

  it('says what is wrong with what is no JSON, runs on, and is right again by undo', async () => {
    const { page, graph } = await enter();
    const { state } = desk.stage.engine;
    await page.locator('.cm-content').press('Control+a');
    for (const wrong of [
      '',
      '[1, 2',
      '{ "version": 99 }',
      '{ "version": 1, "nodes": { "a": { "type": "no.such" } } }',
      '\u0000',
    ]) {
      await page.locator('.cm-content').press('Control+a');
      await page.keyboard.insertText(wrong === '' ? ' ' : wrong);
      await page.locator('.problems button').first().waitFor(LIMIT);
      expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
      // Ctrl-S applies nothing of it either.
      await page.locator('.cm-content').press('Control+s');
    }
    expect(graph.plan.title).toBe('A tone to be changed');
    expect(desk.stage.engine.state.graphs[graph.id]?.status).toBe(state.graphs[graph.id]?.status);
    await page.getByRole('button', { name: 'Load again' }).click();
    await page.locator('.problems', { hasText: 'No problems.' }).waitFor(LIMIT);
    expect(await page.locator('.cm-content').textContent()).toContain('A tone to be changed');
  });

  it('fits on a phone, in the dark', async () => {
    const { page } = await enter({ ...LOOKS.phone, colorScheme: 'dark' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    await shoot(page, 'editor-phone-dark');
    expect(await barriers(page)).toEqual([]);
  });
});
