import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lab } from '../plugins/lab.js';
import type { RoomServerOptions } from '../../src/calls/room/index.js';

const tune = fileURLToPath(new URL('../../media/tune.opus', import.meta.url));

/** What a test asks, and what was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // What is asked is known to who asks.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

/** A graph that has a bit of everything. */
export const RADIO = {
  version: 1,
  title: 'Radio',
  nodes: {
    music: { type: 'source.file', options: { src: 'tune.opus', loop: true } },
    volume: { type: 'effect.gain', in: { audio: 'music' }, options: { gainDb: -6 } },
    room: { type: 'source.participants' },
    duck: { type: 'mix.duck', in: { bed: 'volume', voice: 'room' } },
    opus: { type: 'encode.opus', in: { audio: 'duck' } },
    call: { type: 'sink.call', in: { audio: { from: 'opus', queue: { frames: 5, overflow: 'drop-oldest' } } } },
  },
};

/** An engine on the clock of the test with a graph in a room and its API. */
export async function served(options: RoomServerOptions & { graph?: object; engine?: Parameters<typeof lab>[0] } = {}) {
  const { graph = RADIO, engine: parts, ...server } = options;
  const folder = mkdtempSync(join(tmpdir(), 'voxgraph-api-'));
  copyFileSync(tune, join(folder, 'tune.opus'));
  const file = join(folder, 'radio.json');
  writeFileSync(file, `${JSON.stringify(graph, null, 2)}\n`);
  const made = lab(parts);
  const session = await made.engine.run(file, { call: 'room:lobby', cwd: folder });
  const { port, close: stop } = await made.engine.serveRooms({ port: 0, ...server });
  const base = `http://127.0.0.1:${port}`;
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    send(`${base}${path}`, method, body, headers);
  return {
    ...made,
    folder,
    file,
    session,
    base,
    port,
    get: (path: string, headers?: Record<string, string>) => ask('GET', `/api/v1${path}`, undefined, headers),
    post: (path: string, body?: unknown, headers?: Record<string, string>) => ask('POST', `/api/v1${path}`, body, headers),
    ask,
    /** Asks, and lets time go on until there is an answer. */
    during: async <T>(asked: Promise<T>, ms = 20): Promise<T> => {
      let over = false;
      const settled = asked.finally(() => (over = true));
      settled.catch(() => {});
      for (let turns = 0; !over && turns < 500; turns++) await made.scheduler.play(ms);
      return settled;
    },
    close: async () => {
      await stop();
      await made.engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One request. What is a string is sent as it is, the rest as JSON. */
export function send(url: string, method: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const type = body !== undefined && { 'content-type': 'application/json' };
    const asked = request(url, { method, headers: { ...type, ...headers } }, (response) => {
      let got = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (got += chunk));
      response.on('error', fail);
      response.on('end', () => done({ status: response.statusCode!, headers: response.headers, text: got, json: parsed(got) }));
    });
    asked.on('error', fail);
    asked.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One message of a feed. */
export interface FeedMessage {
  readonly event: string;
  readonly id?: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
}

/** Reads a feed; messages gather in `messages`. */
export function readFeed(url: string, headers: Record<string, string> = {}) {
  const messages: FeedMessage[] = [];
  let response: IncomingMessage | undefined;
  let ended = false;
  let wake = () => {};
  const began = new Promise<IncomingMessage>((done, fail) => {
    const asked = request(url, { headers }, (got) => {
      response = got;
      let rest = '';
      got.setEncoding('utf8');
      got.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n\n');
        rest = parts.pop()!;
        for (const part of parts) {
          const message = messageIn(part);
          if (message) messages.push(message);
        }
        wake();
      });
      got.on('close', () => {
        ended = true;
        wake();
      });
      got.on('error', () => {});
      done(got);
    });
    asked.on('error', fail);
    asked.end();
  });
  /** Resolves when a message of that kind is there that fits; `turn` lets time go on meanwhile. */
  const until = async (fits: (message: FeedMessage) => boolean, turn: () => Promise<unknown>): Promise<FeedMessage> => {
    for (let turns = 0; turns < 2000; turns++) {
      const found = messages.find(fits);
      if (found) return found;
      if (ended) break;
      await turn();
      await new Promise<void>((done) => {
        wake = done;
        setImmediate(done);
      });
    }
    throw new Error(`the feed told ${messages.map(({ event }) => event).join(', ')} only`);
  };
  return { messages, began, until, isOver: () => ended, close: () => response?.destroy(), pause: () => response?.pause() };
}

function messageIn(text: string): FeedMessage | undefined {
  const fields = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  const event = fields.get('event');
  if (event === undefined) return undefined;
  const id = fields.get('id');
  return { event, ...(id !== undefined && { id: Number(id) }), data: JSON.parse(fields.get('data')!) as unknown };
}
