import { expect, it } from 'vitest';
import type { VideoParams } from '../../../../src/calls/webrtc/media-params.js';
import { createRtpHeaderView, parseRtpHeader } from '../../../../src/calls/webrtc/rtp.js';
import { readColorSpace } from '../../../../src/calls/webrtc/video/color-space.js';
import { packVp8 } from '../../../../src/calls/webrtc/video/vp8-payload.js';
import { VideoReceiver } from '../../../../src/calls/webrtc/video/video-receiver.js';
import type { PictureColors } from '../../../../src/media/packet.js';

const ID = 8;
/** What Chromium says of a canvas, and of a camera. */
const [CANVAS, CAMERA] = [Buffer.from([1, 13, 1, 0x20]), Buffer.from([6, 6, 6, 0x10])];
const HDTV: PictureColors = { matrix: 'bt709', range: 'full' };
const SDTV: PictureColors = { matrix: 'bt601', range: 'limited' };

/** A packet with such an extension, before which another one stands. */
function packetOf(sequence: number, extension: Buffer | undefined, payload: Uint8Array = Buffer.alloc(0), marker = true): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x90;
  header[1] = 96 | (marker ? 0x80 : 0);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(sequence * 3000, 4);
  header.writeUInt32BE(7, 8);
  const own = extension ? [(ID << 4) | (extension.length - 1), ...extension] : [];
  const elements = [(3 << 4) | 1, 0, sequence, ...own];
  while (elements.length % 4 !== 0) elements.push(0);
  return Buffer.concat([header, Buffer.from([0xbe, 0xde, 0, elements.length / 4, ...elements]), payload]);
}

it.each([
  [CANVAS, HDTV],
  [CAMERA, SDTV],
  [Buffer.from([5, 1, 5, 0x1f]), SDTV],
  // Unspecified, a matrix of another kind, a range that follows from what is not told, and too short.
  [Buffer.from([2, 2, 2, 0]), undefined],
  [Buffer.from([9, 16, 9, 0x10]), undefined],
  [Buffer.from([1, 1, 1, 0x30]), undefined],
  [Buffer.from([1, 1, 1]), undefined],
  [undefined, undefined],
])('of %j is read as %j', (extension, wanted) => {
  const datagram = packetOf(1, extension);
  const header = createRtpHeaderView();
  expect(parseRtpHeader(datagram, header)).toBe(true);
  expect(readColorSpace(datagram, header, ID)).toEqual(wanted);
  expect(readColorSpace(datagram, header, undefined)).toBeUndefined();
});

it('holds for the frames behind it, up to the next key frame', () => {
  const params: VideoParams = {
    purpose: 'camera',
    codecs: [{ codec: 'vp8', payloadType: 96 }],
    extensions: { colorSpace: ID },
    nack: false,
    pli: false,
    fir: false,
    remb: false,
    transportCc: false,
    send: false,
    receive: true,
    ssrcs: [],
  };
  const seen: (PictureColors | undefined)[] = [];
  const receiver = new VideoReceiver({
    params,
    ssrc: 7,
    dueUs: () => 0,
    rttMs: () => undefined,
    onFrame: ({ colors }) => void seen.push(colors),
    askKey: () => {},
    askAgain: () => {},
  });
  const header = createRtpHeaderView();
  const frames: [key: boolean, extension: Buffer | undefined][] = [
    [true, CANVAS],
    [false, undefined],
    [false, CAMERA],
    [false, undefined],
    [true, undefined],
    [false, undefined],
  ];
  frames.forEach(([key, extension], sequence) => {
    const [payload] = packVp8(Uint8Array.of(key ? 0x10 : 0x11, 0, 0, 0x9d, 1, 0x2a, 2, 0, 2, 0), sequence);
    const datagram = packetOf(sequence, extension, payload);
    parseRtpHeader(datagram, header);
    receiver.receive(datagram, header, datagram.subarray(header.payloadOffset), sequence * 33_000);
  });
  expect(seen).toEqual([HDTV, HDTV, SDTV, SDTV, undefined, undefined]);
});
