import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { color } from '../../../src/nodes/sources/color.js';
import { image } from '../../../src/nodes/sources/image.js';
import { testPattern } from '../../../src/nodes/sources/test-pattern.js';
import { renderNode } from '../../../src/testing/index.js';
import { makeTempDir } from '../../support/media-fixtures.js';

const temp = makeTempDir();
afterAll(() => temp.remove());

/** Writes a PNG of one colour, without any library: the format is that simple. */
function png(name: string, width: number, height: number, rgb: readonly [number, number, number]): string {
  const crcTable = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const crc = (bytes: Buffer) => {
    let c = 0xffffffff;
    for (const byte of bytes) c = crcTable[(c ^ byte) & 255]! ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  };
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(crc(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.concat(
    Array.from({ length: height }, () => Buffer.from([0, ...Array.from({ length: width }, () => rgb).flat()])),
  );
  const path = temp.path(name);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  writeFileSync(
    path,
    Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]),
  );
  return path;
}

describe('source.image', () => {
  it('shows a picture on every tick, and another when told', async () => {
    const [red, blue] = [png('red.png', 48, 32, [255, 0, 0]), png('blue.png', 32, 32, [0, 0, 255])];
    const rendered = await renderNode(image, {
      options: { src: red },
      optionChanges: [{ atMs: 100, options: { src: blue } }],
      durationMs: 200,
    });
    const { pictures } = rendered.outputs['video']!;
    expect(pictures).toHaveLength(6);
    // BT.601, limited range.
    expect([pictures[0]!.width, pictures[0]!.y[0], pictures[0]!.u[0], pictures[0]!.v[0]]).toEqual([48, 81, 90, 240]);
    expect([pictures.at(-1)!.width, pictures.at(-1)!.y[0], pictures.at(-1)!.u[0], pictures.at(-1)!.v[0]]).toEqual([
      32, 41, 240, 110,
    ]);
    expect(rendered.events.map(({ event }) => event.type)).toEqual(['image.opened', 'image.opened']);
  });

  it('keeps the old one, and says why, when another cannot be read; fails when there is none', async () => {
    const red = png('one.png', 16, 16, [255, 0, 0]);
    writeFileSync(temp.path('text.png'), 'this is no picture');
    const rendered = await renderNode(image, {
      options: { src: red },
      optionChanges: [{ atMs: 60, options: { src: temp.path('text.png') } }],
      durationMs: 150,
    });
    expect(rendered.outputs['video']!.pictures.at(-1)!.y[0]).toBe(81);
    expect(rendered.events.at(-1)!.event).toMatchObject({ type: 'image.failed', problem: { code: 'MEDIA_UNREADABLE' } });
    const failed = await renderNode(image, { options: { src: temp.path('text.png') }, durationMs: 60 });
    expect(failed.outputs['video']!.end!.error).toMatchObject({ code: 'MEDIA_UNREADABLE' });
  });
});

describe('source.color', () => {
  it('is of that colour and size, and follows its options', async () => {
    const rendered = await renderNode(color, {
      options: { color: '#ffffff', width: 32, height: 16 },
      optionChanges: [{ atMs: 60, options: { color: 'black' } }],
      durationMs: 150,
    });
    const { pictures } = rendered.outputs['video']!;
    expect([pictures[0]!.width, pictures[0]!.height, pictures[0]!.y[0]]).toEqual([32, 16, 235]);
    expect(pictures.at(-1)!.y[0]).toBe(16);
  });
});

describe('source.test-pattern', () => {
  it.each(['moving', 'bars', 'gradient', 'counter'])('%s is the same each time, offline and in real time', async (pattern) => {
    const run = (offline: boolean) =>
      renderNode(testPattern, { options: { pattern, width: 64, height: 48 }, durationMs: 300, offline });
    const [one, two, live] = [await run(true), await run(true), await run(false)];
    const pixels = (rendered: typeof one) =>
      rendered.outputs['video']!.pictures.map(({ y }) => Buffer.from(y).toString('base64'));
    expect(pixels(one)).toHaveLength(9);
    expect(pixels(two)).toEqual(pixels(one));
    expect(pixels(live)[0]).toBe(pixels(one)[0]);
    if (pattern === 'moving') expect(new Set(pixels(one)).size).toBeGreaterThan(3);
  });
});
