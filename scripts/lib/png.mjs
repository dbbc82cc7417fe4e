// The smallest writer of PNG files that does: pictures of 24 bits, or of up to 256 colours; zlib does the rest.
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const [TRUE_COLOR, INDEXED] = [2, 3];

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function head(width, height, colorType) {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, colorType, 0, 0, 0], 8);
  return chunk('IHDR', data);
}

/** Rows, each behind the number of its filter: 0 as it is, 1 the differences to the pixel on the left. */
function rows(bytes, stride, left) {
  const height = bytes.length / stride;
  const filtered = Buffer.alloc(bytes.length + height);
  for (let y = 0; y < height; y++) {
    const at = y * (stride + 1);
    filtered[at] = left > 0 ? 1 : 0;
    for (let x = 0; x < stride; x++) {
      const before = left > 0 && x >= left ? bytes[y * stride + x - left] : 0;
      filtered[at + 1 + x] = bytes[y * stride + x] - before;
    }
  }
  return chunk('IDAT', deflateSync(filtered, { level: 9 }));
}

const END = chunk('IEND', Buffer.alloc(0));

/** A PNG of red, green and blue, a byte each, row by row from the top. */
export function png(width, height, rgb) {
  return Buffer.concat([SIGNATURE, head(width, height, TRUE_COLOR), rows(rgb, width * 3, 3), END]);
}

/** A PNG of a byte a pixel, the number of one of the colours. @param colors red, green and blue of each. */
export function indexedPng(width, height, pixels, colors) {
  const palette = chunk('PLTE', Buffer.from(colors.flat()));
  return Buffer.concat([SIGNATURE, head(width, height, INDEXED), palette, rows(pixels, width, 0), END]);
}
