import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { voxgraph } from '../../src/cli/program.js';
import { createEngine, type Engine } from '../../src/engine.js';
import type { StampedEvent } from '../../src/events/event.js';
import { definePlugin, message, refuse } from '../../src/plugins/define-plugin.js';

let folder = '';
let engine: Engine;
let url = '';
const events: StampedEvent[] = [];

const queue = definePlugin({
  name: 'queue',
  version: '1.2.0',
  description: 'Plays one after another.',
  config: z.strictObject({ limit: z.number().default(3).meta({ description: 'Most tracks.' }) }),
  messages: {
    add: message(z.strictObject({ src: z.string() }), { reply: z.number(), description: 'Puts a track at the end.' }),
    clear: message(z.null()),
  },
  state: { initial: () => ({ tracks: [] as string[] }), messages: { add: (draft, { src }) => void draft.tracks.push(src) } },
  replies: {
    add: ({ state, payload }) => {
      if (payload.src === 'full') throw refuse('the queue is full');
      return state.tracks.length;
    },
  },
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vox-plugins-'));
  const nodes = {
    tone: { type: 'source.tone' },
    opus: { type: 'encode.opus', in: { audio: 'tone' } },
    call: { type: 'sink.call', in: { audio: 'opus' } },
  };
  writeFileSync(join(folder, 'g.json'), JSON.stringify({ version: 1, title: 'G', nodes }));
  writeFileSync(
    join(folder, 'mine.js'),
    `import { definePlugin } from 'voxgraph';
     export default definePlugin({ name: 'mine', version: '0.1.0', description: 'Does nothing yet.' });`,
  );
  writeFileSync(join(folder, 'own.json'), JSON.stringify({ version: 1, plugins: { mine: { from: './mine.js' } }, nodes }));
  engine = createEngine({ plugins: [{ definition: queue, config: { limit: 5 } }] });
  engine.events$.subscribe((event) => events.push(event));
  const server = await engine.serveRooms({ port: 0, token: 'secret', adminToken: 'chief' });
  url = `http://127.0.0.1:${server.port}`;
  await engine.run(join(folder, 'g.json'), { call: 'room:lobby' });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...argv: string[]) {
  let out = '';
  let err = '';
  const io = { stdout: (text: string) => (out += text), stderr: (text: string) => (err += text), cwd: folder, color: false };
  const code = await voxgraph(argv, io);
  return { code, out, err };
}
const there = (...argv: string[]) => run(...argv, '--url', url, '--token', 'chief');

describe('voxgraph plugins', () => {
  it('lists those of a running engine with their state, and switches them', async () => {
    expect((await there('plugins')).out).toBe(`Plugins (${url}):\n  queue  1.2.0     enabled   Plays one after another.\n`);
    expect((await there('plugins', '--disable', 'queue')).out).toBe('queue is disabled.\n');
    expect((await there('plugins')).out).toContain('disabled');
    expect(JSON.parse((await there('plugins', '--enable', 'queue', '--json')).out)).toMatchObject([
      { key: 'queue', status: 'enabled' },
    ]);
  });

  it('shows one in full', async () => {
    const { out } = await there('plugins', 'queue');
    expect(out).toContain('queue 1.2.0\n  Plays one after another.\n  status: enabled\n  parts: state\n');
    expect(out).toContain('limit (number; default 3; now 5) – Most tracks.');
    expect(out).toContain('add – Puts a track at the end.\n    takes {"type":"object"');
  });

  it('lists those of a graph file, and those that could be used, without an engine', async () => {
    expect((await run('plugins', '--graph', 'own.json')).out).toBe('Plugins (own.json):\n  mine  0.1.0     Does nothing yet.\n');
    const nobody = ['--url', 'http://127.0.0.1:9'];
    const { out } = await run('plugins', ...nobody);
    expect(out).toContain('(no engine runs; these can be used)');
    expect(out).toContain('music-queue');
    const unknown = await run('plugins', 'nothing-like-it', ...nobody);
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('plugin "nothing-like-it" is not installed')]);
  });

  it('says what is wrong', async () => {
    const unknown = await there('plugins', '--disable', 'quue');
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('Did you mean "queue"?')]);
    expect((await run('plugins', '--disable', 'queue', '--url', 'http://127.0.0.1:9')).code).toBe(3);
    expect((await run('plugins', '--url', url)).err).toContain('the token is missing or wrong');
  });
});

describe('voxgraph tell', () => {
  it('sends a message and prints the reply', async () => {
    expect(await there('tell', 'queue', 'add', '{"src":"a.mp3"}')).toEqual({ code: 0, out: '1\n', err: '' });
    expect((await there('tell', 'queue', 'clear')).out).toBe('null\n');
  });

  it.each([
    [['queue', 'add', '{'], 2, 'the payload must be JSON'],
    [['queue', 'add', '{"sorce":1}'], 2, 'the message "add" to plugin "queue" is wrong'],
    [['queue', 'ad'], 2, 'takes no message "ad". Did you mean "add"?'],
    [['nobody', 'add'], 2, 'plugin "nobody" is not installed'],
    [['queue', 'add', '{"src":"full"}'], 1, 'the queue is full'],
  ])('says what is wrong: %j', async (argv, code, sentence) => {
    const answer = await there('tell', ...argv);
    expect(answer.err).toContain(sentence);
    expect(answer.code).toBe(code);
  });
});

describe('voxgraph say', () => {
  it('writes in the only room, in somebody’s name', async () => {
    expect((await there('say', '/play a', '--as', 'Anna')).out).toBe('Anna in lobby: /play a\n');
    await there('say', 'x', '--as', 'Ben', '--admin', '--room', 'lobby');
    const heard = events.flatMap((event) => (event.type === 'message.received' ? [[event.call, event.text, event.from]] : []));
    expect(heard).toEqual([
      ['room:lobby', '/play a', { id: 'command-line', name: 'Anna' }],
      ['room:lobby', 'x', { id: 'command-line', name: 'Ben', admin: true }],
    ]);
  });

  it('says what is wrong', async () => {
    const guest = await run('say', 'x', '--admin', '--room', 'lobby', '--url', url, '--token', 'secret');
    expect([guest.code, guest.err]).toEqual([2, expect.stringContaining('the admin token is needed to write as an admin')]);
    expect((await run('plugins', '--url', url, '--token', 'secret')).err).toContain('the admin token is needed to steer plugins');
    expect((await there('say', 'x', '--room', 'attic')).err).toContain('no room is called "attic"');
    expect((await run('say', 'x', '--url', 'http://127.0.0.1:9')).code).toBe(3);
  });
});
