import { afterEach, describe, expect, it } from 'vitest';
import { served } from './support.js';

let open: Awaited<ReturnType<typeof served>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});
const start = async (...args: Parameters<typeof served>) => (open = await served(...args));
const refusal = ({ status, json }: { status: number; json: { error?: { code: string } } }) => [status, json.error?.code];

describe('who may use the API', () => {
  it('is nobody by another name: DNS rebinding', async () => {
    const { get, port } = await start();
    expect(refusal(await get('/state', { host: `evil.example:${port}` }))).toEqual([403, 'FOREIGN_HOST']);
    expect((await get('/state', { host: `localhost:${port}` })).status).toBe(200);
  });

  it('is no page of another site', async () => {
    const { get, post, ask, port } = await start();
    const evil = { origin: 'https://evil.example' };
    expect(refusal(await get('/state', evil))).toEqual([403, 'FOREIGN_ORIGIN']);
    expect(refusal(await get('/state', { origin: 'null' }))).toEqual([403, 'FOREIGN_ORIGIN']);
    expect(refusal(await get('/state', { origin: `http://127.0.0.1:${port + 1}` }))).toEqual([403, 'FOREIGN_ORIGIN']);
    expect(refusal(await get('/state', { 'sec-fetch-site': 'cross-site' }))).toEqual([403, 'FOREIGN_ORIGIN']);
    expect(refusal(await post('/commands', { type: 'call.pause' }, evil))).toEqual([403, 'FOREIGN_ORIGIN']);
    const preflight = await ask('OPTIONS', '/api/v1/state', undefined, evil);
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect((await get('/state', { origin: `http://127.0.0.1:${port}` })).status).toBe(200);
  });

  it('is a page of another site with a token neither, unless its origin is listed', async () => {
    const { get, ask } = await start({ token: 'in', origins: ['https://panel.example'] });
    const shown = { authorization: 'Bearer in' };
    const evil = await get('/state', { ...shown, origin: 'https://evil.example' });
    expect(refusal(evil)).toEqual([403, 'FOREIGN_ORIGIN']);
    expect(evil.headers['access-control-allow-origin']).toBeUndefined();
    const panel = await get('/state', { ...shown, origin: 'https://panel.example' });
    expect([panel.status, panel.headers['access-control-allow-origin']]).toEqual([200, 'https://panel.example']);
    const preflight = await ask('OPTIONS', '/api/v1/state', undefined, {
      origin: 'https://panel.example',
      'access-control-request-method': 'GET',
    });
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': 'https://panel.example',
      'access-control-allow-headers': expect.stringContaining('authorization'),
    });
  });

  it('is a listed page without a token too', async () => {
    const { get } = await start({ origins: ['http://localhost:3000'] });
    const panel = await get('/state', { origin: 'http://localhost:3000' });
    expect([panel.status, panel.headers['access-control-allow-origin']]).toEqual([200, 'http://localhost:3000']);
  });

  it('is who asks no more often than he may', async () => {
    const { get } = await start({ requestsPerMinute: 5 });
    const statuses = await Promise.all(Array.from({ length: 8 }, () => get('/info')));
    expect(statuses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    const refused = statuses.find(({ status }) => status === 429)!;
    expect(refused.json.error).toMatchObject({ code: 'TOO_MANY_REQUESTS', fix: expect.stringContaining('Retry-After') });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});
