function writeUint32(value: number, into: Buffer, at: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

/**
 * Writes what stands before the counter of AES-CM's blocks, 14 bytes (RFC 3711, 4.1.1): the salt XOR (SSRC · 2⁶⁴) XOR (index · 2¹⁶).
 *
 * @param high the upper 32 bits of the packet index. @param low its lower 16 bits.
 */
export function writeCounterIv(salt: Buffer, ssrc: number, high: number, low: number, into: Buffer): void {
  writeUint32(0, into, 0);
  writeUint32(ssrc, into, 4);
  writeUint32(high, into, 8);
  into[12] = low >>> 8;
  into[13] = low;
  for (let i = 0; i < 14; i++) into[i] = into[i]! ^ salt[i]!;
}

/**
 * Writes the IV of an RTP packet under AES-GCM, 12 bytes (RFC 7714, 8.1).
 *
 * @param roc roll-over counter, the upper 32 bits of the packet index. @param sequence its lower 16 bits.
 */
export function writeGcmIv(salt: Buffer, ssrc: number, roc: number, sequence: number, into: Buffer): void {
  into[0] = 0;
  into[1] = 0;
  writeUint32(ssrc, into, 2);
  writeUint32(roc, into, 6);
  into[10] = sequence >>> 8;
  into[11] = sequence;
  for (let i = 0; i < 12; i++) into[i] = into[i]! ^ salt[i]!;
}
