import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRoomServer } from '../../../src/calls/room/index.js';
import { VoxError } from '../../../src/errors.js';
import { chromiumOffer, firefoxOffer, whipOffer } from '../webrtc/support/offers.js';
import { seeded } from '../webrtc/support/stream.js';
import { serve, type Answer } from './support.js';

const SDP = { 'content-type': 'application/sdp' };
type Served = Awaited<ReturnType<typeof serve>>;

let served: Served;
beforeEach(async () => void (served = await serve()));
afterEach(() => served.close());

const post = (path: string, body: string | Buffer, headers: Record<string, string> = SDP) =>
  served.ask(path, { method: 'POST', headers, body });

/** Every refusal says what is wrong and what to do. */
function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.error.code }).toEqual({ status, code });
  expect(answer.error.message).toMatch(/\S/);
  expect(answer.error.fix).toMatch(/\S/);
}

describe('WHIP and WHEP', () => {
  it('answer an offer with 201, the answer and where it is; DELETE ends it', async () => {
    for (const [path, offer, direction] of [
      ['/rooms/lobby/whip', whipOffer, 'recvonly'],
      ['/rooms/lobby/whep', firefoxOffer, 'sendonly'],
    ] as const) {
      const answer = await post(path, offer);
      expect(answer.status).toBe(201);
      expect(answer.headers['content-type']).toMatch(/^application\/sdp/);
      expect(answer.headers.location).toMatch(new RegExp(`^${path}/[\\w-]{16}$`));
      expect(answer.body).toMatch(/^v=0\r\n/);
      expect(answer.body).toContain(`a=${direction}\r\n`);
      expect(answer.body).toMatch(/a=candidate:.* 127\.0\.0\.1 /);
      expect(served.media.stats().peers).toHaveLength(1);

      const gone = await served.ask(answer.headers.location!, { method: 'DELETE' });
      expect(gone.status).toBe(200);
      expect(served.media.stats().peers).toEqual([]);
      expectProblem(await served.ask(answer.headers.location!, { method: 'DELETE' }), 404, 'CONNECTION_ENDED');
    }
  });

  it('tie a speaker to a listener by ?participant=', async () => {
    await post('/rooms/lobby/whip?participant=anna', chromiumOffer);
    await post('/rooms/lobby/whep?participant=anna', chromiumOffer);
    expect(served.media.stats().peers.map(({ participantId, role }) => [participantId, role])).toEqual([
      ['anna', 'speak'],
      ['anna', 'listen'],
    ]);
    for (const bad of ['', 'a b', 'ä', 'x'.repeat(65), 'a&participant=b'])
      expectProblem(await post(`/rooms/lobby/whip?participant=${encodeURI(bad)}`, chromiumOffer), 400, 'BAD_REQUEST');
  });

  it('say what they take', async () => {
    const options = await served.ask('/rooms/lobby/whip', { method: 'OPTIONS' });
    expect(options.status).toBe(204);
    expect(options.headers['accept-post']).toBe('application/sdp');
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await served.ask('/rooms/lobby/whep', { method });
      expectProblem(answer, 405, 'METHOD_WRONG');
      expect(answer.headers.allow).toBe('POST, OPTIONS');
    }
    for (const method of ['GET', 'PUT', 'POST', 'PATCH']) {
      const answer = await served.ask('/rooms/lobby/whep/some-peer', { method, ...(method === 'PATCH' && { body: 'a=end' }) });
      expectProblem(answer, 405, 'METHOD_WRONG');
      expect(answer.headers.allow).toBe('DELETE, OPTIONS');
    }
  });

  it('refuse what they cannot answer, with the reason', async () => {
    expectProblem(await post('/rooms/lobby/whip', 'hello'), 400, 'BAD_OFFER');
    const noOpus = await post('/rooms/lobby/whip', whipOffer.replaceAll('OPUS', 'L16'));
    expectProblem(noOpus, 400, 'BAD_OFFER');
    expect(noOpus.error.message).toContain('Opus');
    expectProblem(await post('/rooms/lobby/whip', ''), 400, 'BAD_OFFER');
    expectProblem(await post('/rooms/cellar/whip', whipOffer), 404, 'UNKNOWN_ROOM');
    expectProblem(await served.ask('/rooms/cellar/whip/peer', { method: 'DELETE' }), 404, 'UNKNOWN_ROOM');
    expectProblem(await served.ask('/nowhere'), 404, 'PATH_UNKNOWN');
    expectProblem(await post('/rooms/lobby/whip', `v=0\r\n${'a=x\r\n'.repeat(40_000)}`), 413, 'BODY_TOO_LARGE');
    for (const type of ['application/json', 'text/plain', 'application/trickle-ice-sdpfrag', 'nonsense'])
      expectProblem(await post('/rooms/lobby/whip', '{}', { 'content-type': type }), 415, 'NOT_SDP');
    expectProblem(await post('/rooms/lobby/whip', '', {}), 415, 'NOT_SDP');
    expect(served.media.stats().peers).toEqual([]);
  });

  it('turn away one more than the room takes, and say when to come again', async () => {
    await served.close();
    served = await serve({}, { maxPeers: 1 });
    expect((await post('/rooms/lobby/whep', firefoxOffer)).status).toBe(201);
    const full = await post('/rooms/lobby/whep', firefoxOffer);
    expectProblem(full, 503, 'ROOM_FULL');
    expect(Number(full.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a server for this machine alone', () => {
  it('answers to no other name, against DNS rebinding', async () => {
    const { port } = served.server;
    for (const host of ['127.0.0.1', `127.0.0.1:${port}`, `localhost:${port}`, `LocalHost`, `[::1]:${port}`, '127.8.9.1'])
      expect((await served.ask('/rooms', { headers: { host } })).status).toBe(200);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '10.0.0.1', 'localhost.evil', '[::2]'])
      for (const path of ['/', '/rooms', '/nowhere']) {
        const answer = await served.ask(path, { headers: { host } });
        expect(answer.status, `${host} ${path}`).toBe(403);
        expectProblem(answer, 403, 'FOREIGN_HOST');
      }
  });

  it('lets no page of another site in, and allows none to read', async () => {
    const host = `127.0.0.1:${served.server.port}`;
    expect((await served.ask('/rooms', { headers: { host, origin: `http://${host}` } })).status).toBe(200);
    for (const origin of [
      'https://evil.example',
      'null',
      `https://${host}`,
      'http://127.0.0.1:1',
      `http://localhost:${served.server.port}`,
    ])
      for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
        const answer = await served.ask('/rooms/lobby/whip', { method, headers: { host, origin, ...SDP } });
        expectProblem(answer, 403, 'FOREIGN_ORIGIN');
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      }
    expect((await served.ask('/rooms')).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('sends what makes browsers careful', async () => {
    const page = await served.ask('/');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(page.body).toContain('<title>');
    for (const path of [
      '/',
      '/page.js',
      '/chat.js',
      '/connection.js',
      '/participant-id.js',
      '/screens.js',
      '/share.js',
      '/whip-whep.js',
      '/page.css',
      '/rooms',
      '/rooms/lobby',
      '/nowhere',
    ]) {
      const answer = await served.ask(path);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(answer.headers['cache-control']).toMatch(/^no-(cache|store)$/);
    }
  });

  it('tells rooms, and is another server each time it is started', async () => {
    const { rooms, server } = JSON.parse((await served.ask('/rooms')).body) as { rooms: string[]; server: string };
    expect(rooms).toEqual(['lobby']);
    expect(JSON.parse((await served.ask('/rooms/lobby')).body)).toEqual({ room: 'lobby', listeners: 0, speakers: 0, server });
    const other = await serve();
    expect(JSON.parse((await other.ask('/rooms')).body)).not.toMatchObject({ server });
    await other.close();
  });
});

describe('a server with a token', () => {
  const bearer = { authorization: 'Bearer correct-horse' };
  beforeEach(async () => {
    await served.close();
    served = await serve({ host: '0.0.0.0', token: 'correct-horse' });
  });

  it('is needed beyond this machine', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1'])
      await expect(serve({ host })).rejects.toMatchObject({ code: 'TOKEN_NEEDED' });
    expect(served.server.url).toBe(`http://localhost:${served.server.port}/#token=correct-horse`);
  });

  it('asks for it everywhere but for the page itself', async () => {
    for (const authorization of [
      undefined,
      'Bearer',
      'Bearer wrong',
      'Bearer correct-hors',
      'Basic correct-horse',
      'correct-horse',
    ]) {
      for (const [method, path] of [
        ['GET', '/rooms'],
        ['GET', '/rooms/lobby'],
        ['POST', '/rooms/lobby/whip'],
        ['DELETE', '/rooms/lobby/whip/peer'],
        ['GET', '/nowhere'],
      ] as const) {
        const answer = await served.ask(path, { method, headers: authorization ? { authorization } : {} });
        expectProblem(answer, 401, 'TOKEN_WRONG');
        expect(answer.headers['www-authenticate']).toBe('Bearer');
      }
    }
    for (const path of ['/', '/page.js', '/page.css?x']) expect((await served.ask(path)).status).toBe(200);
    expect((await served.ask('/rooms', { headers: bearer })).status).toBe(200);
    expect((await post('/rooms/lobby/whep', firefoxOffer, { ...SDP, ...bearer })).status).toBe(201);
  });

  it('lets a page of another site in that shows it', async () => {
    const origin = 'https://player.example';
    for (const path of ['/rooms', '/rooms/lobby', '/rooms/lobby/whep', '/rooms/lobby/whep/peer']) {
      const preflight = await served.ask(path, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': expect.stringContaining('DELETE'),
        'access-control-allow-headers': expect.stringContaining('authorization'),
        vary: 'origin',
      });
    }
    const answer = await post('/rooms/lobby/whep', firefoxOffer, { ...SDP, ...bearer, origin });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin });
    expect(answer.headers['access-control-expose-headers']).toContain('location');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('the server itself', () => {
  it('says how to get by when its port is taken, or its address is not of this machine', async () => {
    const service = {} as Parameters<typeof startRoomServer>[0];
    const { port } = served.server;
    const taken = await startRoomServer(service, { port }).catch((error: unknown) => error);
    expect(taken).toBeInstanceOf(VoxError);
    expect((taken as VoxError).problems[0]).toMatchObject({ code: 'PORT_TAKEN', message: expect.stringContaining(String(port)) });
    expect((taken as VoxError).problems[0]!.fix).toContain(`--port ${port + 1}`);
    await expect(startRoomServer(service, { port: 0, host: '192.0.2.77', token: 'x' })).rejects.toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
    });
  });

  it('stops at once although a connection is open and a request half sent', async () => {
    const socket = connect(served.server.port, '127.0.0.1');
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()).on('error', () => {}));
    await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
    socket.write(
      'POST /rooms/lobby/whip HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sdp\r\nContent-Length: 100\r\n\r\nv=0',
    );
    await served.ask('/rooms');
    await served.server.close();
    await ended;
  });

  it('answers what is no HTTP', async () => {
    const socket = connect(served.server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('\u0016\u0003\u0001 hello\r\n\r\n');
    await new Promise<void>((resolve) => socket.on('close', () => resolve()));
    expect(text).toMatch(/^HTTP\/1\.1 400 .*"code":"BAD_REQUEST"/s);
  });

  it('never fails over malformed requests', async () => {
    const random = seeded(2026);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const junk = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
    const offers = [chromiumOffer, firefoxOffer, whipOffer];
    const lines = offers.flatMap((offer) => offer.split('\r\n'));
    const mangle = (): string | Buffer => {
      const offer = pick(offers);
      const at = Math.floor(random() * offer.length);
      return pick([
        () => offer.slice(0, at),
        () => offer.slice(0, at) + offer.slice(at + Math.floor(random() * 80)),
        () => offer.slice(0, at) + junk(8).toString('latin1') + offer.slice(at),
        () => ['v=0', ...Array.from({ length: 30 }, () => pick(lines))].join('\r\n'),
        () =>
          offer
            .split('\r\n')
            .filter(() => random() > 0.15)
            .join('\r\n'),
        () => offer.replace(/\d+/g, (number) => (random() < 0.1 ? pick(['-1', '99999999999999999999', 'NaN', '']) : number)),
        () => junk(Math.floor(random() * 3000)),
      ])();
    };
    const seen = new Set<number>();
    for (let n = 0; n < 200; n++) {
      const path = pick([
        '/rooms/lobby/whip',
        '/rooms/lobby/whep',
        '/rooms/lobby/whep?participant=%00',
        '/rooms/lobby/whip?participant=a&participant=b',
        '/rooms/%',
        '/rooms/%E0%A4%A/whip',
        `/rooms/${'x'.repeat(300)}/whip`,
        '/rooms/../../etc/passwd',
        '//rooms//lobby//whip',
        `/rooms/lobby/whip/${junk(9).toString('hex')}`,
        '/rooms/__proto__/whip',
        '/rooms/lobby/whip/constructor',
      ]);
      const method = pick(['POST', 'POST', 'POST', 'PUT', 'GET', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PROPFIND']);
      const type = pick([
        'application/sdp',
        'application/sdp',
        'application/sdp; charset=utf-8',
        'text/plain',
        '',
        'a/b/c',
        'application/json',
      ]);
      const answer = await served.ask(path, {
        method,
        headers: { ...(type && { 'content-type': type }), ...(random() < 0.1 && { 'content-encoding': 'gzip' }) },
        ...(method !== 'GET' && method !== 'HEAD' && { body: mangle() }),
      });
      seen.add(answer.status);
      expect(answer.status, `${n}: ${method} ${path} ${type} ${answer.body}`).toBeLessThan(500);
      if (answer.status >= 400 && method !== 'HEAD') expect(answer.error.fix, `${n}: ${answer.body}`).toMatch(/\S/);
      // Some mangled offers are still offers.
      for (const { peerId } of served.media.stats().peers) await served.media.request({ type: 'peer.close', peerId });
    }
    expect([...seen]).toEqual(expect.arrayContaining([201, 400, 404, 405, 415]));
    expect((await post('/rooms/lobby/whep', firefoxOffer)).status).toBe(201);
  });
});
