import { afterAll, describe, expect, it } from 'vitest';
import { packH264 } from '../../../src/calls/webrtc/video/h264-payload.js';
import { blankPicture } from '../../../src/media/av/video/blank.js';
import { livePictures } from '../../../src/media/av/video/picture.js';
import { VideoEncoder } from '../../../src/media/av/video/video-encoder.js';
import { url } from '../../../src/nodes/sources/url.js';
import { renderNode, type RenderedNode, type RenderNodeSettings } from '../../../src/testing/index.js';
import { description, serveRtsp, type RtspBehaviour, type RtspVideo } from '../../support/rtsp-server.js';

afterAll(() => expect(livePictures()).toBe(0));

const SECONDS = 3;
const VIDEO = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1', 'a=control:trackID=0'];
const AUDIO = ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 L16/48000/2', 'a=control:trackID=1'];
const LENGTH = `a=range:npt=0-${SECONDS}.000`;

/** A film of 25 pictures a second, a key frame each second, in packets: flashes of 100 ms at each half second, from 0.5 s on. */
async function film(fromMs: number): Promise<RtspVideo['packets']> {
  const encoder = await VideoEncoder.open({
    codec: 'h264',
    purpose: 'realtime',
    width: 64,
    height: 48,
    frameRate: 25,
    bitrateKbps: 300,
    keyFrameSec: 0,
    effort: 4,
  });
  const packets: { atMs: number; ticks: number; marker: boolean; payload: Buffer }[] = [];
  for (let n = 0; n < SECONDS * 25; n++) {
    const ms = n * 40;
    const picture = blankPicture(64, 48, [ms % 1000 >= 480 && ms % 1000 < 600 ? 220 : 40, 128, 128]);
    encoder.encodeSync({ picture, ptsUs: ms * 1000, key: n % 10 === 0 }, ({ data }) => {
      const payloads = packH264(Uint8Array.from(data!));
      if (ms < fromMs) return;
      payloads.forEach((payload, i) =>
        packets.push({ atMs: ms, ticks: ms * 90, marker: i === payloads.length - 1, payload: Buffer.from(payload) }),
      );
    });
    picture.release();
  }
  encoder.close();
  return packets;
}

/** Sound in packets of 20 ms: beeps with the flashes. */
const sound = (_play: number, fromSec: number) =>
  Array.from({ length: (SECONDS - fromSec) * 50 }, (_, k) => {
    const payload = Buffer.alloc(960 * 4);
    for (let i = 0; i < 960; i++) {
      const sample = (fromSec * 50 + k) * 960 + i;
      const value = sample % 48_000 >= 23_040 && sample % 48_000 < 28_800 ? Math.round(16_000 * Math.sin(sample / 8)) : 0;
      payload.writeInt16BE(value, i * 4);
      payload.writeInt16BE(value, i * 4 + 2);
    }
    return payload;
  });

const play = async (behaviour: Partial<RtspBehaviour>, more: Partial<RenderNodeSettings> = {}) => {
  const server = await serveRtsp({ sdp: description(...VIDEO, ...AUDIO, LENGTH), payloads: sound, ...behaviour });
  const rendered = await renderNode(url, { frameRate: 25, options: { src: `${server.url}/film` }, ...more });
  return { server, rendered };
};
const pictures = ({ outputs }: RenderedNode) => outputs['video']!.pictures;
const of = ({ events }: RenderedNode, type: string) =>
  events.filter(({ event }) => event.type === type).map(({ event }) => event);

/** By how many milliseconds each beep comes after its flash. */
function flashToBeep(rendered: RenderedNode): number[] {
  const bright = (y: ArrayLike<number>) => y[1500]! > 130;
  const flashes = pictures(rendered).flatMap(({ ptsUs, y }, i, all) =>
    bright(y) && (i === 0 || !bright(all[i - 1]!.y)) ? [ptsUs / 1000] : [],
  );
  const beeps: number[] = [];
  let loud = -48_000;
  rendered.outputs.audio!.planes[0]!.forEach((sample, i) => {
    if (Math.abs(sample) < 0.1) return;
    if (i - loud > 9600) beeps.push(i / 48);
    loud = i;
  });
  return beeps.map((beep) =>
    flashes.map((flash) => beep - flash).reduce((a, b) => (Math.abs(a) < Math.abs(b) ? a : b), Infinity),
  );
}

describe('the pictures of an RTSP server', () => {
  it.each(['reports', 'info'] as const)('are in step with its sound by its %s, though they begin later', async (sync) => {
    const { server, rendered } = await play({ video: { packets: await film(400), sync } });
    const apart = flashToBeep(rendered);
    expect(apart).toHaveLength(3);
    for (const ms of apart) expect(Math.abs(ms)).toBeLessThanOrEqual(40);
    expect(of(rendered, 'video.opened')).toMatchObject([{ codec: 'h264' }]);
    expect(pictures(rendered).at(-1)).toMatchObject({ width: 64, height: 48 });
    expect(rendered.outputs['video']!.end).toBeDefined();
    expect(server.faults).toEqual([]);
    expect(server.requests.map(({ method }) => method)).toEqual(['DESCRIBE', 'SETUP', 'SETUP', 'PLAY', 'TEARDOWN']);
  });

  it('are taken to begin with its sound where it says nothing', async () => {
    const { rendered } = await play({ video: { packets: await film(0), sync: 'nothing' } });
    const apart = flashToBeep(rendered);
    expect(apart).toHaveLength(3);
    for (const ms of apart) expect(Math.abs(ms)).toBeLessThanOrEqual(40);
  });

  it('go on in step where a lost recording was', async () => {
    let first = true;
    const half = (number: number, fromSec: number) => {
      const all = sound(number, fromSec);
      const sent = first ? all.slice(0, 60) : all;
      first = false;
      return sent;
    };
    const packets = await film(0);
    const { rendered, server } = await play({
      payloads: half,
      video: { packets: packets.filter(({ atMs }) => atMs < 1200 || atMs >= 1600), sync: 'reports' },
      ending: (number) => (number === 1 ? 'cut' : 'bye'),
    });
    expect(of(rendered, 'stream.reconnected')).toHaveLength(1);
    const apart = flashToBeep(rendered);
    expect(apart).toHaveLength(3);
    // The flash at 1.5 s was lost.
    for (const ms of [apart[0]!, apart[2]!]) expect(Math.abs(ms)).toBeLessThanOrEqual(40);
    expect(server.faults).toEqual([]);
  });

  it('are those of a camera without sound, which is silent', async () => {
    const { rendered, server } = await play({
      sdp: description(...VIDEO, LENGTH),
      payloads: () => [],
      video: { packets: await film(0), sync: 'nothing' },
    });
    expect(pictures(rendered).filter(({ y }) => y[1500]! > 130).length).toBeGreaterThanOrEqual(6);
    expect(rendered.outputs.audio!.planes[0]!.every((sample) => sample === 0)).toBe(true);
    expect(server.faults).toEqual([]);
  });

  it('are left out where the server does not give them: its sound plays', async () => {
    const { rendered } = await play({ video: { packets: [], sync: 'nothing', refused: true } });
    expect(of(rendered, 'video.opened')).toEqual([]);
    expect(of(rendered, 'stream.ended')).toMatchObject([{ reason: 'finished', playedMs: SECONDS * 1000 }]);
  });
});
