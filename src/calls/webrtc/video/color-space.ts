import type { PictureColors } from '../../../media/packet.js';
import { findExtension } from '../rtp-extensions.js';
import type { RtpHeaderView } from '../rtp.js';

/** Matrices of ITU-T H.273, table 4, by their number: HDTV's, and the three that are BT.601's. */
const MATRICES: Readonly<Record<number, PictureColors['matrix']>> = { 1: 'bt709', 4: 'bt601', 5: 'bt601', 6: 'bt601' };
/** Two bits of the last byte say what the codes reach from and to: 1 is limited, 2 full. */
const RANGES: Readonly<Record<number, PictureColors['range']>> = { 1: 'limited', 2: 'full' };

/**
 * How the colours of a frame are coded, as a packet of it says: WebRTC's extension "color-space" in its short form, four bytes of primaries, transfer,
 * matrix and range. It comes with the last packet of a key frame. Undefined: the packet says nothing, or nothing that is known here.
 */
export function readColorSpace(data: Buffer, header: RtpHeaderView, id: number | undefined): PictureColors | undefined {
  if (id === undefined) return undefined;
  const at = findExtension(data, header, id);
  if (at < 0 || (data[at - 1]! & 0x0f) < 3) return undefined;
  const [matrix, range] = [MATRICES[data[at + 2]!], RANGES[(data[at + 3]! >> 4) & 3]];
  return matrix && range && { matrix, range };
}
