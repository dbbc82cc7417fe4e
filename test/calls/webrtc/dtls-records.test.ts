import { describe, expect, it } from 'vitest';
import { authenticRecords } from '../../../src/calls/webrtc/dtls-records.js';

/** A record whose fragment says what it holds; the "cipher" only takes the byte 0xaa before it. */
function record(type: number, epoch: number, ...fragment: number[]): Buffer {
  const out = Buffer.alloc(13 + fragment.length);
  out[0] = type;
  out.writeUInt16BE(0xfefd, 1);
  out.writeUInt16BE(epoch, 3);
  out.writeUIntBE(7, 5, 6);
  out.writeUInt16BE(fragment.length, 11);
  Buffer.from(fragment).copy(out, 13);
  return out;
}
const open = ({ fragment }: { fragment: Buffer }) => (fragment[0] === 0xaa ? fragment.subarray(1) : undefined);
const kept = (...records: Buffer[]) => authenticRecords(Buffer.concat(records), open);

describe('records of a session whose keys are agreed on', () => {
  it('pass when they are authentic: alerts, data, a Finished that is sent again', () => {
    for (const good of [record(21, 1, 0xaa, 1, 0), record(23, 1, 0xaa, 5), record(22, 1, 0xaa, 20)])
      expect(kept(good)).toEqual(good);
  });

  it('do not pass in the clear, forged, of another kind, or as a new hello', () => {
    const bad = [
      record(21, 0, 0xaa, 2, 40),
      record(22, 0, 0xaa, 1),
      record(23, 0, 0xaa),
      record(21, 1, 0xbb, 1, 0),
      record(23, 1),
      record(20, 1, 0xaa, 1),
      record(24, 1, 0xaa, 1),
      record(22, 1, 0xaa, 1),
    ];
    for (const one of bad) expect(kept(one), one.toString('hex')).toBeUndefined();
    const good = record(23, 1, 0xaa, 9);
    expect(kept(...bad, good, ...bad, good)).toEqual(Buffer.concat([good, good]));
  });

  it('may be cut off anywhere', () => {
    const good = record(23, 1, 0xaa, 9);
    for (let length = 0; length < good.length; length++) {
      expect(kept(good.subarray(0, length))).toBeUndefined();
      expect(kept(good, good.subarray(0, length))).toEqual(good);
    }
  });
});
