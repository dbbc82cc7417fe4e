import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startRoomServer, type RoomServer, type RoomService } from '../../../src/calls/room/index.js';
import { NO_CONTROL } from './support.js';
import type { Heard } from '../../../src/calls/room/tap-routes.js';

let server: RoomServer | undefined;
afterEach(() => server?.close());

/** A server over one graph with one wire, the listener's voice, and how often listening was ended. */
async function tapped() {
  let told: (heard: Heard) => void = () => {};
  let sound: boolean | undefined;
  const ended = vi.fn();
  const service: RoomService = {
    rooms: () => [],
    offer: () => Promise.reject(new Error('not asked')),
    close: async () => false,
    status: async () => ({}),
    ...NO_CONTROL,
    graphs: () => [{ id: 'g', title: 'G' }],
    tap: async (_graph, _wire, wanted, tell) => {
      told = tell;
      sound = wanted;
      return ended;
    },
  };
  server = await startRoomServer(service, { port: 0 });
  const { port } = server;
  const open = (what: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => get({ port, path: `/graphs/g/wires/w/${what}`, agent: false }, resolve).on('error', reject));
  return { open, tell: (heard: Heard) => told(heard), wantsSound: () => sound, ended };
}

const level = { positionMs: 0, durationMs: 100, peakDb: -6, rmsDb: -9 };

describe('listening to a wire over HTTP', () => {
  it('gives levels as JSON lines until nothing more comes', async () => {
    const { open, tell, wantsSound, ended } = await tapped();
    const opening = open('levels');
    await vi.waitFor(() => expect(wantsSound()).toBe(false));
    tell(level);
    const response = await opening;
    expect(response.headers['content-type']).toContain('ndjson');
    tell({ ...level, positionMs: 100 });
    tell({ ended: true });
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([level, { ...level, positionMs: 100 }]);
    await vi.waitFor(() => expect(ended).toHaveBeenCalledTimes(1));
  });

  it('ends when the client leaves', async () => {
    const { open, tell, ended } = await tapped();
    const response = await open('sound');
    response.resume();
    tell({ ...level, pcm: Buffer.alloc(19_200).toString('base64') });
    response.destroy();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledTimes(1));
    // What comes afterwards goes nowhere.
    expect(() => tell(level)).not.toThrow();
  });

  it('begins sound with a WAV header', async () => {
    const { open, tell } = await tapped();
    const response = await open('sound');
    tell({ ...level, pcm: Buffer.from([1, 2, 3, 4]).toString('base64') });
    tell({ ended: true });
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    expect(bytes.readUInt32LE(24)).toBe(48_000);
    expect([...bytes.subarray(44)]).toEqual([1, 2, 3, 4]);
  });

  it('cuts off who reads too slowly, rather than keeping everything for him', async () => {
    const { open, tell, ended } = await tapped();
    const response = await open('sound');
    response.pause();
    const pcm = Buffer.alloc(1_000_000).toString('base64');
    for (let i = 0; i < 40 && ended.mock.calls.length === 0; i++) {
      tell({ ...level, pcm });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(ended).toHaveBeenCalledTimes(1);
    response.destroy();
  });
});
