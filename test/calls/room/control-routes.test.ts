import { afterEach, describe, expect, it } from 'vitest';
import { voxError } from '../../../src/errors.js';
import type { ControlService } from '../../../src/calls/room/control-routes.js';
import { serve } from './support.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const json = { 'content-type': 'application/json' };

async function served(control: Partial<ControlService> = {}, options = {}) {
  const { ask, close, server } = await serve(options, {}, control);
  closers.push(close);
  const host = `127.0.0.1:${server.port}`;
  return {
    get: async (path: string, headers = {}) => ask(path, { headers: { host, ...headers } }),
    post: async (path: string, body?: unknown, headers: Record<string, string> = json) =>
      ask(path, { method: 'POST', headers: { host, ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) }),
  };
}
const said = ({ status, body }: { status: number; body: string }) => [status, body === '' ? '' : (JSON.parse(body) as unknown)];

describe('plugins over HTTP', () => {
  it('are listed, switched and sent messages', async () => {
    const asked: unknown[] = [];
    const { get, post } = await served({
      plugins: () => [{ key: 'queue' }],
      setPlugin: async (...args) => void asked.push(args),
      tellPlugin: async (...args) => {
        asked.push(args);
        return { place: 3 };
      },
    });
    expect(said(await get('/plugins'))).toEqual([200, { plugins: [{ key: 'queue' }] }]);
    expect(said(await post('/plugins/queue%40room%3Aa', { enabled: false }))).toEqual([
      200,
      { plugin: 'queue@room:a', enabled: false },
    ]);
    expect(said(await post('/plugins/queue/messages/add', { src: 'a' }))).toEqual([200, { reply: { place: 3 } }]);
    await post('/plugins/queue/messages/skip', undefined, {});
    await post('/plugins/queue/messages/set', null);
    expect(asked).toEqual([
      ['queue@room:a', false],
      ['queue', 'add', { src: 'a' }],
      ['queue', 'skip', null],
      ['queue', 'set', null],
    ]);
  });

  it('answer what is wrong with a problem of the table', async () => {
    const { post, get } = await served({
      setPlugin: async (plugin) => Promise.reject(voxError('UNKNOWN_PLUGIN', { plugin })),
      tellPlugin: () => Promise.reject(voxError('MESSAGE_REFUSED', { reason: 'the queue is full' })),
    });
    const failed = async (answer: Promise<{ status: number; body: string }>) => {
      const [status, body] = said(await answer);
      return [status, (body as { error: { code: string } }).error.code];
    };
    expect(await failed(post('/plugins/x', { enabled: true }))).toEqual([404, 'UNKNOWN_PLUGIN']);
    expect(await failed(post('/plugins/x', { enabled: 'yes' }))).toEqual([400, 'BAD_REQUEST']);
    expect(await failed(post('/plugins/x'))).toEqual([400, 'BAD_REQUEST']);
    expect(await failed(post('/plugins/x/messages/add', 1))).toEqual([409, 'MESSAGE_REFUSED']);
    expect(await failed(get('/plugins/x'))).toEqual([405, 'METHOD_WRONG']);
    expect(await failed(get('/plugins', { host: 'evil.example' }))).toEqual([403, 'FOREIGN_HOST']);
  });

  it('need the token like everything else', async () => {
    const { get, post } = await served({}, { token: 'secret' });
    expect((await get('/plugins')).status).toBe(401);
    expect((await post('/plugins/x', { enabled: true })).status).toBe(401);
    expect((await get('/plugins', { authorization: 'Bearer secret' })).status).toBe(200);
  });

  it('are steered by admins alone once there is an admin token', async () => {
    const { get, post } = await served({}, { token: 'guest', adminToken: 'chief' });
    for (const [secret, status] of [
      ['guest', 403],
      ['chief', 200],
    ] as const) {
      const headers = { ...json, authorization: `Bearer ${secret}` };
      expect((await get('/plugins', headers)).status).toBe(status);
      expect((await post('/plugins/x', { enabled: true }, headers)).status).toBe(status);
      expect((await post('/plugins/x/messages/y', {}, headers)).status).toBe(status);
      expect((await get('/rooms', headers)).status).toBe(200);
    }
  });

  it('refuse a body that is no JSON', async () => {
    const { ask, close, server } = await serve();
    closers.push(close);
    const headers = { host: `127.0.0.1:${server.port}`, ...json };
    const answer = await ask('/plugins/x', { method: 'POST', headers, body: '{' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('the body is no JSON');
  });
});

describe('the chat of a room over HTTP', () => {
  it('takes messages, and gives those that are for the asker', async () => {
    const asked: unknown[] = [];
    const { get, post } = await served({
      say: async (...args) => void asked.push(args),
      chat: (room, participant) => [{ atMs: 1, text: `${room} for ${participant}` }],
    });
    expect((await post('/rooms/lobby/messages', { text: '/play a', participant: 'anna', name: 'Anna' })).status).toBe(204);
    expect((await post('/rooms/lobby/messages', { text: 'x' })).status).toBe(204);
    expect(asked).toEqual([
      ['lobby', '/play a', { id: 'anna', name: 'Anna', address: '127.0.0.1' }],
      ['lobby', 'x', { id: 'http', address: '127.0.0.1' }],
    ]);
    expect(said(await get('/rooms/lobby/messages?participant=anna'))).toEqual([
      200,
      { messages: [{ atMs: 1, text: 'lobby for anna' }] },
    ]);
  });

  it.each([
    ['without an admin token nobody', {}, json, 403],
    ['without an admin token not even who has the token', { token: 'guest' }, { ...json, authorization: 'Bearer guest' }, 403],
    ['not who shows nothing', { adminToken: 'chief' }, json, 403],
    ['not who shows another', { adminToken: 'chief' }, { ...json, authorization: 'Bearer chef' }, 403],
    ['not a guest', { token: 'guest', adminToken: 'chief' }, { ...json, authorization: 'Bearer guest' }, 403],
    ['who shows the admin token', { adminToken: 'chief' }, { ...json, authorization: 'Bearer chief' }, 204],
    ['… also where guests have one', { token: 'guest', adminToken: 'chief' }, { ...json, authorization: 'Bearer chief' }, 204],
  ])('writes as an admin: %s', async (_who, options, headers, status) => {
    const asked: unknown[] = [];
    const { post } = await served({ say: async (...args) => void asked.push(args) }, options);
    const message = { text: '/stop', participant: 'anna', admin: true };
    const answer = await post('/rooms/lobby/messages', message, headers);
    expect([answer.status, answer.error.code]).toEqual([status, status === 403 ? 'ADMIN_TOKEN_NEEDED' : '']);
    expect(asked).toEqual(status === 403 ? [] : [['lobby', '/stop', { id: 'anna', admin: true, address: '127.0.0.1' }]]);
  });

  it('refuses what is no message, and rooms that are not there', async () => {
    const { post } = await served();
    for (const body of [{}, { text: '' }, { text: 5 }, { text: 'x'.repeat(5000) }, { text: 'x', participant: 'a b' }])
      expect((await post('/rooms/lobby/messages', body)).status).toBe(400);
    expect((await post('/rooms/attic/messages', { text: 'x' })).status).toBe(404);
  });
});
