import { afterEach, describe, expect, it } from 'vitest';
import { served } from './support.js';

const TV = {
  version: 1,
  title: 'TV',
  nodes: {
    bars: { type: 'source.test-pattern', options: { pattern: 'bars', width: 320, height: 180 } },
    vp8: { type: 'encode.vp8', in: { video: 'bars' } },
    tone: { type: 'source.tone' },
    opus: { type: 'encode.opus', in: { audio: 'tone' } },
    call: { type: 'sink.call', in: { audio: 'opus', video: 'vp8' } },
  },
};
let open: Awaited<ReturnType<typeof served>> | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

describe('the picture of a wire', () => {
  it('is a small JPEG, known by its tag', async () => {
    open = await served({ graph: TV });
    const { get, during } = open;
    const path = '/graphs/graph-1/wires/bars.video/thumbnail';
    const first = await during(get(path));
    expect([first.status, first.headers['content-type']]).toEqual([200, 'image/jpeg']);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    const again = await get(path, { 'if-none-match': first.headers['etag']! });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await get('/info')).json.capabilities).toContain('thumbnails');
  });

  it('is refused with a reason where there is none', async () => {
    open = await served({ graph: TV });
    const { get, during } = open;
    const refusal = async (graph: string, wire: string) => {
      const { status, json } = await during(get(`/graphs/${graph}/wires/${wire}/thumbnail`));
      return [status, json.error.code, json.error.message];
    };
    expect(await refusal('graph-1', 'tone.audio')).toEqual([
      409,
      'WIRE_WITHOUT_PICTURES',
      'the wire "tone.audio" carries audio and no pictures.',
    ]);
    expect(await refusal('graph-1', 'bar.video')).toEqual([
      404,
      'UNKNOWN_PICTURE_WIRE',
      expect.stringContaining('Did you mean "bars.video"?'),
    ]);
    expect((await refusal('graph-7', 'bars')).slice(0, 2)).toEqual([404, 'UNKNOWN_GRAPH']);
  });
});
