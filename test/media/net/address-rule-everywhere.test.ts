/** Where graphs are kept to public addresses, nothing that a public server says may lead elsewhere. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openUrl } from '../../../src/media/av/open-url.js';
import { createRealtimeScheduler, type Scheduler } from '../../../src/time/index.js';
import { serve, type MediaServer } from '../../support/media-server.js';
import { serveRtsp } from '../../support/rtsp-server.js';

// The one public address of these tests is 127.0.0.1; everything else, such as 127.0.0.2, is not.
vi.mock('../../../src/media/net/address-rule.js', async (original) => ({
  ...(await original<object>()),
  isPublicAddress: (address: string) => address === '127.0.0.1',
}));

let clock: Scheduler;
beforeAll(() => void (clock = createRealtimeScheduler()));
afterAll(() => clock.close());

const retry = { attempts: 1, firstDelayMs: 1, maxDelayMs: 1, random: () => 1 };
const open = (url: string) => openUrl(url, { timer: (delayMs, run) => clock.after(delayMs, run), retry, publicOnly: true });

describe('a public server', () => {
  let hidden: MediaServer;
  const elsewhere = () => hidden.url.replace('127.0.0.1', '127.0.0.2');
  const answering = (body: (url: string) => string) =>
    serve((_request, response) => void response.writeHead(200).end(body(elsewhere())));
  const expectRefused = async (url: string) => {
    await expect(open(url)).rejects.toMatchObject({
      code: 'URL_NOT_PUBLIC',
      message: expect.stringContaining('127.0.0.2') as string,
    });
    expect(hidden.requests).toEqual([]);
    expect(hidden.connections()).toBe(0);
  };
  const reached = async () => {
    // On all addresses of this machine, so that only the rule keeps it from being reached.
    hidden = await serve((_request, response) => void response.end(), '0.0.0.0');
  };

  it('cannot redirect to a private one', async () => {
    await reached();
    const server = await serve((_request, response) => void response.writeHead(302, { location: `${elsewhere()}/x` }).end());
    await expectRefused(`${server.url}/x`);
  });

  it('cannot name one in a list or a HLS playlist', async () => {
    await reached();
    await expectRefused((await answering((url) => `#EXTM3U\n${url}/x.mp3\n`)).url);
    await expectRefused((await answering((url) => `[playlist]\nFile1=${url}/x.mp3\n`)).url);
    await expectRefused((await answering((url) => `[playlist]\nFile1=${url.replace('http', 'rtsp')}/x\n`)).url);
    await expectRefused(
      (await answering((url) => `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${url}/a.ts\n#EXT-X-ENDLIST\n`)).url,
    );
    await expectRefused((await answering((url) => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${url}/a.m3u8\n`)).url);
  });

  it('cannot redirect to one by RTSP', async () => {
    await reached();
    const server = await serveRtsp({
      payloads: () => [],
      answer: () => `302 Moved\r\nLocation: ${elsewhere().replace('http', 'rtsp')}/x`,
    });
    await expectRefused(`${server.url}/x`);
  });
});
